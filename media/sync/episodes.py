"""The episodes that a show has at this moment, for whoever must not count on one that is gone."""

from datetime import datetime

from accounts.wording import sentence as _
from media.models import MediaItem
from media.sync.missing import miss
from media.sync.store import store
from plexclient.errors import BadResponse
from plexclient.server import PlexMediaServer


def sync_episodes(show: MediaItem, client: PlexMediaServer, now: datetime) -> None:
    """Those that the server does not list are missing. Raises PlexError when it cannot be read whole."""
    reading = client.all_leaves(show.rating_key)
    rows = [row for row in reading if row.type == MediaItem.Type.EPISODE]
    if not reading.complete:
        raise BadResponse(_("Plex does not list all episodes of %(show)s.", show=show))
    store(show.server, show.section, rows, now)
    listed = {row.rating_key for row in rows}
    there = MediaItem.objects.present().filter(show=show, type=MediaItem.Type.EPISODE, first_seen_at__lt=now)
    miss((pk for pk, key in there.values_list("pk", "rating_key") if key not in listed), now)
