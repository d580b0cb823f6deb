"""Look at once at what somebody may just have seen, as that person.

An event only says where to look. What is found there goes the way of every other reading.
"""

from datetime import datetime

from accounts.errors import Busy
from accounts.jobs import running
from accounts.models import Job, PlexServer, PlexUser
from accounts.tokens import NoToken, ViewerTokens
from media import states, sync
from media.models import MediaItem
from media.sources import history
from media.sources.listed import is_listed
from media.watching import announce
from plexclient.errors import BadResponse, Forbidden, NotFound
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata


def look_at(
    server: PlexServer, client: PlexMediaServer, viewer: PlexUser, rating_key: str, now: datetime
) -> str:
    """What this viewer's own state says of one leaf becomes what Plaxe knows. Returns what came of it.

    Raises a PlexError when that cannot be known now.
    """
    item = _leaf(server, client, rating_key, now)
    if item is None:
        return "Plaxe does not watch over this title."
    try:
        asked = ViewerTokens(server).client_for(viewer)
        metadata = asked.metadata(rating_key)
        listed = is_listed(item, viewer, asked, metadata)
    except NoToken:
        read_history(server, client, now)
        return f"What {viewer} has seen cannot be asked for; the watch history was read instead."
    except (NotFound, Forbidden):
        return f"Plex does not show it to {viewer}."
    if not _take_in(item, viewer, metadata, now, is_listed=listed):
        return f"Nothing has changed for {viewer}."
    announce(server)
    return f"What {viewer} has seen of it was read anew."


def _take_in(
    item: MediaItem, viewer: PlexUser, metadata: Metadata, now: datetime, *, is_listed: bool
) -> bool:
    try:
        return states.look(item, viewer, metadata, now, is_listed=is_listed)
    except BadResponse:  # the key means another title by now
        Job.of(item.server, Job.Kind.LIBRARIES).want(now, full=True)
        raise


def _leaf(server: PlexServer, client: PlexMediaServer, rating_key: str, now: datetime) -> MediaItem | None:
    known = MediaItem.objects.leaves().filter(server=server, rating_key=rating_key)
    leaves = known.select_related("server__owner", "show")
    if not leaves.exists():
        sync.sync_items(server, client, [rating_key], now)
    return leaves.first()


def read_history(server: PlexServer, client: PlexMediaServer, now: datetime) -> None:
    """What is new in it. While another run reads it, one more is asked for."""
    try:
        with running(server, Job.Kind.POLL) as job:
            history.read(server, client, now, job=job)
    except Busy:
        Job.of(server, Job.Kind.POLL).want(now)
