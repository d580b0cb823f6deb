"""Read single items that Plaxe has met elsewhere, in a history for instance."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.sync.store import store
from media.sync.values import is_key
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata


def sync_items(server: PlexServer, client: PlexMediaServer, rating_keys: Iterable[str], now: datetime) -> int:
    """Store those that exist, in sections that Plaxe knows, with the seasons and shows they belong to.

    Returns how many are new.
    """
    rows = client.metadata_batch(key for key in rating_keys if is_key(key))
    rows += client.metadata_batch(_unknown_above(server, rows))
    sections = {section.key: section for section in LibrarySection.objects.present().filter(server=server)}
    shelves: dict[str, list[Metadata]] = defaultdict(list)
    for row in rows:
        if row.section_key in sections:
            shelves[row.section_key].append(row)
    return sum(store(server, sections[key], shelf, now).new for key, shelf in shelves.items())


def _unknown_above(server: PlexServer, rows: list[Metadata]) -> set[str]:
    above = {key for row in rows for key in (row.parent_rating_key, row.grandparent_rating_key)}
    keys = {key for key in above if key is not None and is_key(key)} - {row.rating_key for row in rows}
    known = MediaItem.objects.filter(server=server, rating_key__in=keys).values_list("rating_key", flat=True)
    return keys - set(known)
