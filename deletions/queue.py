"""What happens next: complete titles enter the queue, what is no longer complete is held, people decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef

from accounts.errors import Refused
from accounts.jobs import running
from accounts.models import Job, PlexServer, User
from deletions import snapshot, witnesses
from deletions.models import STICKY, AuditEntry, Deletion, Hold, Policy, Status
from media.models import MediaItem

BATCH = 500
# Holds that do not stop a title again once they were approved ...
ACCEPTABLE = {Hold.VERSIONS, Hold.BRAKE, Hold.HISTORY}
# ... and those whose approval makes the title as Plaxe knows it now the one that may go.
CHANGES = {Hold.CHANGED, Hold.VERSIONS}


@dataclass(frozen=True)
class EnqueueReport:
    enqueued: int
    held: int


def enqueue_complete(server: PlexServer, now: datetime) -> EnqueueReport:
    """Bring the queue in line with who has seen what. Raises Busy while another run does it."""
    with running(server, Job.Kind.ENQUEUE):
        held = _follow_keys(server, now) + _hold_incomplete(server, now)
        resumed = _resume_complete(server, now)
        return EnqueueReport(_enqueue_new(server, now) + resumed, held)


def _enqueue_new(server: PlexServer, now: datetime) -> int:
    blocking = Deletion.objects.open() | Deletion.objects.sticky()
    ready = MediaItem.objects.filter(server=server).complete()
    ready = ready.exclude(Exists(blocking.filter(item=OuterRef("pk"))))
    keys = list(ready.values_list("pk", flat=True))
    return sum(_enqueue_batch(server, keys[i : i + BATCH], now) for i in range(0, len(keys), BATCH))


def _enqueue_batch(server: PlexServer, keys: list[int], now: datetime) -> int:
    """A constant number of queries however many titles there are."""
    items = MediaItem.objects.filter(pk__in=keys).select_related("show", "parent").prefetch_related("files")
    pairs = snapshot.evidence(items)
    due = now + Policy.load().delay
    with transaction.atomic():
        rows = Deletion.objects.bulk_create(
            Deletion(
                **snapshot.facts(server, item, pairs[item.pk]),
                server=server,
                item=item,
                enqueued_at=now,
                scheduled_for=due,
            )
            for item in items
        )
        AuditEntry.objects.bulk_create(
            AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, now, text=" ".join(row.reasons)) for row in rows
        )
    return len(rows)


def _follow_keys(server: PlexServer, now: datetime) -> int:
    """Titles that Plex has under another key now. Where all that the trigger compares is as it was queued,
    the deletion follows and every law is asked again under the new key; the rest waits for a look."""
    there = Deletion.objects.filter(server=server, item__gone_at=None).select_related("item__show", "server")
    moved = there.filter(status__in=(Status.SCHEDULED, Status.HELD)).exclude(rating_key=F("item__rating_key"))
    return sum(_follow_key(row, now) for row in moved)


def _follow_key(deletion: Deletion, now: datetime) -> bool:
    """True when it is held."""
    today = _current(deletion)
    if not snapshot.is_same_but_for_key(deletion.snapshot, today["snapshot"]):
        because = f"Plex gave it another key, {today['rating_key']}, and it is not quite what was queued."
        return deletion.hold != Hold.CHANGED and hold(deletion, Hold.CHANGED, because, now)
    fields = {name: today[name] for name in ("rating_key", "snapshot")}
    status = Status(deletion.status)
    _move(deletion, status, (status,), AuditEntry.Verb.REKEYED, now, **fields)
    return False


def _hold_incomplete(server: PlexServer, now: datetime) -> int:
    complete = MediaItem.objects.filter(server=server).complete().values("pk")
    waiting = Deletion.objects.filter(server=server, item__gone_at=None, status=Status.SCHEDULED)
    rows = waiting.exclude(item__in=complete).select_related("item")
    return sum(hold(row, *missing(row), now) for row in rows)


def _resume_complete(server: PlexServer, now: datetime) -> int:
    """What everybody has seen by now goes on, and waits its whole delay again."""
    complete = MediaItem.objects.filter(server=server).complete().values("pk")
    seen = Deletion.objects.filter(server=server, hold=Hold.UNWATCHED, item__in=complete).held()
    return sum(_resume(row, now) for row in seen)


def _resume(deletion: Deletion, now: datetime) -> bool:
    fields = {**_current(deletion), "scheduled_for": now + Policy.load().delay}
    return _move(deletion, Status.SCHEDULED, (Status.HELD,), AuditEntry.Verb.RESUMED, now, **fields)


def missing(deletion: Deletion) -> tuple[Hold, str]:
    """Why the title is not complete: the hold, and the reason in words."""
    item = deletion.item
    if item is None:
        return Hold.UNWATCHED, "Plaxe no longer knows this title."
    item.refresh_from_db(fields=["views_count_from"])
    return witnesses.lacking(item)


def hold(deletion: Deletion, why: Hold, because: str, now: datetime) -> bool:
    """Stop it with a reason. True when the hold is news."""
    is_news = (deletion.hold, deletion.held_because) != (why, because)
    expect = (Status.SCHEDULED, Status.HELD, Status.RUNNING)
    with transaction.atomic():
        held = deletion.move(Status.HELD, expect=expect, hold=why, held_because=because, leased_until=None)
        if held and is_news:
            AuditEntry.about(deletion, AuditEntry.Verb.HELD, now, text=because, hold=why).save()
    return held and is_news


def cancel(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Keep the title. Sticky: only `retry` arms it again. Cancelling twice is once."""
    deletion.refresh_from_db()
    if deletion.status == Status.CANCELLED:
        return
    expect = (Status.HELD, Status.SCHEDULED, Status.FAILED)
    if not (
        _move(deletion, Status.CANCELLED, expect, AuditEntry.Verb.CANCELLED, now, by=by, finished_at=now)
        or _withdraw(deletion, now, by)
    ):
        raise _refusal(deletion, "cancelled")


