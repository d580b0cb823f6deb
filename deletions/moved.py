"""Where a title is by now that has another key in Plex than when it was queued."""

from deletions.models import Deletion
from media.guids import is_matched
from media.models import LOST_KEY, MediaItem
from plexclient.server import PlexMediaServer
from plexclient.types import ItemType, Metadata

KINDS = {MediaItem.Type.MOVIE: ItemType.MOVIE, MediaItem.Type.EPISODE: ItemType.EPISODE}


def new_key(deletion: Deletion) -> str:
    """As Plaxe knows it; empty when it is the queued one."""
    there = MediaItem.objects.present().filter(deletions=deletion.pk).exclude(rating_key=deletion.rating_key)
    return there.values_list("rating_key", flat=True).first() or ""


def key_on_server(client: PlexMediaServer, deletion: Deletion) -> str:
    """As the server says that has nothing under the queued key; empty when the title is gone.

    A rebuilt server gives new keys to all it has. The same work, added at the very same moment, is the title
    that was queued; with another date it is a new copy. A title that a sync has found gone is not looked for.
    """
    guid, item = deletion.snapshot["guid"], deletion.item
    if item is None or _has_gone(item) or not is_matched(guid):
        return ""
    copies = client.copies(guid, KINDS[MediaItem.Type(deletion.type)])
    return next((copy.rating_key for copy in copies if _bears_its_date(deletion, copy)), "")


def is_elsewhere(client: PlexMediaServer, deletion: Deletion) -> bool | None:
    """Is it on the server, although its key says that it is not? None when nobody knows."""
    if is_matched(deletion.snapshot["guid"]):
        return bool(key_on_server(client, deletion))
    return _is_listed(deletion) if deletion.item else False


def has_lost_key(deletion: Deletion) -> bool:
    """The queued key stands for another title by now."""
    return LOST_KEY in deletion.rating_key or (deletion.item is not None and deletion.item.has_lost_key)


def can_be_found(deletion: Deletion) -> bool:
    """Without its key, by what it is."""
    return deletion.item is not None and is_matched(deletion.snapshot["guid"])


def _has_gone(item: MediaItem) -> bool:
    """That another title has its key says that it is gone only when all of its library was read since."""
    if item.gone_at is None or not item.has_lost_key:
        return item.gone_at is not None
    return item.section.full_sync_at is not None and item.section.full_sync_at >= item.gone_at


def _is_listed(deletion: Deletion) -> bool | None:
    """Its file alone names it, for which Plex cannot be asked: only reading all of its library tells."""
    item = deletion.item
    if item is None:
        return None
    listed_at = item.section.full_sync_at
    if deletion.sent_at and (listed_at is None or listed_at < deletion.sent_at):
        return None
    paths = [file["path"] for file in deletion.snapshot["files"]]
    there = MediaItem.objects.present().filter(server=item.server_id, type=item.type, files__path__in=paths)
    there = there.filter(index=item.index, parent_index=item.parent_index)
    is_missing = there.exclude(missing_since=None).exists()
    return None if is_missing else there.exists()


def _bears_its_date(deletion: Deletion, copy: Metadata) -> bool:
    added_at = copy.added_at.isoformat() if copy.added_at else None
    return bool(added_at == deletion.snapshot["added_at"])
