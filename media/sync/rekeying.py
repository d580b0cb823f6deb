"""Is a title under a new key the one that has just vanished under another?

After a library was built anew, a backup restored or a database repaired, Plex knows the same files by other
numbers. The row then keeps who is to see the title and who has, but only on proof, which a complete listing
gives: it has the new key and lacks the old one, the one before had it the other way round, and in the same
section of the same server type and guid are the same, and of a movie or an episode a file too. A season or a
show has no file; there the old row may be gone already, since an emptied show comes back with its next
episodes.

A title that was deleted and added again looks the same, down to the file, but for the date it was added. So
with another date nothing is carried over, unless the owner says that it is no new copy. Neither is it when
more than one title could be the old one, or have been it. Until he has answered they are two.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Job
from media.models import Assignment, Exemption, LibrarySection, MediaFile, MediaItem, Question, StandingOrder
from media.paging import in_pages
from media.sync.identity import is_matched
from media.sync.merging import merge

BATCH = 500


@dataclass(frozen=True)
class Pair:
    old: MediaItem
    new: MediaItem

    @property
    def bears_the_same_date(self) -> bool:
        """Of a season or a show it does not matter: nobody views it."""
        then = self.old.added_at
        return not self.old.is_leaf or (then is not None and then == self.new.added_at)


def follow_keys(
    section: LibrarySection, kind: str, absent: Collection[int], now: datetime, *, job: Job | None = None
) -> set[int]:
    """After a complete listing of a kind that lacks those rows: which of them are there under another key."""
    if section.full_sync_at is None:
        return set()
    fresh = MediaItem.objects.present().filter(
        section=section, type=kind, first_seen_at__gt=section.full_sync_at
    )
    fresh = fresh.exclude(guid="").select_related("server", "section")
    return _follow(_pairs(fresh, set(absent), section.full_sync_at), now, job)


def revive(fresh: Iterable[MediaItem], now: datetime) -> None:
    """Seasons and shows that are back under a new key while their old rows are gone."""
    matched = [item for item in fresh if not item.is_leaf and is_matched(item.guid)]
    if matched:
        _follow([*_pairs_of(matched, set(), None)], now, None)


def unite(pair: Pair) -> bool:
    """False when one of them has vanished meanwhile."""
    with transaction.atomic():
        pair.new.server.lock()
        rows = MediaItem.objects.in_bulk([pair.old.pk, pair.new.pk])
        if len(rows) < 2 or rows[pair.new.pk].gone_at:
            return False
        merge(rows[pair.old.pk], rows[pair.new.pk])
        Question.objects.open().filter(Q(old=pair.old) | Q(new=pair.old)).delete()
    return True


def _follow(pairs: list[Pair], now: datetime, job: Job | None) -> set[int]:
    olds = Counter(pair.old.pk for pair in pairs)
    news = Counter(pair.new.pk for pair in pairs)
    united = set()
    for pair in pairs:
        if job:
            job.renew(timezone.now(), f"{pair.new.section}: new keys")
        if olds[pair.old.pk] > 1 or news[pair.new.pk] > 1:
            _ask(pair, Question.Why.SEVERAL, now)
        elif pair.bears_the_same_date:
            united |= {pair.old.pk} if unite(pair) else set()
        else:
            _ask(pair, Question.Why.DATED, now)
    return united


def _ask(pair: Pair, why: Question.Why, now: datetime) -> None:
    """Only where something would be carried over."""
    levels = [pk for pk in (pair.old.pk, pair.old.parent_id, pair.old.show_id) if pk]
    if Assignment.objects.filter(item__in=levels).exists():
        facts = {"server": pair.new.server, "why": why, "asked_at": now}
        Question.objects.get_or_create(old=pair.old, new=pair.new, defaults=facts)


def _pairs(fresh: Iterable[MediaItem], absent: set[int], since: datetime) -> list[Pair]:
    listed = (item for item in fresh if item.pk not in absent and is_matched(item.guid))
    return [pair for page in in_pages(listed, BATCH) for pair in _pairs_of(page, absent, since)]


def _pairs_of(fresh: list[MediaItem], absent: set[int], since: datetime | None) -> Iterator[Pair]:
    """`since`: when the listing before was read; without one only what is gone already can come back."""
    by_guid = defaultdict(list)
    for item in fresh:
        by_guid[item.section_id, item.type, item.guid].append(item)
    sections = {item.section_id for item in fresh}
    olds = MediaItem.objects.filter(
        server=fresh[0].server, section__in=sections, guid__in={item.guid for item in fresh}
    )
    candidates = [old for old in olds if _could_be_back(old, absent, since)]
    pairs = [
        Pair(old, new)
        for old in candidates
        for new in by_guid[old.section_id, old.type, old.guid]
        if old.first_seen_at < new.first_seen_at
    ]
    refused = set(
        Question.objects.filter(old__in=candidates).exclude(answered_at=None).values_list("old", "new")
    )
    paths = _paths({pk for pair in pairs for pk in (pair.old.pk, pair.new.pk) if pair.old.is_leaf})
    for pair in pairs:
        shares_a_file = not pair.old.is_leaf or paths[pair.old.pk] & paths[pair.new.pk]
        if shares_a_file and (pair.old.pk, pair.new.pk) not in refused:
            yield pair


def _could_be_back(old: MediaItem, absent: set[int], since: datetime | None) -> bool:
    """It is absent, or its key means another title since the listing before. A leaf that was seen to go stays
    gone: what comes after it is a new copy."""
    if old.is_leaf and old.has_lost_key:
        return since is not None and old.gone_at is not None and old.gone_at > since
    if old.is_leaf:
        return old.pk in absent
    return (old.pk in absent or old.gone_at is not None) and _carries(old)


def _carries(old: MediaItem) -> bool:
    if old.quorum is not None:
        return True
    return any(model.objects.filter(item=old).exists() for model in (Assignment, StandingOrder, Exemption))


def _paths(leaves: set[int]) -> dict[int, set[str]]:
    paths: dict[int, set[str]] = defaultdict(set)
    files = MediaFile.objects.filter(item__in=leaves, is_optimised=False)
    for item, path in files.values_list("item", "path"):
        paths[item].add(path)
    return paths