def _withdraw(deletion: Deletion, now: datetime, by: User | None) -> bool:
    """Take it back from a worker that has claimed it and sent nothing yet."""
    with transaction.atomic():
        won = deletion.withdraw(now)
        if won:
            AuditEntry.about(deletion, AuditEntry.Verb.CANCELLED, now, by=by).save()
    return won


def approve(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Accept what holds it. What passes by itself is only looked at again."""
    deletion.refresh_from_db()
    accepted = {*deletion.accepted, deletion.hold} & ACCEPTABLE
    fields = {**(_current(deletion) if deletion.hold in CHANGES else {}), "accepted": sorted(accepted)}
    if not _move(deletion, Status.SCHEDULED, (Status.HELD,), AuditEntry.Verb.APPROVED, now, by=by, **fields):
        raise _refusal(deletion, "approved")


def retry(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Arm it again: what was cancelled waits its whole delay, the rest is looked at on the next pass."""
    deletion.refresh_from_db()
    delay = Policy.load().delay if deletion.status == Status.CANCELLED else now - now
    fields = {"scheduled_for": now + delay, "finished_at": None, "failure": ""}
    expect = (*STICKY, Status.HELD)
    try:
        moved = _move(deletion, Status.SCHEDULED, expect, AuditEntry.Verb.RETRIED, now, by=by, **fields)
    except IntegrityError:
        raise Refused(f"{deletion.title} is in the queue already.") from None
    if not moved:
        raise _refusal(deletion, "tried again")


def _current(deletion: Deletion) -> dict[str, Any]:
    """The deletion's facts as Plaxe knows them at this moment; none for a title it no longer knows."""
    item = deletion.item
    return snapshot.facts(deletion.server, item, snapshot.evidence([item])[item.pk]) if item else {}


def _move(
    deletion: Deletion,
    to: Status,
    expect: Iterable[str],
    verb: AuditEntry.Verb,
    now: datetime,
    *,
    by: User | None = None,
    **fields: Any,
) -> bool:
    with transaction.atomic():
        moved = deletion.move(to, expect=expect, **fields)
        if moved:
            AuditEntry.about(deletion, verb, now, by=by).save()
    return moved


def _refusal(deletion: Deletion, what: str) -> Refused:
    state = deletion.get_status_display().lower()
    return Refused(f"{deletion.title} cannot be {what}: it is {state}.")
