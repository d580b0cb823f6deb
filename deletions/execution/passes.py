"""One pass over what is due on a server: what is held together, and what goes one by one.

What stops a server as a whole is one entry in the record, written when it begins and again when it is over,
however many titles wait and however many passes find it so. Each title's row says why by itself.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.connecting import WrongServer, reach
from accounts.jobs import running
from accounts.models import Job, PlexServer
from accounts.tokens import ViewerTokens
from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions import alarms, brake, queue
from deletions.contract import Objection
from deletions.execution.single import UNKNOWN, UNREADABLE, execute, settle
from deletions.keeping import Above
from deletions.models import SERVERS, AuditEntry, Deletion, Hold, Policy, Status
from deletions.space import Room, hold_kept
from deletions.telling import tell_back, tell_held, tell_postponed
from media.sync import recognition
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer

# A title that would have gone in a dry run is looked at once a day, not on every pass.
DRY_RUN_AGAIN = timedelta(days=1)
# After so many titles in a row of which nothing can be learned it is the server's matter.
STRIKES = 3
# What became of some of the rows; at its end those that are left.
Remaining = Generator[str, None, list[Deletion]]


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
        _wait_as_long(server, job.clock_step, now)
        rows = [*_abandoned(server, now), *_due(server, now)]
        outcomes = Counter(Pass(server, job, rows).outcomes(rows)) if rows else Counter()
    return ExecuteReport(
        deleted=outcomes[Status.DELETED],
        gone=outcomes[Status.GONE],
        failed=outcomes[Status.FAILED],
        held=outcomes[Status.HELD] + outcomes[UNREADABLE],
        unknown=outcomes[UNKNOWN],
        would_delete=outcomes[AuditEntry.Verb.DRY_RUN],
        dry_run=Policy.of(server).dry_run,
    )


def _abandoned(server: PlexServer, now: datetime) -> list[Deletion]:
    return list(Deletion.objects.filter(server=server).abandoned(now).select_related("item", "server"))


def _wait_as_long(server: PlexServer, step: timedelta, now: datetime) -> None:
    """What is not due yet, as before the clock was set forward. What that has made due, the brake holds."""
    words = brake.clock_was_set(step)
    if not words or step < timedelta(0):
        return
    waiting = Deletion.objects.filter(server=server, status__in=(Status.SCHEDULED, Status.HELD))
    known_before = waiting.filter(scheduled_for__gt=now, enqueued_at__lte=now - step)
    with transaction.atomic():
        if number := known_before.update(scheduled_for=F("scheduled_for") + step):
            tell_postponed(server, number, words, now)


def _due(server: PlexServer, now: datetime) -> list[Deletion]:
    """What nothing could be learned of comes last: it keeps nothing else from being looked at."""
    comes_last = Case(When(hold=Hold.UNREADABLE, then=Value(1)), default=Value(0))
    due = Deletion.objects.filter(server=server).due(now).order_by(comes_last, "scheduled_for", "pk")
    policy = Policy.of(server)
    if not policy.is_open(now):
        return []
    if policy.dry_run:
        due = due.exclude(would_have_gone_at__gt=now - DRY_RUN_AGAIN)
    return list(due.select_related("server", "item__section", "item__show", "item__parent"))


class Pass:
    """`outcomes` says what became of each row: a status, `dry_run`, or nothing when it was not ours, is not
    known yet, or waits for a reason of its own as it did before."""

    def __init__(self, server: PlexServer, job: Job, rows: list[Deletion]) -> None:
        self._room = Room(server, rows)
        self._server, self._job, self._policy = server, job, Policy.of(server)
        held = Deletion.objects.filter(server=server).held().filter(hold__in=SERVERS)
        self._known = set(held.values_list("hold", flat=True).distinct())
        self._was_off = Hold.OFFLINE in self._known
        self._deleted: list[Deletion] = []
        self._strikes = 0
        self._above: Above | None = None

    def outcomes(self, rows: list[Deletion]) -> Iterator[str]:
        going = yield from self._without_hurried(rows)
        going = yield from self._without_alarmed(going)
        going = yield from self._without_doubted(going)
        going = yield from self._without_kept(going)
        going = yield from self._without_braked(going)
        if going:
            yield from self._ask_server(going)

    def _without_alarmed(self, rows: list[Deletion]) -> Remaining:
        """Hold what an alarm stops. A server whose libraries are others is not even asked what became of
        what was sent to it."""
        for hold, words in alarms.raised(self._server).items():
            stopped = rows if hold == Hold.SECTIONS else [row for row in rows if row.status != Status.RUNNING]
            yield from self._stop(stopped, Objection(hold, words))
            rows = [row for row in rows if row not in stopped]
        return rows

    def _without_doubted(self, rows: list[Deletion]) -> Remaining:
        found = alarms.doubted(self._server)
        if not found:
            return rows
        yield from self._stop([row for row in rows if row.status != Status.RUNNING], Objection(*found))
        return [row for row in rows if row.status == Status.RUNNING]

    def _without_kept(self, rows: list[Deletion]) -> Remaining:
        """Hold what need not go because there is room, before anything is asked or braked for it."""
        rows = self._room.sorted(rows)
        kept = self._room.kept(rows)
        yield from [Status.HELD] * hold_kept(rows, kept)
        return [row for row in rows if row.pk not in kept]

    def _without_braked(self, rows: list[Deletion]) -> Remaining:
        together = brake.becoming_due(rows)
        words = brake.pulled(self._policy, self._server, together)
        if not words:
            return rows
        yield from self._stop(together, Objection(Hold.BRAKE, words))
        return [row for row in rows if row not in together]

    def _without_hurried(self, rows: list[Deletion]) -> Remaining:
        """Hold what the clock has made due, before something else that holds it is over without a word."""
        step = self._job.clock_step
        if not (words := brake.clock_was_set(step)):
            return rows
        hurried = {*brake.becoming_due(rows), *brake.made_due(rows, step, timezone.now())}
        yield from self._stop([row for row in rows if row in hurried], Objection(Hold.BRAKE, words))
        return [row for row in rows if row not in hurried]

    def _ask_server(self, rows: list[Deletion]) -> Iterator[str]:
        try:
            client, tokens = reach(self._server, timezone.now()), ViewerTokens(self._server)
            self._above = Above(client)
            recognition.recognise(self._server, client.sections(), timezone.now())
        except PlexError as error:
            hold = Hold.WRONG_SERVER if isinstance(error, WrongServer) else Hold.OFFLINE
            yield from self._stop(rows, Objection(hold, told(error)))
            return
        going = yield from self._without_alarmed(rows)
        yield from self._one_by_one(going, client, tokens)
        self._tell_that_it_is_back()

    def _one_by_one(
        self, rows: list[Deletion], client: PlexMediaServer, tokens: ViewerTokens
    ) -> Iterator[str]:
        for position, row in enumerate(rows):
            self._job.renew(timezone.now(), f"{position + 1} of {len(rows)}")
            outcome = self._fate(row, client, tokens)
            found = self._is_the_servers(row, outcome)
            if found is None or row.hold != found.hold:
                yield outcome
            if found:
                yield from self._stop(rows[position:], found)
                return

    def _fate(self, row: Deletion, client: PlexMediaServer, tokens: ViewerTokens) -> str:
        now = timezone.now()
        if row.status == Status.RUNNING:
            return settle(row, client, now)
        if not self._policy.is_open(now):  # the hours ended while the others went
            return ""
        if words := self._room.keeps(row):  # others have made room, or what was to go first has not gone
            return self._keep(row, words, now)
        if words := brake.pulled(self._policy, self._server, [*self._deleted, row]):
            # Titles whose own reasons to wait have passed together are braked as too many of them go.
            queue.hold(row, Hold.BRAKE, words, now)
            return row.status
        quiet = {*SERVERS, Hold.UNREADABLE} if Hold.OFFLINE in self._known else SERVERS
        outcome = execute(row, client, tokens, now, quiet=quiet, above=self._above)
        if outcome == Status.DELETED:
            self._deleted.append(row)
        if outcome in (Status.DELETED, AuditEntry.Verb.DRY_RUN):
            self._room.count(row)
        return outcome

    def _keep(self, row: Deletion, words: str, now: datetime) -> str:
        if row.is_going:
            queue.hold(row, Hold.SPACE, words, now, quietly=True)
        return row.status if row.is_going else ""

    def _is_the_servers(self, row: Deletion, outcome: str) -> Objection | None:
        """What stopped this title stops the others too."""
        if outcome == Status.HELD and row.hold in set(SERVERS) - {Hold.BRAKE}:
            return Objection(Hold(row.hold), row.held_because)
        self._strikes = self._strikes + 1 if outcome == UNREADABLE else 0
        if self._strikes < (1 if Hold.OFFLINE in self._known else STRIKES):
            return None
        words = _("It gives no useful answer about its titles.")
        return Objection(Hold.OFFLINE, together([words, row.held_because]))

    def _stop(self, rows: list[Deletion], objection: Objection) -> Iterator[str]:
        """Hold what would go; what waits for a reason of its own keeps that."""
        stopped = rows if objection.hold == Hold.BRAKE else [row for row in rows if row.is_going]
        with transaction.atomic():
            held = queue.hold_together(stopped, objection.hold, objection.text)
            if held and self._is_news(objection):
                tell_held(self._server, stopped, objection.hold, objection.text)
        self._known.add(objection.hold)
        yield from [Status.HELD] * held

    def _is_news(self, objection: Objection) -> bool:
        return objection.hold == Hold.BRAKE or objection.hold not in self._known

    def _tell_that_it_is_back(self) -> None:
        still = Deletion.objects.filter(server=self._server, hold=Hold.OFFLINE).held()
        if self._was_off and not self._strikes and not still.exists():
            tell_back(self._server)
