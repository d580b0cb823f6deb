"""A server that is off, slow or half answering runs nothing, and says so once."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions import tasks
from deletions.execution import ExecuteReport, execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media import tasks as media_tasks
from media.models import LibrarySection
from plexclient.demo import Fault, World
from tests import factories
from tests.deletions.test_brake import films
from tests.pages import text_of

QueueUp = Callable[..., list[Deletion]]
METADATA = "^/library/metadata/"
MANY, PASSES = 500, 10


@pytest.fixture(autouse=True)
def no_brake(settings: Settings) -> None:
    settings.PLAXE_BRAKE_ITEMS = settings.PLAXE_BRAKE_PERCENT = settings.PLAXE_BRAKE_BYTES = 0


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO)
    ours = ("accounts", "deletions", "media")
    return lambda: [one.getMessage() for one in caplog.records if one.name.startswith(ours)]


def run(server: PlexServer) -> ExecuteReport:
    return execute_due(PlexServer.objects.get(pk=server.pk), timezone.now())


def many_due(server: PlexServer) -> None:
    section, past = factories.section(on=server), timezone.now() - timedelta(days=1)
    Deletion.objects.bulk_create(
        Deletion(
            server=server, item=factories.movie(section=section), rating_key=str(number), type="movie",
            title=f"Film {number}", bytes=1000, enqueued_at=past, scheduled_for=past,
        )
        for number in range(MANY)
    )  # fmt: skip


def holds() -> set[tuple[str, str]]:
    return set(Deletion.objects.values_list("status", "hold"))


def told(verb: str = "held") -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(verb=verb).order_by("pk")
    return list(entries.values_list("title", "text"))


def test_500_titles_of_a_server_that_is_off_are_one_entry_over_ten_passes(
    server: PlexServer, world: World, heard: Callable[[], list[str]]
) -> None:
    many_due(server)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    for _ in range(PASSES):
        assert run(server).held == MANY
    assert holds() == {(Status.HELD, Hold.OFFLINE)}
    [(title, text)] = told()
    assert title == "500 titles"
    assert "closed the connection without an answer" in text
    assert {row.held_because for row in Deletion.objects.all()} == {text}
    entry = AuditEntry.objects.get(verb="held")
    assert (entry.server, entry.deletion, entry.bytes) == (server, None, MANY * 1000)
    assert len([line for line in heard() if "500 titles wait" in line]) == 1


def test_a_pass_over_a_server_that_is_off_takes_few_queries(
    server: PlexServer, world: World, django_assert_max_num_queries: Callable[..., object]
) -> None:
    many_due(server)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]
        run(server)


def test_that_it_answers_again_is_said_once_too(server: PlexServer, world: World, queue_up: QueueUp) -> None:
    queue_up(*films(world, 3))
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    run(server)
    world.faults.clear()
    assert run(server).deleted == 3
    run(server)
    assert told("resumed") == [("Cellar", "It answers again.")]
    assert len(told()) == 1


def test_a_server_that_goes_off_again_is_news_again(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    for number in (1, 2):
        queue_up(*films(world, number))
        world.faults.add(Fault("reset", "GET", "^/identity", times=None))
        run(server)
        world.faults.clear()
        run(server)
    assert [title for title, _ in told()] == ["1 title", "2 titles"]


def test_what_becomes_due_while_it_is_off_is_held_without_another_entry(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    queue_up(*films(world, 2))
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    world.faults.clear()
    queue_up(*films(world, 2))
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    assert holds() == {(Status.HELD, Hold.OFFLINE)}
    assert len(told()) == 1


# How often each is asked for two titles: the libraries once before the first, the sessions twice for each.
@pytest.mark.parametrize(
    ("path", "after"), [("^/$", 2), ("^/status/sessions", 4), ("^/library/sections$", 3)]
)
@pytest.mark.parametrize("fault", ["reset", "html", "half", "status"])
def test_a_server_that_begins_to_fail_in_the_middle_of_a_pass_stops_it_there(
    server: PlexServer, world: World, queue_up: QueueUp, path: str, after: int, fault: str
) -> None:
    queue_up(*films(world, 6))
    world.faults.add(Fault(fault, "GET", path, after=after, times=None))  # type: ignore[arg-type]
    report = run(server)
    assert (report.deleted, report.held) == (2, 4)
    assert holds() == {(Status.DELETED, ""), (Status.HELD, Hold.OFFLINE)}
    assert [title for title, _ in told()] == ["4 titles"]
    world.faults.clear()
    assert run(server).deleted == 4


def test_titles_of_which_nothing_can_be_learned_stop_the_pass_after_three(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    queue_up(*films(world, 12))
    world.faults.add(Fault("html", "GET", METADATA, times=None))
    for _ in range(PASSES):
        run(server)
    assert holds() == {(Status.HELD, Hold.UNREADABLE)}
    *alone, together = [title for title, _ in told()]
    assert (len(alone), together) == (3, "9 titles")
    assert told("resumed") == []
    world.faults.clear()
    assert run(server).deleted == 12


def test_one_title_of_which_nothing_can_be_learned_keeps_no_other_from_going(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    rows = queue_up(*films(world, 6))
    for row in rows[:2]:
        world.faults.add(Fault("status", "GET", f"{METADATA}{row.rating_key}$", times=None, status=500))
    assert run(server).deleted == 4
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].hold) == (Status.HELD, Hold.UNREADABLE)
    assert run(server).held == 2
    assert len(told()) == 2


def test_titles_that_stay_unreadable_are_asked_after_last(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    for row in queue_up(*films(world, 3)):
        world.faults.add(Fault("html", "GET", f"{METADATA}{row.rating_key}$", times=None))
    run(server)
    queue_up(*films(world, 4))
    assert run(server).deleted == 4


def test_while_it_half_answers_each_pass_asks_after_few_titles(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    queue_up(*films(world, 12))
    world.faults.add(Fault("html", "GET", METADATA, times=None))
    run(server)
    assert holds() == {(Status.HELD, Hold.OFFLINE), (Status.HELD, Hold.UNREADABLE)}
    world.requests.clear()
    run(server)
    assert len({call.path for call in world.requests if "metadata" in call.path}) == 1
    world.faults.clear()
    assert run(server).deleted == 12
    assert told("resumed") == [("Cellar", "It answers again.")]


def test_plex_that_forbids_deletion_is_one_entry_and_one_question(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    queue_up(*films(world, 5))
    world.server.allow_media_deletion = False
    run(server)
    world.requests.clear()
    run(server)
    assert holds() == {(Status.HELD, Hold.DELETION_OFF)}
    assert [title for title, _ in told()] == ["5 titles"]
    assert len([call for call in world.requests if call.path == "/"]) == 1


def test_a_title_with_a_reason_of_its_own_keeps_it_while_the_server_is_off(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    [kept, other] = films(world, 2)
    kept.labels.append("Keep")
    queue_up(kept, other)
    world.faults.add(Fault("reset", "GET", METADATA + other.rating_key, times=None))
    run(server)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    for _ in range(3):
        run(server)
    assert Deletion.objects.get(rating_key=kept.rating_key).hold == Hold.KEPT
    assert AuditEntry.objects.filter(verb="held", deletion__rating_key=kept.rating_key).count() == 1


def test_the_log_of_all_tasks_says_once_that_a_server_is_off(
    server: PlexServer, world: World, queue_up: QueueUp, heard: Callable[[], list[str]]
) -> None:
    queue_up(*films(world, 5))
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    world.faults.add(Fault("reset", "GET", site="plex.tv", times=None))
    for _ in range(PASSES):
        media_tasks.poll(server.pk)
        media_tasks.sync_libraries(server.pk)
        tasks.enqueue(server.pk)
        tasks.execute(server.pk)
    assert len(heard()) <= 3, heard()
    world.faults.clear()
    media_tasks.poll(server.pk)
    assert heard()[-1] == "Cellar answers again."


def test_two_episodes_in_one_file_go_on_after_an_outage(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    season = world.add_season(world.add_show("Outpost"))
    both = [
        world.add_episode(season, added_at=long_ago, file="/media/both.mkv", index=number)
        for number in (1, 2)
    ]
    queue_up(*both)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    world.faults.clear()
    run(server)
    assert {status for status, _ in holds()} <= {Status.DELETED, Status.GONE}


def test_the_pages_stay_readable(server: PlexServer, world: World, browser: Client) -> None:
    many_due(server)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    page = text_of(browser.get("/deletions/"))
    assert "It goes on by itself when it answers." in page
    assert LibrarySection.objects.count() == 1
