"""The owner ends what somebody plays, or has Plex stop converting it. Both are written down."""

from datetime import datetime

from accounts.connecting import reach
from accounts.errors import Refused
from accounts.models import User
from accounts.wording import sentence as _
from deletions.models import AuditEntry
from media.models import PlaySession

LONGEST_REASON = 300


def end_playback(session: PlaySession, reason: str, now: datetime, *, by: User | None = None) -> None:
    """Raises Refused or a PlexError, in words, when it goes on. Whoever watches is shown the reason."""
    if not session.session_id:
        raise Refused(_("Plex does not say by which name %(what)s could be ended.", what=session))
    reach(session.server, now).terminate(session.session_id, reason.strip()[:LONGEST_REASON])
    _write_down(session, reason.strip(), now, by)


def cancel_transcode(session: PlaySession, now: datetime, *, by: User | None = None) -> None:
    if not session.transcode_key:
        raise Refused(_("Plex converts nothing for %(who)s.", who=session.viewer_name))
    reach(session.server, now).cancel_transcode(session.transcode_key)
    _write_down(session, _("Plex was told to stop converting it."), now, by)


def _write_down(session: PlaySession, text: str, now: datetime, by: User | None) -> None:
    words = _("%(who)s: %(text)s", who=session.viewer_name, text=text) if text else session.viewer_name
    verb = AuditEntry.Verb.ENDED
    AuditEntry.concerning(session.server, verb, now, title=session.title, text=words, by=by).save()
