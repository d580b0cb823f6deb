"""Of what was sent to a server that is gone for good nobody will ever know what became of it."""

from datetime import datetime

from accounts.errors import Refused
from accounts.models import PlexServer, User
from accounts.wording import moment
from accounts.wording import sentence as _
from deletions.models import AuditEntry, Deletion, Status
from deletions.queue.moves import STATES, move


def is_unsettled(deletion: Deletion) -> bool:
    """It was sent, and its server does not answer what became of it."""
    was_sent = deletion.status == Status.RUNNING and deletion.sent_at is not None
    return was_sent and not deletion.server.is_online


def give_up(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Wait no longer until it is known. Whoever still works on it holds nothing any more."""
    deletion.refresh_from_db()
    deletion.server = PlexServer.objects.get(pk=deletion.server_id)
    if deletion.status != Status.RUNNING or deletion.sent_at is None:
        state = STATES[Status(deletion.status)]
        refusal = _(
            "%(title)s cannot be given up: it is %(state)s, and nothing of it is unknown.",
            title=deletion.title,
            state=state,
        )
        raise Refused(refusal)
    if not is_unsettled(deletion):
        answers = _(
            "%(server)s answers: the next pass looks what became of %(title)s.",
            server=deletion.server,
            title=deletion.title,
        )
        raise Refused(answers)
    words = _words(deletion, deletion.sent_at)
    ended = {"fence": deletion.fence + 1, "leased_until": None, "finished_at": now, "failure": words}
    expect, verb = (Status.RUNNING,), AuditEntry.Verb.GIVEN_UP
    if not move(deletion, Status.FAILED, expect, verb, now, by=by, text=words, **ended):
        raise Refused(_("%(title)s has just been settled.", title=deletion.title))


def _words(deletion: Deletion, sent_at: datetime) -> str:
    return _(
        "It was sent on %(when)s, and %(server)s has not answered since. Nobody knows what became of it: it"
        " may be gone, or still there.",
        when=moment(sent_at),
        server=deletion.server,
    )
