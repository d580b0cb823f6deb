"""Does a key mean the title that Plaxe knows by it at this very moment?

A view of the history is of whatever its key means when it is read. Two titles whose keys are swapped and
swapped back leave no trace in any sync, so whoever has nothing but the history is believed only when the
server was asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from accounts.models import PlexServer
from media.models import MediaFile, MediaItem
from media.paging import in_pages
from media.sync.identity import is_same, share_a_file
from media.sync.values import files_of
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata

BATCH = 200


def doubtful(server: PlexServer, client: PlexMediaServer, keys: Collection[str]) -> set[str]:
    """Keys under which the server has another title than Plaxe, or none. Raises PlexError."""
    return {key for page in in_pages(sorted(keys), BATCH) for key in _doubtful(server, client, page)}


def _doubtful(server: PlexServer, client: PlexMediaServer, keys: list[str]) -> Iterator[str]:
    rows = {row.rating_key: row for row in client.metadata_batch(keys)}
    items = list(MediaItem.objects.filter(server=server, rating_key__in=keys))
    paths = _paths(items)
    for item in items:
        row = rows.get(item.rating_key)
        if row is None or not _is_still(item, row, paths[item.pk]):
            yield item.rating_key


def _is_still(item: MediaItem, row: Metadata, then: set[str]) -> bool:
    """As a sync would judge."""
    now = {file.path for file in files_of(row)}
    return is_same(item, row, show_id=None, shares_a_file=share_a_file(then, now))


def _paths(items: list[MediaItem]) -> dict[int, set[str]]:
    paths: dict[int, set[str]] = defaultdict(set)
    files = MediaFile.objects.filter(item__in=items, is_optimised=False)
    for item, path in files.values_list("item", "path"):
        paths[item].add(path)
    return paths
