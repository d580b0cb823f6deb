"""Claim, look, write down the intent, act once, prove it, record.

A crash at any line leaves a row that explains itself: RUNNING with or without `sent_at`. When its lease has
run out the next pass settles it by looking at what became of the title, never by doing it again.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.tokens import ViewerTokens
from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions import contract, queue
from deletions.contract import Facts, NoAnswer, Objection, Vanished
from deletions.keeping import Above
from deletions.models import AuditEntry, Deletion, Hold, Policy, Quarantined, Status
from deletions.removal import ALL_OF_IT, Verdict, Way, WholeTitle, move_begun, way_for
from plexclient.errors import PlexError, RateLimited
from plexclient.server import PlexMediaServer

Then = Callable[[Status, datetime], None]

# Outcomes that are no status of their own.
UNKNOWN, UNREADABLE = "unknown", "unreadable"


def execute(
    deletion: Deletion,
    client: PlexMediaServer,
    tokens: ViewerTokens,
    now: datetime,
    *,
    quiet: Collection[Hold] = (),
    above: Above | None = None,
) -> str:
    """Delete one title if every law agrees at this moment. `quiet`: holds that are said of the server;
    `above`: what the pass has read already."""
    if not deletion.claim(now):
        return ""
    if (begun := move_begun(deletion, client)) and (verdict := begun.late()).status != Status.SCHEDULED:
        return _record(deletion, begun, verdict, now)
    facts = Facts(client, deletion, tokens, above)
    try:
        objection = contract.objection(deletion, facts, now)
    except Vanished:
        return _finish(deletion, _vanished(deletion), now, WholeTitle(deletion, client).record)
    except NoAnswer as silence:
        objection = Objection(Hold.OFFLINE, told(silence))
    except PlexError as error:
        return _hold_unread(deletion, _unreadable(client, error), now, quiet)
    if objection:
        return _hold(deletion, objection, now, quiet)
    return _go(deletion, facts, now)


def _go(deletion: Deletion, facts: Facts, now: datetime) -> str:
    if facts.is_lost:  # it went with another title that shared it; Plex takes the entry out at its next scan
        then = None if deletion.version else WholeTitle(deletion, facts.client).record
        return _finish(deletion, Verdict(Status.DELETED), now, then)
    return (
        _note_dry_run(deletion, now) if Policy.of(deletion.server).dry_run else _remove(deletion, facts, now)
    )


def _unreadable(client: PlexMediaServer, error: PlexError) -> Objection:
    """Nothing can be learned of a title. Whether that is the title's matter or its own, the server shows."""
    if isinstance(error, RateLimited):
        return Objection(Hold.OFFLINE, told(error))
    try:
        client.root()
    except PlexError as silence:
        return Objection(Hold.OFFLINE, told(silence))
    return Objection(Hold.UNREADABLE, told(error))


def _hold_unread(deletion: Deletion, objection: Objection, now: datetime, quiet: Collection[Hold]) -> str:
    held = _hold(deletion, objection, now, quiet)
    return UNREADABLE if deletion.hold == Hold.UNREADABLE else held


def _hold(deletion: Deletion, objection: Objection, now: datetime, quiet: Collection[Hold]) -> str:
    quietly, waits_anew = objection.hold in quiet, objection.waits_anew
    queue.hold(deletion, objection.hold, objection.text, now, quietly=quietly, waits_anew=waits_anew)
    return deletion.status


def _vanished(deletion: Deletion) -> Verdict:
    """Somebody else deleted it, or our own DELETE did whose worker died before it could say so."""
    if deletion.version:
        return Verdict(Status.GONE, ALL_OF_IT)
    if deletion.snapshot.get("went"):  # with a title that shared its file, and has counted it
        return Verdict(Status.DELETED)
    ours = deletion.deletes_sent and not deletion.answer
    return Verdict(Status.DELETED, freed=deletion.bytes) if ours else Verdict(Status.GONE)


def _note_dry_run(deletion: Deletion, now: datetime) -> str:
    is_news = deletion.would_have_gone_at is None
    with transaction.atomic():
        moved = deletion.move(
            Status.SCHEDULED, expect=(Status.RUNNING,), would_have_gone_at=now, leased_until=None
        )
        if moved and is_news:
            AuditEntry.about(deletion, AuditEntry.Verb.DRY_RUN, now).save()
    return AuditEntry.Verb.DRY_RUN if moved else ""


def _remove(deletion: Deletion, facts: Facts, now: datetime) -> str:
    """Act once for this claim. The intent is committed before, the answer after."""
    way = way_for(deletion, facts.client, to_trash=facts.goes_to_trash)
    with transaction.atomic():
        deletion.server.lock()  # one by one: of what a show keeps no two workers may each take the last
        if objection := contract.not_cancelled(deletion, facts, now) or contract.still_not_kept(deletion):
            return _hold(deletion, objection, now, ())
        if not deletion.intend(now):
            return ""
        Quarantined.objects.intended().filter(deletion=deletion).delete()
        way.announce(now)
    deletion.answered(way.act())
    return _record(deletion, way, way.verdict(), timezone.now())


def settle(deletion: Deletion, client: PlexMediaServer, now: datetime) -> str:
    """A worker vanished, or what it did is not known: look at what became of the title."""
    if not deletion.take_over(now):
        return ""
    way = move_begun(deletion, client) or way_for(deletion, client)
    return _record(deletion, way, way.found(), now)


def _record(deletion: Deletion, way: Way, verdict: Verdict, now: datetime) -> str:
    """Empty when nothing has happened to the title."""
    if verdict.status == Status.SCHEDULED:
        return _begin_again(deletion, verdict, now)
    if verdict.status is None:
        return _wait(deletion, verdict)
    if verdict.hold:
        return _hold(deletion, Objection(verdict.hold, verdict.text), now, ())
    return _finish(deletion, verdict, now, way.record)


def _wait(deletion: Deletion, verdict: Verdict) -> str:
    """Nobody knows yet what became of it; the row says so until it is settled."""
    later = _("Plaxe looks again when the claim times out, and does not send it twice.")
    because = together([verdict.text, later])
    waits = deletion.move(Status.RUNNING, expect=(Status.RUNNING,), held_because=because)
    return UNKNOWN if waits else ""


def _begin_again(deletion: Deletion, verdict: Verdict, now: datetime) -> str:
    """Nothing came of the claim and nobody is left to say why: a new one looks at everything anew."""
    with transaction.atomic():
        if deletion.move(Status.SCHEDULED, expect=(Status.RUNNING,), leased_until=None):
            AuditEntry.about(deletion, AuditEntry.Verb.SETTLED, now, text=verdict.text).save()
    return ""


def _finish(deletion: Deletion, verdict: Verdict, now: datetime, then: Then | None) -> str:
    """`then` is what else is different when it is gone, in the same transaction."""
    status = Status(verdict.status or Status.FAILED)
    with transaction.atomic():
        failure = "" if status == Status.DELETED else verdict.text
        if not deletion.finish(status, now, freed=verdict.freed, failure=failure):
            return ""
        verb, freed = verdict.verb or AuditEntry.Verb(status.lower()), verdict.freed
        entry = AuditEntry.about(deletion, verb, now, text=verdict.text, bytes=freed, answer=deletion.answer)
        entry.save()
        if status != Status.FAILED:
            _take_along(deletion)
        if then:
            then(status, now)
    return status


def _take_along(deletion: Deletion) -> None:
    """Those that shared its files may follow although the files are missing now."""
    for neighbour in contract.neighbours(deletion):
        for follower in neighbour.deletions.open():
            follower.expect_missing_files(deletion)
