"""What waits together for one approval: everything a server's alarm or the brake has stopped.

Whoever approves says what he has looked at, by its seal. When more has been stopped since, or for another
reason, nothing is approved and he looks again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import PlexServer, User
from deletions import alarms, queue
from deletions.models import AuditEntry, Deletion, Hold
from media.sync import recognition
from media.sync.recognition import Change, changes

# Holds that stop whatever becomes due on a server and are no alarm: they are known from their rows alone.
OF_ROWS = (Hold.BRAKE, Hold.WRONG_SERVER)


@dataclass(frozen=True)
class Stop:
    server: PlexServer
    hold: Hold
    reasons: tuple[str, ...]
    deletions: list[Deletion]  # what goes first leads

    @property
    def bytes(self) -> int:
        return sum(deletion.bytes for deletion in self.deletions)

    @property
    def changes(self) -> list[Change]:
        return changes(self.server) if self.hold == Hold.SECTIONS else []

    @property
    def seal(self) -> str:
        """Another one as soon as anything of this is different."""
        rows = (f"{row.pk} {row.bytes}" for row in self.deletions)
        return hashlib.sha256("\n".join([self.hold, *self.reasons, *rows]).encode()).hexdigest()[:32]


def stopped() -> QuerySet[PlexServer]:
    """Servers on which something may wait together; most have nothing of the kind."""
    rows = Deletion.objects.filter(server=OuterRef("pk"), hold__in=OF_ROWS).held()
    return PlexServer.objects.filter(alarms.marked() | Exists(rows)).distinct()


def stops(of: Iterable[PlexServer]) -> list[Stop]:
    """As the rows say at this moment; a constant number of queries however many servers."""
    servers = PlexServer.objects.filter(pk__in=[server.pk for server in of])
    raised, rows = alarms.of_each(servers), _held(servers)
    found = (
        _stop(server, hold, raised[server.pk], rows[server.pk, hold])
        for server in recognition.with_changes(servers)
        for hold in (*alarms.SOURCES, *OF_ROWS)
    )
    return [stop for stop in found if stop]


def _held(servers: QuerySet[PlexServer]) -> dict[tuple[int, str], list[Deletion]]:
    """By server and hold; what goes first leads."""
    held = Deletion.objects.filter(
        server__in=servers.values("pk"), hold__in=(*alarms.SOURCES, *OF_ROWS)
    ).held()
    rows: dict[tuple[int, str], list[Deletion]] = defaultdict(list)
    for row in held.select_related("item__show").order_by("scheduled_for", "pk"):
        rows[row.server_id, row.hold].append(row)
    return rows


def _stop(server: PlexServer, hold: Hold, raised: dict[Hold, str], rows: list[Deletion]) -> Stop | None:
    reasons = [row.held_because for row in rows]
    if hold in alarms.SOURCES:
        reasons = [raised[hold]] if hold in raised else []
    return Stop(server, hold, tuple(dict.fromkeys(reasons)), rows) if reasons else None


def approve(server: PlexServer, hold: Hold, seal: str, now: datetime, *, by: User | None = None) -> int:
    """Let go on what the seal speaks of: so many titles. Raises Refused when it is not so any more."""
    with transaction.atomic():
        server.lock()
        stop = next((stop for stop in stops([server]) if stop.hold == hold), None)
        if stop is None:
            raise Refused(_("Nothing waits here any more: somebody was quicker."))
        if stop.seal != seal:
            raise Refused(_("What waits here has changed since you looked. Look at it again."))
        if hold in alarms.SOURCES:
            accept(server, hold, now, by=by)
        else:
            _approve_each(stop, now, by)
    return len(stop.deletions)


def accept(server: PlexServer, hold: Hold, now: datetime, *, by: User | None = None) -> bool:
    """Take what raised an alarm for right as it is now, and let go on what only that had held.

    False when there was nothing to accept.
    """
    source = alarms.SOURCES[hold]
    with transaction.atomic():
        words = alarms.raised(server).get(hold, "")
        accepted = source.accept(server, now)
        if accepted:
            subject, verb = str(source.subject), AuditEntry.Verb.APPROVED
            AuditEntry.concerning(server, verb, now, title=subject, text=words, by=by).save()
            for deletion in Deletion.objects.filter(server=server, hold=hold).held().order_by("pk"):
                queue.let_go(deletion, now, by=by)
    return accepted


def _approve_each(stop: Stop, now: datetime, by: User | None) -> None:
    for deletion in stop.deletions:
        queue.approve(deletion, now, by=by)
