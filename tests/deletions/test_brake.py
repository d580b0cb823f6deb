"""Too much at once waits for one approval."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Job, PlexServer
from deletions import brake, queue, stops
from deletions.execution import ExecuteReport, execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from plexclient.demo import Item, World

QueueUp = Callable[..., list[Deletion]]
LAST_MONTH = timezone.now() - timedelta(days=30)


@pytest.fixture(autouse=True)
def small_limits(settings: Settings) -> None:
    settings.PLAXE_BRAKE_ITEMS = 3
    settings.PLAXE_BRAKE_PERCENT = settings.PLAXE_BRAKE_BYTES = 0


def films(world: World, number: int, size: int = 700) -> list[Item]:
    first = len(world.server.items)
    titles = (f"Film {first + i}" for i in range(number))
    return [world.add_movie(title, added_at=LAST_MONTH, size=size) for title in titles]


def run(server: PlexServer) -> ExecuteReport:
    return execute_due(server, timezone.now())


def test_as_many_as_the_limit_go(server: PlexServer, world: World, queue_up: QueueUp) -> None:
    queue_up(*films(world, 3))
    assert run(server).deleted == 3


def test_more_than_the_limit_hold_all_of_them_without_asking_plex(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    rows = queue_up(*films(world, 4))
    world.requests.clear()
    assert (run(server).held, len(world.deletes), len(world.requests)) == (4, 0, 0)
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].hold) == (Status.HELD, Hold.BRAKE)
    assert rows[0].held_because == "4 titles became due at once, more than 3."


def test_what_is_braked_waits_for_approval_and_then_goes(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    rows = queue_up(*films(world, 4))
    run(server)
    assert run(server).held == 0
    for row in rows:
        queue.approve(row, timezone.now())
    assert run(server).deleted == 4


def test_what_changed_while_it_waited_is_not_approved_along(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    titles = films(world, 4)
    rows = queue_up(*titles)
    run(server)
    titles[0].media[0].parts[0].size = 701
    for row in rows:
        queue.approve(row, timezone.now())
    run(server)
    rows[0].refresh_from_db()
    assert rows[0].hold == Hold.CHANGED


def test_what_was_approved_does_not_count_for_those_that_come_after(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    for row in queue_up(*films(world, 4)):
        queue.hold(row, Hold.BRAKE, "too much", timezone.now())
        queue.approve(row, timezone.now())
    queue_up(*films(world, 3))
    assert run(server).deleted == 7


def test_too_many_bytes_hold(server: PlexServer, world: World, queue_up: QueueUp, settings: Settings) -> None:
    settings.PLAXE_BRAKE_BYTES = 5 * 10**9
    queue_up(*films(world, 2, size=3 * 10**9))
    assert run(server).held == 2
    assert Deletion.objects.first().held_because == "6 GB became due at once, more than 5 GB."  # type: ignore[union-attr]


@pytest.mark.parametrize(("others", "due", "held"), [(0, 10, 0), (0, 11, 11), (109, 11, 0)])
def test_a_share_of_a_library_counts_from_eleven_titles_on(
    server: PlexServer, world: World, queue_up: QueueUp, settings: Settings, others: int, due: int, held: int
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 0
    settings.PLAXE_BRAKE_PERCENT = 10
    films(world, others)
    queue_up(*films(world, due))
    assert run(server).held == held


def test_the_limits_can_be_switched_off(
    server: PlexServer, world: World, queue_up: QueueUp, settings: Settings
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 0
    queue_up(*films(world, 12))
    assert run(server).deleted == 12


def test_a_server_that_was_off_does_not_let_everything_go_at_once(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    for row in queue_up(*films(world, 4)):
        queue.hold(row, Hold.OFFLINE, "off", timezone.now())
    assert run(server).held == 4
    assert not world.deletes


def test_titles_that_each_waited_for_a_reason_of_their_own_do_not_stop_others_and_are_braked_when_they_go(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    kept = films(world, 5)
    for title in kept:
        title.labels.append("Keep")
    for row in queue_up(*kept):
        queue.hold(row, Hold.KEPT, "kept", timezone.now())
    queue_up(*films(world, 2))
    assert run(server).deleted == 2
    for title in kept:
        title.labels.clear()
    report = run(server)
    assert (report.deleted, report.held) == (3, 2)
    assert Deletion.objects.filter(hold=Hold.BRAKE).count() == 2


def test_a_claim_that_vanished_is_settled_whatever_the_brake_says(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    titles = films(world, 5)
    [abandoned, *_] = queue_up(*titles)
    abandoned.claim(timezone.now() - timedelta(hours=1))
    abandoned.intend(timezone.now())
    world.delete(titles[0])
    report = run(server)
    assert (report.deleted, report.held) == (1, 4)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (timedelta(days=30), "forward by 30 days."),
        (timedelta(days=-1, hours=-4, minutes=-5), "back by 1 day 4:05 hours."),
        (timedelta(minutes=11), "forward by 0:11 hours."),
    ],
)
def test_how_far_a_clock_was_set_is_told(step: timedelta, words: str) -> None:
    assert words in brake.clock_was_set(step)


@pytest.mark.parametrize(
    ("step", "words"), [(timedelta(hours=26), "forward by 1 day"), (-timedelta(hours=3), "back")]
)
def test_a_clock_that_was_set_holds_what_it_made_due(
    server: PlexServer, world: World, queue_up: QueueUp, step: timedelta, words: str
) -> None:
    run(server)
    if not Job.of(server, Job.Kind.EXECUTE).boot:
        pytest.skip("this system does not tell how long it has been up")
    [row] = queue_up(*films(world, 1))
    Job.objects.update(started_at=timezone.now() - step)
    assert run(server).held == 1
    row.refresh_from_db()
    assert words in row.held_because
    assert not world.deletes
    queue.approve(row, timezone.now())
    assert run(server).deleted == 1


def test_a_clock_that_was_set_before_the_first_pass_is_noticed_by_what_ran_before(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    [row] = queue_up(*films(world, 1))
    if not Job.of(server, Job.Kind.ENQUEUE).boot:
        pytest.skip("this system does not tell how long it has been up")
    Job.objects.filter(kind=Job.Kind.ENQUEUE).update(started_at=timezone.now() - timedelta(days=1))
    assert run(server).held == 1
    row.refresh_from_db()
    assert "forward by 1 day." in row.held_because
    assert not world.deletes


@pytest.fixture
def hour_forward(server: PlexServer) -> timedelta:
    """A clock that was set since the last pass."""
    run(server)
    if not Job.of(server, Job.Kind.EXECUTE).boot:
        pytest.skip("this system does not tell how long it has been up")
    hour = timedelta(hours=1)
    Job.objects.update(started_at=timezone.now() - hour)
    return hour


def waiting(row: Deletion, left: timedelta, **fields: object) -> None:
    """Queued long before the clock was set."""
    now = timezone.now()
    Deletion.objects.filter(pk=row.pk).update(
        enqueued_at=now - timedelta(days=2), scheduled_for=now + left, **fields
    )
    row.refresh_from_db()


def test_what_a_clock_has_not_made_due_yet_waits_as_long_as_before(
    server: PlexServer, queue_up: QueueUp, world: World, hour_forward: timedelta
) -> None:
    soon, held = queue_up(*films(world, 2))
    waiting(soon, timedelta(minutes=20))
    waiting(held, timedelta(minutes=30), status=Status.HELD, hold=Hold.PLAYING)
    before = [soon.scheduled_for, held.scheduled_for]

    run(server)
    run(server)

    for row, then in zip((soon, held), before, strict=True):
        row.refresh_from_db()
        assert abs(row.scheduled_for - then - hour_forward) < timedelta(minutes=5)
    entry = AuditEntry.objects.get(verb=AuditEntry.Verb.CHANGED)
    assert entry.title == "2 titles"
    assert "set forward" in entry.text
    assert "waits as long as before" in entry.text


def test_what_is_queued_after_the_clock_was_set_waits_no_longer(
    server: PlexServer, queue_up: QueueUp, world: World, hour_forward: timedelta
) -> None:
    queue_up(*films(world, 1))
    then = timezone.now() + hour_forward
    Deletion.objects.update(scheduled_for=then)
    run(server)
    assert Deletion.objects.get().scheduled_for == then


@pytest.mark.parametrize(
    "fields",
    [{"status": Status.HELD, "hold": Hold.PLAYING}, {"accepted": [Hold.BRAKE]}],
    ids=["waits for a reason of its own", "was approved once"],
)
def test_whatever_a_clock_has_made_due_is_braked(
    server: PlexServer, queue_up: QueueUp, world: World, hour_forward: timedelta, fields: dict[str, object]
) -> None:
    [row] = queue_up(*films(world, 1))
    waiting(row, -hour_forward / 2, **fields)

    run(server)

    row.refresh_from_db()
    assert (row.status, row.hold, world.deletes) == (Status.HELD, Hold.BRAKE, [])
    queue.approve(row, timezone.now())
    assert run(server).deleted == 1


def test_an_alarm_that_is_over_does_not_let_go_what_a_clock_has_made_due(
    server: PlexServer, queue_up: QueueUp, world: World, hour_forward: timedelta
) -> None:
    [row] = queue_up(*films(world, 1))
    waiting(row, -hour_forward / 2)
    PlexServer.objects.update(damaged_at=timezone.now())
    run(server)

    stops.accept(server, Hold.DAMAGED, timezone.now())
    run(server)

    row.refresh_from_db()
    assert (row.status, row.hold, world.deletes) == (Status.HELD, Hold.BRAKE, [])
