"""What people decide about a deletion."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.wording import sentence as _
from accounts.wording import together
from deletions import alarms, keeping, snapshot
from deletions.models import STICKY, AuditEntry, Deletion, Hold, Policy, Status
from deletions.queue.cancelled import declined_elsewhere, overrule
from deletions.queue.moves import STATES, current, missing, move
from media.answers import answers
from media.versions import versions_of

# Holds that do not stop a title again once they were approved ...
ACCEPTABLE = {
    Hold.VERSIONS, Hold.QUARANTINE, Hold.BRAKE, Hold.SPACE,
}  # fmt: skip
# ... and those whose approval makes the title as Plaxe knows it now the one that may go.
CHANGES = {Hold.CHANGED, Hold.VERSIONS}


def cancel(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Keep the title. Sticky: only `retry` arms it again. Cancelling twice is once."""
    deletion.refresh_from_db()
    if deletion.status == Status.CANCELLED and not deletion.is_overruled:
        return
    expect = (Status.HELD, Status.SCHEDULED, Status.FAILED, Status.CANCELLED)
    if not (
        move(deletion, Status.CANCELLED, expect, AuditEntry.Verb.CANCELLED, now, by=by, finished_at=now)
        or _withdraw(deletion, now, by)
    ):
        raise _refusal(deletion, _("%(title)s cannot be cancelled: it is %(state)s."))


def _withdraw(deletion: Deletion, now: datetime, by: User | None) -> bool:
    """Take it back from a worker that has claimed it and sent nothing yet."""
    with transaction.atomic():
        won = deletion.withdraw(now)
        if won:
            AuditEntry.about(deletion, AuditEntry.Verb.CANCELLED, now, by=by).save()
    return won


def approve(deletion: Deletion, now: datetime, *, by: User | None = None, version: str | None = None) -> None:
    """Accept what holds it. What passes by itself is only looked at again. With `version`, its id, only that
    one goes and the others stay; without, all of several."""
    deletion.refresh_from_db()
    if version is not None:
        _refuse_unless_one_of_several(deletion, version)
    if words := _what_stays(deletion):
        raise Refused(together([_("%(title)s cannot be approved.", title=deletion.title), words]))
    accepted = {*deletion.accepted, deletion.hold} & ACCEPTABLE
    fields: dict[str, Any] = {"accepted": sorted(accepted)}
    if deletion.hold in CHANGES:
        chosen = version or ("" if deletion.hold == Hold.VERSIONS else deletion.version)
        fields |= {**current(deletion, chosen), "version": chosen}
    if not move(deletion, Status.SCHEDULED, (Status.HELD,), AuditEntry.Verb.APPROVED, now, by=by, **fields):
        raise _refusal(deletion, _("%(title)s cannot be approved: it is %(state)s."))


def _what_stays(deletion: Deletion) -> str:
    """What would hold it again at once, as far as Plaxe knows by itself; in words."""
    if words := declined_elsewhere(deletion):
        return words
    if deletion.hold == Hold.UNWATCHED and not (deletion.item and deletion.item.is_complete()):
        return missing(deletion)[1]
    if deletion.hold == Hold.KEPT:
        return keeping.by_plaxe(deletion, ()) if deletion.waits_anew else deletion.held_because
    found = alarms.stopping(deletion)
    return found[1] if found and found[0] == deletion.hold else ""


def _refuse_unless_one_of_several(deletion: Deletion, version: str) -> None:
    if deletion.hold not in CHANGES:
        words = _("%(title)s does not wait for one of its versions to be chosen.", title=deletion.title)
        raise Refused(words)
    there = [each.media_id for each in versions_of(deletion.item)] if deletion.item else []
    if len(there) < 2:
        raise Refused(_("%(title)s has only one version.", title=deletion.title))
    if not version or version not in there:
        words = _(
            "%(title)s has no version %(version)s. It has: %(there)s.",
            title=deletion.title,
            version=version,
            there=", ".join(there),
        )
        raise Refused(words)


def hasten(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Do not wait any longer: it is due now, or when its server's hours begin, and every law is asked.
    Saying so twice is once."""
    deletion.refresh_from_db()
    if deletion.status == Status.RUNNING or (
        deletion.status == Status.SCHEDULED and deletion.scheduled_for <= now
    ):
        return
    expect, verb = (Status.SCHEDULED,), AuditEntry.Verb.HASTENED
    due = Policy.of(deletion.server).opens(now)
    if not move(deletion, Status.SCHEDULED, expect, verb, now, by=by, scheduled_for=due):
        raise _refusal(deletion, _("%(title)s cannot be deleted now: it is %(state)s."))


def let_go(deletion: Deletion, now: datetime, *, by: User | None = None) -> bool:
    """What held it together with others was accepted for all of them; so the brake need not ask again."""
    accepted = sorted({*deletion.accepted, Hold.BRAKE})
    return move(
        deletion, Status.SCHEDULED, (Status.HELD,), AuditEntry.Verb.APPROVED, now, by=by, accepted=accepted
    )


def retry(deletion: Deletion, now: datetime, *, by: User | None = None) -> Deletion:
    """Arm it again: what was cancelled waits its whole delay and asks anew, others are due at once. Of a
    title one version of which went, the rest is queued. Returns what is in the queue now."""
    deletion.refresh_from_db()
    try:
        if deletion.let_the_rest_stay:
            return _queue_the_rest(deletion, now, by)
        if _arm(deletion, now, by):
            return deletion
    except IntegrityError:
        raise Refused(_("%(title)s is in the queue already.", title=deletion.title)) from None
    raise _refusal(deletion, _("%(title)s cannot be tried again: it is %(state)s."))


def _arm(deletion: Deletion, now: datetime, by: User | None) -> bool:
    fields: dict[str, Any] = {"scheduled_for": now, "finished_at": None, "failure": ""}
    if deletion.status == Status.CANCELLED:
        fields |= {"scheduled_for": Policy.of(deletion.server).due(now), "accepted": [], "version": ""}
        if deletion.version:
            fields["bytes"] = sum(file["size"] or 0 for file in deletion.snapshot["files"])
    expect, verb = (*STICKY, Status.HELD), AuditEntry.Verb.RETRIED
    with transaction.atomic():
        armed = move(deletion, Status.SCHEDULED, expect, verb, now, by=by, **fields)
        if armed:
            overrule(deletion)
    return armed


def _queue_the_rest(deletion: Deletion, now: datetime, by: User | None) -> Deletion:
    item = deletion.item
    if item is None or item.gone_at:
        raise Refused(_("Nothing is left of %(title)s.", title=deletion.title))
    with transaction.atomic():
        rest = Deletion.objects.create(
            **snapshot.facts(deletion.server, item, answers([item])[item.pk]),
            server=deletion.server,
            item=item,
            enqueued_at=now,
            scheduled_for=Policy.of(deletion.server).due(now),
        )
        overrule(rest)
        AuditEntry.about(rest, AuditEntry.Verb.RETRIED, now, by=by).save()
    return rest


def _refusal(deletion: Deletion, words: str) -> Refused:
    return Refused(_(words, title=deletion.title, state=STATES[Status(deletion.status)]))
