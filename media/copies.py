"""Several copies of one work on one server: a film in two libraries, or in two editions.

Plex keeps views for each work, not for each copy. So a view of one copy is a view of every other copy that
was there by then; of one that came later it is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from accounts.models import PlexServer
from media.guids import is_matched
from media.models import MediaItem
from media.models.library import MediaItemQuerySet


class Dated(Protocol):
    @property
    def at(self) -> datetime: ...


View = TypeVar("View", bound=Dated)


def shared(server: PlexServer, views: Iterable[tuple[int, View]]) -> Iterator[tuple[int, View]]:
    """Each view with the leaf it is of, and again for every other copy that was there. Two queries."""
    seen = list(views)
    copies = _copies(server, {leaf for leaf, _ in seen})
    for leaf, view in seen:
        yield leaf, view
        for copy in copies.get(leaf, ()):
            if view.at > copy.views_count_from:
                yield copy.pk, view


def twins(item: MediaItem) -> MediaItemQuerySet:
    """The very same copy under other keys, as a rebuilt library has it until the rows are found to be one."""
    paths = item.files.filter(is_optimised=False).values("path")
    same = {name: getattr(item, name) for name in ("server", "section", "type", "guid", "added_at")}
    twins = MediaItem.objects.filter(**same, files__path__in=paths).exclude(pk=item.pk).distinct()
    return twins if is_matched(item.guid) and item.added_at else twins.none()


class Copy(NamedTuple):
    pk: int
    type: str
    guid: str
    views_count_from: datetime


def _copies(server: PlexServer, leaves: set[int]) -> dict[int, list[Copy]]:
    """The other copies of each leaf."""
    works = _works(MediaItem.objects.filter(pk__in=leaves))
    guids = {item.guid for item in works}
    by_work = defaultdict(list)
    for item in _works(MediaItem.objects.leaves().filter(server=server, guid__in=guids)):
        by_work[item.type, item.guid].append(item)
    return {item.pk: [copy for copy in by_work[item.type, item.guid] if copy.pk != item.pk] for item in works}


def _works(items: MediaItemQuerySet) -> list[Copy]:
    """Those whose guid names the work; one that no agent has matched names its row."""
    rows = (Copy(*row) for row in items.values_list(*Copy._fields))
    return [row for row in rows if is_matched(row.guid)]
