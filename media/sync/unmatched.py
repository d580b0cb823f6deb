"""Titles that no agent has matched: their guids name their keys, and go with them.

When such a title has another key nothing proves that it is the one of before. Its file or its name may say
so: where somebody was to see it, or keeps it, the owner is asked. What nothing resembles the doctor tells.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from accounts.models import PlexServer
from media.guids import UNMATCHED
from media.models import LOST_KEY, Assignment, LibrarySection, MediaFile, MediaItem, Question
from media.models.library import MediaItemQuerySet
from media.sync.identity import has_the_name_of, share_a_file
from media.sync.rekeying import Pair, ask

NAMELESS = Q(guid="")
for beginning in UNMATCHED:
    NAMELESS |= Q(guid__startswith=beginning)


def ask_about_unmatched(section: LibrarySection, now: datetime) -> None:
    """After a complete listing: those that went since the one before may be there all the same."""
    if section.full_sync_at is None:
        return
    nameless = MediaItem.objects.filter(NAMELESS, section=section).select_related("show", "section", "server")
    olds = list(nameless.filter(gone_at__gt=section.full_sync_at))
    if not olds:
        return
    news = list(nameless.filter(gone_at=None))
    paths = _paths([*olds, *news])
    for old in olds:
        for new in news:
            if old.first_seen_at < new.first_seen_at and _resembles(old, new, paths):
                ask(Pair(old, new), Question.Why.UNMATCHED, now)


def lost_assignments(server: PlexServer) -> MediaItemQuerySet:
    """Whose keys stand for other titles, and of which nobody has been asked whether they are still there."""
    lost = MediaItem.objects.filter(NAMELESS, server=server, rating_key__contains=LOST_KEY)
    assigned = lost.exclude(gone_at=None).filter(pk__in=Assignment.objects.required().values("item"))
    return assigned.filter(questions_as_old=None)


def _resembles(old: MediaItem, new: MediaItem, paths: dict[int, set[str]]) -> bool:
    shares_a_file = share_a_file(paths[old.pk], paths[new.pk])
    return old.type == new.type and (
        bool(shares_a_file) or (shares_a_file is None and has_the_name_of(old, new))
    )


def _paths(items: Iterable[MediaItem]) -> dict[int, set[str]]:
    paths: dict[int, set[str]] = defaultdict(set)
    leaves = [item.pk for item in items if item.is_leaf]
    for item, path in MediaFile.objects.filter(item__in=leaves).values_list("item", "path"):
        paths[item].add(path)
    return paths
