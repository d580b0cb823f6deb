"""Complete titles enter the queue, and what is no longer complete is held."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.jobs import running
from accounts.models import Job, PlexServer
from accounts.wording import sentence as _
from accounts.wording import together
from deletions import snapshot
from deletions.models import AuditEntry, Deletion, Hold, Policy, Status
from deletions.models.deletion import DeletionQuerySet
from deletions.protections import write_down_others
from deletions.queue.cancelled import heed_cancelled
from deletions.queue.moves import current, hold, missing, move
from deletions.queue.trash import known_from_it
from media import kept, ruling
from media.answers import answers
from media.models import MediaItem

BATCH = 500
# Nobody has anything against it, as far as Plaxe knows by itself; at most it waits until room is needed.
GOING = Q(status=Status.SCHEDULED) | Q(status=Status.HELD, hold=Hold.SPACE)
# Held for what Plaxe knows by itself: whether that has passed is seen when the queue is looked at.
KEPT_BY_PLAXE = Q(status=Status.HELD, hold=Hold.KEPT, waits_anew=True)
OURS = KEPT_BY_PLAXE | Q(status=Status.HELD, hold=Hold.UNWATCHED)

# Held for what was said of a key.
OF_KEY = (Hold.REKEYED, Hold.UNREADABLE)


@dataclass(frozen=True)
class EnqueueReport:
    enqueued: int
    held: int


def enqueue_complete(server: PlexServer, now: datetime) -> EnqueueReport:
    """Bring the queue in line with who has seen what. Raises Busy while another run does it."""
    with running(server, Job.Kind.ENQUEUE):
        known = _known(server)  # read first: what ends while the rest is read does not enter once more
        heed_cancelled(server, now)
        write_down_others(server)
        held = _follow_keys(server, now)
        complete, going = _complete(server), _going(server)
        held += _hold_incomplete(server, complete, now) + _hold_kept(server, complete - going, now)
        resumed = _resume_going(server, going, now)
        return EnqueueReport(_enqueue_new(server, going - known, now) + resumed, held)


def _complete(server: PlexServer) -> set[int]:
    return set(MediaItem.objects.filter(server=server).complete().values_list("pk", flat=True))


def _going(server: PlexServer) -> set[int]:
    """Those of the complete titles that nothing keeps; of a show that keeps some, as many as it can spare.
    What waits for a person takes no other's turn."""
    waiting = (Deletion.objects.sticky() | Deletion.objects.awaiting_approval()).filter(item=OuterRef("pk"))
    ready = MediaItem.objects.filter(server=server).complete().exclude(Exists(waiting))
    return set(kept.free(ready).values_list("pk", flat=True))


def _known(server: PlexServer) -> set[int]:
    """Titles that are in the queue, or stay out of it until a verb."""
    blocking = Deletion.objects.open() | Deletion.objects.sticky()
    return set(blocking.filter(server=server, item__isnull=False).values_list("item", flat=True))


def _enqueue_new(server: PlexServer, items: set[int], now: datetime) -> int:
    keys = sorted(items)
    return sum(_enqueue_batch(server, keys[i : i + BATCH], now) for i in range(0, len(keys), BATCH))


def _enqueue_batch(server: PlexServer, keys: list[int], now: datetime) -> int:
    """A constant number of queries however many titles there are."""
    ready = MediaItem.objects.filter(pk__in=keys).in_order()
    ready = ready.select_related("show", "parent").prefetch_related("files")
    trashed = known_from_it(server, ready)
    items = [item for item in ready if item.pk not in trashed.away]
    pairs = answers(items)
    due = Policy.of(server).due(now)
    with transaction.atomic():
        rows = Deletion.objects.bulk_create(
            Deletion(
                **snapshot.facts(server, item, pairs[item.pk]),
                server=server,
                item=item,
                enqueued_at=now,
                scheduled_for=due,
                **({"status": Status.CANCELLED, "finished_at": now} if item.pk in trashed.back else {}),
            )
            for item in items
        )
        AuditEntry.objects.bulk_create(_entered(row, now) for row in rows)
    return sum(row.is_open for row in rows)


def _entered(row: Deletion, now: datetime) -> AuditEntry:
    if row.is_open:
        return AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, now, text=together(row.reasons))
    words = _("It was put back from the trash: it stays until somebody tries again.")
    return AuditEntry.about(row, AuditEntry.Verb.CANCELLED, now, text=words)


def _follow_keys(server: PlexServer, now: datetime) -> int:
    """Titles that Plex has under another key now. Where all that the trigger compares is as it was queued,
    the deletion follows and every law is asked again under the new key; the rest waits for a look."""
    there = Deletion.objects.filter(server=server, item__gone_at=None).select_related("item__show", "server")
    moved = there.filter(status__in=(Status.SCHEDULED, Status.HELD)).exclude(rating_key=F("item__rating_key"))
    return sum(_follow_key(row, now) for row in moved)


def _follow_key(deletion: Deletion, now: datetime) -> bool:
    """True when it is held."""
    today = current(deletion, deletion.version)
    if not snapshot.is_same_but_for_key(deletion.snapshot, today["snapshot"]):
        because = _(
            "Plex gave it another key, %(key)s, and it is not quite what was queued.", key=today["rating_key"]
        )
        return deletion.hold != Hold.CHANGED and hold(deletion, Hold.CHANGED, because, now)
    fields = {name: today[name] for name in ("rating_key", "snapshot")}
    if deletion.hold in OF_KEY:
        because = _(
            "Plex gave it another key, %(key)s. It is looked at under that key next.", key=today["rating_key"]
        )
        fields |= {"hold": Hold.REKEYED, "held_because": because}
    status = Status(deletion.status)
    move(deletion, status, (status,), AuditEntry.Verb.REKEYED, now, **fields)
    return False


def _hold_incomplete(server: PlexServer, complete: set[int], now: datetime) -> int:
    rows = _ours(server, GOING | KEPT_BY_PLAXE)
    return sum(hold(row, *missing(row), now) for row in rows if row.item_id not in complete)


def _hold_kept(server: PlexServer, staying: set[int], now: datetime) -> int:
    """What everybody has seen, and something keeps."""
    rows = [row for row in _ours(server, GOING | OURS) if row.item_id in staying]
    items = [row.item for row in rows if row.item]
    why = {**ruling.surplus(items), **kept.reasons(items)} if items else {}
    told = ((row, why[row.item_id]) for row in rows if row.item_id in why)
    return sum(hold(row, Hold.KEPT, words, now, waits_anew=True) for row, words in told)


def _resume_going(server: PlexServer, going: set[int], now: datetime) -> int:
    """What everybody has seen by now, or nothing keeps any more, goes on and waits its whole delay again."""
    due = Policy.of(server).due(now)
    return sum(_resume(row, due, now) for row in _ours(server, OURS) if row.item_id in going)


def _ours(server: PlexServer, state: Q) -> DeletionQuerySet:
    return Deletion.objects.filter(state, server=server, item__gone_at=None).select_related("item")


def _resume(deletion: Deletion, due: datetime, now: datetime) -> bool:
    fields = {**current(deletion, deletion.version), "scheduled_for": due}
    return move(deletion, Status.SCHEDULED, (Status.HELD,), AuditEntry.Verb.RESUMED, now, **fields)
