"""A title that was deleted and added again: nobody has seen it, and whoever protected it still does."""

from django.db import transaction

from accounts.models import PlexServer
from media import protecting
from media.guids import is_matched
from media.models import MediaItem, Protection


def follow_copies(server: PlexServer) -> int:
    """Protections of what has gone pass on to the copies that came after it."""
    left = Protection.objects.filter(item__server=server, item__gone_at__isnull=False)
    gone = MediaItem.objects.filter(protections__in=left).exclude(guid="")
    return sum(_follow(item) for item in gone if is_matched(item.guid))


def _follow(gone: MediaItem) -> int:
    copies = MediaItem.objects.present().filter(
        server=gone.server_id, type=gone.type, guid=gone.guid, first_seen_at__gte=gone.gone_at
    )
    with transaction.atomic():
        handed_on = sum(protecting.hand_on(gone, copy) for copy in copies.select_related("show"))
        if handed_on:
            protecting.unprotect([gone])
    return handed_on
