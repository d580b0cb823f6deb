"""Read single items that Plaxe has met elsewhere, in a history for instance."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from accounts.models import Job, PlexServer
from media.models import LibrarySection, MediaItem
from media.sync.anew import follow_copies
from media.sync.missing import BELIEVABLE
from media.sync.rekeying import ask_about_lost_keys
from media.sync.store import Stored, store
from media.sync.values import is_key
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata


def sync_items(server: PlexServer, client: PlexMediaServer, rating_keys: Iterable[str], now: datetime) -> int:
    """Store those that exist, in sections that Plaxe knows, with the seasons and shows they belong to.

    Where a key means another title by now only a full pass tells where the title of before is: until then
    nothing goes that could be it. Returns how many are new.
    """
    rows = client.metadata_batch(key for key in rating_keys if is_key(key))
    rows += client.metadata_batch(_unknown_above(server, rows))
    sections = {section.key: section for section in LibrarySection.objects.present().filter(server=server)}
    shelves: dict[str, list[Metadata]] = defaultdict(list)
    for row in rows:
        if row.section_key in sections:
            shelves[row.section_key].append(row)
    stored = sum((store(server, sections[key], shelf, now) for key, shelf in shelves.items()), Stored())
    if stored.new:
        follow_copies(server)
        for key in shelves:
            ask_about_lost_keys(sections[key], now)
    if stored.notes:
        Job.of(server, Job.Kind.LIBRARIES).want(now, full=True)
    return stored.new


def find_gone(server: PlexServer, client: PlexMediaServer, rating_keys: Iterable[str], now: datetime) -> int:
    """Mark those that the server no longer knows. Too many at once are for a full pass to judge.

    Returns how many are gone.
    """
    known = MediaItem.objects.present().filter(server=server, rating_key__in=set(rating_keys))
    items = {
        item.rating_key: item for item in known.select_related("parent", "show") if is_key(item.rating_key)
    }
    for row in client.metadata_batch(items):
        items.pop(row.rating_key, None)
    if len(items) > BELIEVABLE:
        Job.of(server, Job.Kind.LIBRARIES).want(now, full=True)
        return 0
    for item in items.values():
        item.gone(now)
    return len(items)


def _unknown_above(server: PlexServer, rows: list[Metadata]) -> set[str]:
    above = {key for row in rows for key in (row.parent_rating_key, row.grandparent_rating_key)}
    keys = {key for key in above if key is not None and is_key(key)} - {row.rating_key for row in rows}
    known = MediaItem.objects.filter(server=server, rating_key__in=keys).values_list("rating_key", flat=True)
    return keys - set(known)
