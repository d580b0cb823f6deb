"""Is a title under a new key the one that has just vanished under another?

After a library was built anew, a backup restored or a database repaired, Plex knows the same files by other
numbers. The row then keeps who is to see the title and who has, but only on proof, which a complete listing
gives: it has the new key and lacks the old one, the one before had it the other way round, and in the same
section of the same server type and guid are the same, and of a movie or an episode a file too. A season or a
show has no file; there the old row may be gone already, since an emptied show comes back with its next
episodes.

A title that was deleted and added again looks the same, down to the file, but for the date it was added. So
with another date or another file nothing is carried over, unless the owner says that it is no new copy.
Neither is it when more than one title could be the old one, or have been it. Until he has answered they are
two, and the new one stays.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Job
from media import protecting
from media.guids import is_matched
from media.models import (
    LOST_KEY,
    Assignment,
    Exemption,
    KeepRule,
    LibrarySection,
    MediaFile,
    MediaItem,
    Protection,
    Question,
    StandingOrder,
)
from media.models.library import MediaItemQuerySet
from media.paging import in_pages
from media.sync import doubts
from media.sync.merging import merge

BATCH = 500
# So many titles of a library, and such a share of it, have other keys only when its database is another.
MANY, MOST = 3, 1 / 2
LOST = Q(rating_key__contains=LOST_KEY)


@dataclass(frozen=True)
class Pair:
    old: MediaItem
    new: MediaItem
    shares_a_file: bool = True  # a season or a show has none

    @property
    def bears_the_same_date(self) -> bool:
        """Of a season or a show it does not matter: nobody views it."""
        then = self.old.added_at
        return not self.old.is_leaf or (then is not None and then == self.new.added_at)


@dataclass(frozen=True)
class Moves:
    """Of the titles of one kind that were there at the complete listing before."""

    known: int = 0
    moved: int = 0  # they have other keys, or theirs mean others
    united: frozenset[int] = frozenset()

    def __add__(self, other: "Moves") -> "Moves":
        return Moves(self.known + other.known, self.moved + other.moved, self.united | other.united)

    @property
    def are_too_many(self) -> bool:
        """For anything less than a database that was built anew."""
        return self.moved >= MANY and self.moved >= self.known * MOST


def follow_keys(
    section: LibrarySection, kind: str, absent: Collection[int], now: datetime, *, job: Job | None = None
) -> Moves:
    """After a complete listing of a kind that lacks those rows: which of them are there under another key."""
    since = section.full_sync_at
    if since is None:
        return Moves()
    pairs = _proven_first(_pairs(_fresh(section, since).filter(type=kind), set(absent), since))
    before = MediaItem.objects.filter(section=section, type=kind, first_seen_at__lte=since)
    known = before.filter(Q(gone_at=None) | Q(gone_at__gt=since)).count()
    lost = set(before.filter(LOST, gone_at__gt=since).values_list("pk", flat=True))
    moved = lost | {pair.old.pk for pair in pairs if not pair.old.gone_at or pair.old.gone_at > since}
    return Moves(known, len(moved), frozenset(_follow(pairs, now, job)))


def ask_about_lost_keys(section: LibrarySection, now: datetime) -> None:
    """Between two listings: a title whose key means another one by now may be there under a new key."""
    since = section.full_sync_at
    if since is None:
        return
    lost = MediaItem.objects.filter(LOST, section=section, type__in=MediaItem.LEAVES, gone_at__gt=since)
    guids = set(lost.values_list("guid", flat=True))
    fresh = _fresh(section, since).filter(type__in=MediaItem.LEAVES)
    for page in in_pages(guids, BATCH):
        for pair in _pairs(fresh.filter(guid__in=page), set(), since):
            ask(pair, Question.Why.MOVED, now)


def _fresh(section: LibrarySection, since: datetime) -> MediaItemQuerySet:
    fresh = MediaItem.objects.present().filter(section=section, first_seen_at__gt=since)
    return fresh.exclude(guid="").select_related("server", "section").order_by("pk")


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


def _proven_first(pairs: list[Pair]) -> list[Pair]:
    """Where files tell which is which, the rest of that work need not be guessed at."""
    olds = {pair.old.pk for pair in pairs if pair.shares_a_file}
    news = {pair.new.pk for pair in pairs if pair.shares_a_file}
    return [
        pair for pair in pairs if pair.shares_a_file or (pair.old.pk not in olds and pair.new.pk not in news)
    ]


def _follow(pairs: list[Pair], now: datetime, job: Job | None) -> set[int]:
    olds = Counter(pair.old.pk for pair in pairs)
    news = Counter(pair.new.pk for pair in pairs)
    proven = []
    for pair in pairs:
        if olds[pair.old.pk] > 1 or news[pair.new.pk] > 1:
            ask(pair, Question.Why.SEVERAL, now)
        elif not pair.shares_a_file:
            ask(pair, Question.Why.FILE, now)
        elif pair.bears_the_same_date:
            proven.append(pair)
        else:
            ask(pair, Question.Why.DATED, now)
    return _unite_all(proven, now, job)


def _unite_all(pairs: list[Pair], now: datetime, job: Job | None) -> set[int]:
    united = set()
    for page in in_pages(pairs, BATCH):
        _doubt([pair.old for pair in page if pair.old.is_leaf], now)
        for pair in page:
            if job:
                job.renew(timezone.now(), job.progress, job.rows, job.total)
            united |= {pair.old.pk} if unite(pair) else set()
    return united


def _doubt(olds: list[MediaItem], now: datetime) -> None:
    """What was viewed under keys that may have meant other titles on the way is not carried over."""
    if olds:
        with transaction.atomic():
            olds[0].server.lock()
            doubts.forget(olds[0].server, olds, now)


def ask(pair: Pair, why: Question.Why, now: datetime) -> None:
    """Only where something would be carried over. Until the answer the new title is as protected."""
    levels = [pk for pk in (pair.old.pk, pair.old.parent_id, pair.old.show_id) if pk]
    if not Assignment.objects.filter(item__in=levels).exists() and not _is_kept(pair.old):
        return
    facts = {"server": pair.new.server, "asked_at": now}
    question, is_new = Question.objects.get_or_create(
        old=pair.old, new=pair.new, defaults={**facts, "why": why}
    )
    if is_new:
        protecting.hand_on(pair.old, pair.new)
    elif question.answered_at is None and question.why != why:
        Question.objects.open().filter(pk=question.pk).update(why=why)


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
    ).order_by("pk")
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
        if (pair.old.pk, pair.new.pk) not in refused:
            shares_a_file = not pair.old.is_leaf or bool(paths[pair.old.pk] & paths[pair.new.pk])
            yield replace(pair, shares_a_file=shares_a_file)


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
    said = any(model.objects.filter(item=old).exists() for model in (Assignment, StandingOrder, Exemption))
    return said or _is_kept(old)


def _is_kept(old: MediaItem) -> bool:
    return any(model.objects.filter(item=old).exists() for model in (Protection, KeepRule))


def _paths(leaves: set[int]) -> dict[int, set[str]]:
    paths: dict[int, set[str]] = defaultdict(set)
    files = MediaFile.objects.filter(item__in=leaves, is_optimised=False)
    for item, path in files.values_list("item", "path"):
        paths[item].add(path)
    return paths
