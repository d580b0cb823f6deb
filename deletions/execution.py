"""Claim, look, write down the intent, send one DELETE, prove it, record.

A crash at any line leaves a row that explains itself: RUNNING with or without `sent_at`. When its lease has
run out the next pass settles it by asking the server, never by sending again.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.connecting import WrongServer, reach
from accounts.jobs import running
from accounts.models import Job, PlexServer
from accounts.tokens import ViewerTokens
from deletions import brake, contract, queue
from deletions.contract import Facts, Objection, Vanished
from deletions.models import AuditEntry, Deletion, Hold, Policy, Status
from plexclient.errors import NotFound, PlexError, RateLimited, Unreachable
from plexclient.server import PlexMediaServer

logger = logging.getLogger(__name__)

# Plex may answer before the entry is gone: seconds to wait before each look.
PROOF_WAITS = (0.0, 0.3, 1.0)
# A title that would have gone in a dry run is looked at once a day, not on every pass.
DRY_RUN_AGAIN = timedelta(days=1)
UNKNOWN = "unknown"
ACCEPTED = 200  # with a body that means nothing; the proof decides
SERVER_ERROR = 500
# A worker that dies again and again after announcing its DELETE: stop and let somebody look.
MOST_DELETES = 3

ADVICE = {
    400: "Plex could not delete the files. Is the disk mounted read-only, or do the permissions forbid it?",
    401: "Plex did not accept the token. Sign in with Plex again.",
    403: "Plex is not allowed to delete: Settings > Library > Allow media deletion.",
    429: "Plex was asked too often and did nothing.",
}


@dataclass(frozen=True)
class ExecuteReport:
    deleted: int
    gone: int
    failed: int
    held: int
    unknown: int
    would_delete: int
    dry_run: bool


def execute_due(server: PlexServer, now: datetime) -> ExecuteReport:
    """Delete what is due on one server. Raises Busy while another run does it."""
    with running(server, Job.Kind.EXECUTE) as job:
        rows = [*_abandoned(server, now), *_due(server, now)]
        outcomes = Counter(_outcomes(server, rows, job)) if rows else Counter()
    return ExecuteReport(
        deleted=outcomes[Status.DELETED],
        gone=outcomes[Status.GONE],
        failed=outcomes[Status.FAILED],
        held=outcomes[Status.HELD],
        unknown=outcomes[UNKNOWN],
        would_delete=outcomes[AuditEntry.Verb.DRY_RUN],
        dry_run=Policy.load().dry_run,
    )


def _abandoned(server: PlexServer, now: datetime) -> list[Deletion]:
    return list(Deletion.objects.filter(server=server).abandoned(now).select_related("item", "server"))


def _due(server: PlexServer, now: datetime) -> list[Deletion]:
    due = Deletion.objects.filter(server=server).due(now).order_by("scheduled_for", "pk")
    if Policy.load().dry_run:
        due = due.exclude(would_have_gone_at__gt=now - DRY_RUN_AGAIN)
    return list(due.select_related("server", "item__section", "item__show", "item__parent"))


def _outcomes(server: PlexServer, rows: list[Deletion], job: Job) -> Iterator[str]:
    """What became of each row: a status, `dry_run`, or nothing when it was not ours or is not known yet."""
    together = brake.becoming_due(rows)
    if words := brake.clock_was_set(job.clock_step) or brake.pulled(server, together):
        yield from _hold_all(together, Objection(Hold.BRAKE, words))
        rows = [row for row in rows if row.hold != Hold.BRAKE]
    if rows:
        yield from _go_through(server, rows, job)


def _go_through(server: PlexServer, rows: list[Deletion], job: Job) -> Iterator[str]:
    try:
        client, tokens = reach(server, timezone.now()), ViewerTokens(server)
    except PlexError as error:
        yield from _hold_all(rows, _cannot_read(error))
        return
    deleted: list[Deletion] = []
    for position, row in enumerate(rows):
        now = timezone.now()
        job.renew(now, f"{position + 1} of {len(rows)}")
        if row.status == Status.RUNNING:
            yield settle(row, client, now)
        else:
            yield _try(row, client, tokens, now, deleted)
        if row.status == Status.HELD and row.hold == Hold.OFFLINE:
            yield from _hold_all(rows[position + 1 :], Objection(Hold.OFFLINE, row.held_because))
            return


def _try(
    row: Deletion, client: PlexMediaServer, tokens: ViewerTokens, now: datetime, deleted: list[Deletion]
) -> str:
    """Titles whose own reasons to wait have passed together are braked one by one, as too many of them go."""
    if words := brake.pulled(row.server, [*deleted, row]):
        return _hold(row, Objection(Hold.BRAKE, words), now)
    outcome = execute(row, client, tokens, now)
    if outcome == Status.DELETED:
        deleted.append(row)
    return outcome


def _hold_all(rows: list[Deletion], objection: Objection) -> Iterator[str]:
    """The server is off: say so for each, ask it no more. What was sent already stays to be settled."""
    for row in rows:
        if row.status != Status.RUNNING:
            yield _hold(row, objection, timezone.now())


def execute(deletion: Deletion, client: PlexMediaServer, tokens: ViewerTokens, now: datetime) -> str:
    """Delete one title if every law agrees at this moment."""
    if not deletion.claim(now):
        return ""
    facts = Facts(client, deletion, tokens)
    try:
        objection = contract.objection(deletion, facts, now)
    except Vanished:
        return _found_gone(deletion, now)
    except PlexError as error:
        objection = _cannot_read(error)
    if objection:
        return _hold(deletion, objection, now)
    if facts.lost:  # it went with another title that shared it; Plex takes the entry out at its next scan
        return _finish(deletion, Status.DELETED, now)
    return _note_dry_run(deletion, now) if Policy.load().dry_run else _delete(deletion, client, now)


def _hold(deletion: Deletion, objection: Objection, now: datetime) -> str:
    queue.hold(deletion, objection.hold, objection.text, now)
    return deletion.status


def _cannot_read(error: PlexError) -> Objection:
    if isinstance(error, WrongServer):
        return Objection(Hold.WRONG_SERVER, str(error))
    is_off = isinstance(error, Unreachable | RateLimited) or (error.status or 0) >= SERVER_ERROR
    return Objection(Hold.OFFLINE if is_off else Hold.UNREADABLE, str(error))


def _found_gone(deletion: Deletion, now: datetime) -> str:
    """Somebody else deleted it, or our own DELETE did whose worker died before it could say so."""
    ours = deletion.deletes_sent and not deletion.answer
    return _finish(deletion, Status.DELETED if ours else Status.GONE, now)


def _note_dry_run(deletion: Deletion, now: datetime) -> str:
    is_news = deletion.would_have_gone_at is None
    with transaction.atomic():
        moved = deletion.move(
            Status.SCHEDULED, expect=(Status.RUNNING,), would_have_gone_at=now, leased_until=None
        )
        if moved and is_news:
            AuditEntry.about(deletion, AuditEntry.Verb.DRY_RUN, now).save()
    return AuditEntry.Verb.DRY_RUN if moved else ""


def _delete(deletion: Deletion, client: PlexMediaServer, now: datetime) -> str:
    """Send the one DELETE of this claim. The intent is committed before, the answer after."""
    with transaction.atomic():
        if not deletion.intend(now):
            return ""
        AuditEntry.about(deletion, AuditEntry.Verb.SENT, now).save()
    error: PlexError | None = None
    try:
        client.delete(deletion.rating_key)
    except PlexError as problem:
        error = problem
        logger.warning("Deleting %s: %s", deletion.title, problem)
    deletion.answered(str(error) if error else "200")
    return _conclude(deletion, error, is_gone(client, deletion.rating_key))


def _conclude(deletion: Deletion, error: PlexError | None, gone: bool | None) -> str:
    """Believe the proof, not the answer. What is not known stays RUNNING until its lease has run out."""
    now = timezone.now()
    if gone:
        return _finish(deletion, Status.GONE if isinstance(error, NotFound) else Status.DELETED, now)
    if gone is False and (error is None or error.status == ACCEPTED):
        return _finish(deletion, Status.FAILED, now, "Plex said it was deleted, and it is still there.")
    if gone is False and error and error.status in ADVICE:
        return _finish(deletion, Status.FAILED, now, ADVICE[error.status])
    return _wait(deletion)


def _wait(deletion: Deletion) -> str:
    """Nobody knows yet what became of it; the row says so until it is settled."""
    because = f"{deletion.answer} Plaxe looks again when the claim times out, and does not send it twice."
    deletion.move(Status.RUNNING, expect=(Status.RUNNING,), held_because=because)
    return UNKNOWN


def settle(deletion: Deletion, client: PlexMediaServer, now: datetime) -> str:
    """A worker vanished, or Plex did not answer: ask the server what became of the title."""
    if not deletion.take_over(now):
        return ""
    # What Plex has under another key by now is still there, whatever the old key says.
    gone = False if contract.new_key(deletion) else is_gone(client, deletion.rating_key)
    if gone:
        return _finish(deletion, Status.DELETED if deletion.sent_at else Status.GONE, now)
    if gone is None:
        return ""
    if deletion.answer or deletion.deletes_sent >= MOST_DELETES:
        words = f"Plex was asked to delete it and it is still there. {deletion.answer}".strip()
        return _finish(deletion, Status.FAILED, now, words)
    return _begin_again(deletion, now)


def _begin_again(deletion: Deletion, now: datetime) -> str:
    """Nothing came of the claim and nobody is left to say why: a new one looks at everything anew."""
    with transaction.atomic():
        if deletion.move(Status.SCHEDULED, expect=(Status.RUNNING,), leased_until=None):
            AuditEntry.about(deletion, AuditEntry.Verb.SETTLED, now, text="It is still there.").save()
    return ""


def is_gone(client: PlexMediaServer, rating_key: str) -> bool | None:
    """404 is gone, the title itself is still there, anything else is unknown (None)."""
    gone: bool | None = None
    for wait in PROOF_WAITS:
        time.sleep(wait)
        try:
            client.metadata(rating_key)
            gone = False
        except NotFound:
            return True
        except PlexError:
            gone = None
    return gone


def _finish(deletion: Deletion, status: Status, now: datetime, text: str = "") -> str:
    with transaction.atomic():
        if not deletion.move(
            status, expect=(Status.RUNNING,), finished_at=now, leased_until=None, failure=text
        ):
            return ""
        freed = deletion.bytes if status == Status.DELETED else 0
        verb = AuditEntry.Verb(status.lower())
        AuditEntry.about(deletion, verb, now, text=text, bytes=freed, answer=deletion.answer).save()
        if status != Status.FAILED:
            _forget_item(deletion, now)
    return status


def _forget_item(deletion: Deletion, now: datetime) -> None:
    """The title is gone; those that shared its file may follow although the file is missing now."""
    if deletion.item:
        deletion.item.gone(now)
    for neighbour in contract.neighbours(deletion):
        for follower in neighbour.deletions.open():
            follower.expect_missing_file(deletion)
