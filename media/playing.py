"""What is playing: the rows follow the server's sessions, and whoever has stopped is looked at."""

import logging
from datetime import datetime
from typing import Any

from accounts.models import Job, PlexServer, PlexUser
from media import looking
from media.models import MediaItem, PlaySession
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Session
from plexclient.types.events import Playing

logger = logging.getLogger(__name__)

LONGEST = 2**53
STOPPED = "stopped"


def refresh(server: PlexServer, client: PlexMediaServer, now: datetime) -> int:
    """Read the sessions. Returns how many there are; raises a PlexError when that is not known."""
    sessions = {one.session_key or one.session_id: one for one in client.sessions()}
    sessions.pop("", None)
    ended = PlaySession.objects.filter(server=server).exclude(session_key__in=sessions)
    stopped = [row for row in ended.select_related("viewer") if row.forget()]
    for key, session in sessions.items():
        _keep(server, key, session, now)
    for row in stopped:
        _look_after(server, client, row, now)
    server.sessions_read(now)
    return len(sessions)


def hear(server: PlexServer, client: PlexMediaServer, event: Playing, now: datetime) -> None:
    """The stream says that a playback has moved, and not whose it is: the sessions know, until it ends."""
    row = PlaySession.objects.filter(server=server, session_key=event.session_key).first()
    if event.state == STOPPED:
        _hear_end(server, client, row, now)
    elif row is None or row.rating_key != event.rating_key:
        refresh(server, client, now)
    elif row.moved(event.state, event.view_offset, now):
        _look_after(server, client, row, now)


def _hear_end(server: PlexServer, client: PlexMediaServer, row: PlaySession | None, now: datetime) -> None:
    if row is None:  # it began and ended unheard: the history knows whose it was
        looking.read_history(server, client, now)
    elif row.forget():
        _look_after(server, client, row, now)


def _look_after(server: PlexServer, client: PlexMediaServer, row: PlaySession, now: datetime) -> None:
    """Whoever has stopped, or is near the end, may have seen it: he is asked."""
    if row.viewer is None or not row.rating_key:
        return
    try:
        looking.look_at(server, client, row.viewer, row.rating_key, now)
    except PlexError as problem:
        logger.info("%s: %s", row, problem)
        Job.of(server, Job.Kind.POLL).want(now)


def _keep(server: PlexServer, key: str, session: Session, now: datetime) -> None:
    PlaySession.objects.update_or_create(
        server=server,
        session_key=key[:64],
        defaults=_said(server, session, now),
        create_defaults={**_said(server, session, now), "began_at": now},
    )


def _said(server: PlexServer, session: Session, now: datetime) -> dict[str, Any]:
    plex_id = server.plex_id_of(session.account_id)
    known = MediaItem.objects.present().filter(server=server, rating_key=session.rating_key or "")
    return {
        "session_id": session.session_id[:255],
        "viewer": PlexUser.objects.on(server).filter(plex_id=plex_id).first() if plex_id else None,
        "viewer_name": session.user_title[:255],
        "item": known.first() if session.rating_key else None,
        "rating_key": (session.rating_key or "")[:64],
        "title": " · ".join(filter(None, (session.show_title, session.title)))[:1000],
        "state": session.state[:32],
        "offset": min(max(session.view_offset or 0, 0), LONGEST),
        "duration": session.duration if session.duration and 0 < session.duration < LONGEST else None,
        "player": session.player[:255],
        "device": session.device[:255],
        "is_local": session.is_local,
        "transcode_key": (session.transcode_key or "")[:255],
        "is_transcoded": session.is_transcoded,
        "seen_at": now,
    }
