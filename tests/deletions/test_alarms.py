"""A server that is not what it was runs nothing until somebody has looked at it: one page, one approval."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer
from deletions import queue, stops
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import LibrarySection
from media.sync import sync_server
from plexclient.demo import Item, World
from plexclient.demo.world import Call
from tests.deletions.test_brake import films
from tests.pages import text_of

QueueUp = Callable[..., list[Deletion]]


@pytest.fixture
def rows(queue_up: QueueUp, world: World) -> list[Deletion]:
    return queue_up(*films(world, 3))


def rebuild(world: World) -> None:
    """Every library has another uuid; keys, titles and files are as before."""
    for section in world.server.sections:
        section.uuid = f"new-{section.key}"


def states(rows: list[Deletion]) -> set[tuple[str, str]]:
    return set(Deletion.objects.filter(pk__in=[row.pk for row in rows]).values_list("status", "hold"))


def run(server: PlexServer) -> None:
    execute_due(server, timezone.now())


def test_a_server_with_other_libraries_deletes_nothing(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    rebuild(world)
    run(server)
    assert world.deletes == []
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}
    rows[0].refresh_from_db()
    assert "is new-1" in rows[0].held_because


def test_one_library_of_another_uuid_holds_the_titles_of_all(
    queue_up: QueueUp, world: World, server: PlexServer
) -> None:
    season = world.add_season(world.add_show("Outpost"))
    episode = world.add_episode(season, added_at=timezone.now() - timedelta(days=30))
    rows = queue_up(*films(world, 1), episode)
    world.server.sections[1].uuid = "another"
    run(server)
    assert world.deletes == []
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}


class Rebuilding(list[Call]):
    """The log of the DELETEs of a server whose database is built anew right after the first."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def append(self, call: Call) -> None:
        super().append(call)
        rebuild(self._world)


def test_a_server_that_is_rebuilt_in_the_middle_of_a_pass_runs_nothing_more(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    world.deletes = Rebuilding(world)
    run(server)
    assert len(world.deletes) == 1
    assert states(rows) == {(Status.DELETED, ""), (Status.HELD, Hold.SECTIONS)}
    [entry] = AuditEntry.objects.filter(verb="held")
    assert entry.title == "2 titles"


def test_a_sync_that_finds_it_stops_the_next_pass_without_another_question(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    rebuild(world)
    sync_server(server, timezone.now())
    world.requests.clear()
    run(server)
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}
    assert len(world.requests) == 0


def test_titles_that_are_gone_from_a_rebuilt_server_are_not_told_to_be_gone(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    rebuild(world)
    for key in list(world.server.items):
        world.server.items.pop(key)
    run(server)
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}


def test_a_claim_without_an_answer_is_not_settled_by_asking_a_rebuilt_server(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    rows[0].claim(timezone.now() - timedelta(days=1))
    rows[0].intend(timezone.now())
    rebuild(world)
    world.server.items.pop(rows[0].rating_key)
    run(server)
    rows[0].refresh_from_db()
    assert rows[0].status == Status.RUNNING


def test_what_is_accepted_on_the_page_goes_after_one_approval(
    rows: list[Deletion], world: World, server: PlexServer, browser: Client
) -> None:
    rebuild(world)
    run(server)
    page = text_of(browser.get("/brake/"))
    for expected in ("3 titles wait", "<code>new-1</code>", world.server.sections[0].title):
        assert expected in page
    assert "/brake/" in text_of(browser.get("/"))
    [stop] = stops.stops([server])

    answer = browser.post(f"/brake/{server.pk}/sections/", {"seal": stop.seal}, follow=True)

    assert "3 titles go on." in text_of(answer)
    run(server)
    assert states(rows) == {(Status.DELETED, "")}
    entry = AuditEntry.objects.get(title="Libraries")
    assert (entry.by_name, entry.verb) == ("alice", "approved")
    assert "new-1" in entry.text


def test_who_accepts_many_titles_is_not_asked_again_by_the_brake(
    queue_up: QueueUp, world: World, server: PlexServer, settings: object
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 2  # type: ignore[attr-defined]
    rows = queue_up(*films(world, 4))
    rebuild(world)
    sync_server(server, timezone.now())
    run(server)
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}
    stops.accept(server, Hold.SECTIONS, timezone.now())
    run(server)
    assert states(rows) == {(Status.DELETED, "")}


def test_an_approval_of_what_has_changed_meanwhile_is_refused_in_words(
    rows: list[Deletion], world: World, server: PlexServer, browser: Client
) -> None:
    rebuild(world)
    run(server)
    [stop] = stops.stops([server])
    world.server.sections[0].uuid = "a third"
    sync_server(server, timezone.now())

    answer = browser.post(f"/brake/{server.pk}/sections/", {"seal": stop.seal}, follow=True)

    assert "What waits here has changed since you looked." in text_of(answer)
    assert "a third" in text_of(answer)
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}


def test_an_approval_pressed_twice_says_that_somebody_was_quicker(
    rows: list[Deletion], world: World, server: PlexServer, browser: Client
) -> None:
    rebuild(world)
    run(server)
    [stop] = stops.stops([server])
    for _ in range(2):
        answer = browser.post(f"/brake/{server.pk}/sections/", {"seal": stop.seal}, follow=True)
    assert "somebody was quicker" in text_of(answer)
    assert AuditEntry.objects.filter(title="Libraries").count() == 1


@pytest.mark.parametrize("path", ["/brake/1/nonsense/", "/brake/99999/sections/"])
def test_an_approval_of_nothing_is_not_found(browser: Client, path: str) -> None:
    assert browser.post(path).status_code == 404


def test_no_word_about_one_title_overrides_it(
    rows: list[Deletion], world: World, server: PlexServer, browser: Client
) -> None:
    rebuild(world)
    run(server)

    answer = browser.post(f"/deletions/{rows[0].pk}/approve/", follow=True)

    assert "cannot be approved. The libraries of Cellar are not those that Plaxe knew" in text_of(answer)
    Deletion.objects.filter(pk=rows[0].pk).update(status=Status.SCHEDULED, hold="", accepted=["sections"])
    run(server)
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}
    assert world.deletes == []


def test_what_an_alarm_holds_is_not_approved_along_with_all_the_rest(
    rows: list[Deletion], world: World, server: PlexServer, capsys: pytest.CaptureFixture[str]
) -> None:
    rebuild(world)
    run(server)
    call_command("approve", "--all")
    said = capsys.readouterr().out
    assert "There is nothing to decide." in said
    assert "To accept that: approve --libraries" in said
    assert states(rows) == {(Status.HELD, Hold.SECTIONS)}


def test_what_was_held_by_an_alarm_that_is_over_may_be_approved(
    rows: list[Deletion], world: World, server: PlexServer
) -> None:
    """A pass may just have held it when the alarm was accepted."""
    rebuild(world)
    run(server)
    stops.accept(server, Hold.SECTIONS, timezone.now())
    Deletion.objects.filter(pk=rows[0].pk).update(status=Status.HELD, hold=Hold.SECTIONS, held_because="So.")
    queue.approve(rows[0], timezone.now())
    run(server)
    assert states(rows[:1]) == {(Status.DELETED, "")}


def test_a_script_sees_it_and_accepts_it(
    rows: list[Deletion], world: World, server: PlexServer, capsys: pytest.CaptureFixture[str]
) -> None:
    rebuild(world)
    run(server)
    call_command("status", "--json")
    [told] = json.loads(capsys.readouterr().out)["servers"]
    [alarm] = told["alarms"]
    assert alarm["hold"] == "sections"
    call_command("approve", "--libraries", "--json")
    assert json.loads(capsys.readouterr().out)["libraries"] == ["machine-1"]
    call_command("approve", "--libraries")
    assert "There is nothing to decide." in capsys.readouterr().out
    assert states(rows) == {(Status.SCHEDULED, "")}


def test_a_library_that_is_not_listed_holds_its_titles_until_it_is(
    due: Deletion, world: World, server: PlexServer
) -> None:
    section = world.server.sections.pop(0)
    run(server)
    assert states([due]) == {(Status.HELD, Hold.UNREADABLE)}
    world.server.sections.insert(0, section)
    run(server)
    assert states([due]) == {(Status.DELETED, "")}


def test_a_library_that_does_not_say_who_it_is_holds_its_titles_until_it_does(
    due: Deletion, world: World, server: PlexServer
) -> None:
    uuid, world.server.sections[0].uuid = world.server.sections[0].uuid, ""
    run(server)
    assert states([due]) == {(Status.HELD, Hold.UNREADABLE)}
    world.server.sections[0].uuid = uuid
    run(server)
    assert states([due]) == {(Status.DELETED, "")}


def test_a_server_that_never_said_who_its_libraries_are_is_not_held_for_it(
    due: Deletion, world: World, server: PlexServer
) -> None:
    LibrarySection.objects.update(uuid="", accepted_uuid="")
    world.server.sections[0].uuid = ""
    run(server)
    assert states([due]) == {(Status.DELETED, "")}


def test_a_title_that_was_moved_to_another_library_is_held(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    film.section = world.add_section("Kids", "movie")
    run(server)
    assert states([due]) == {(Status.HELD, Hold.CHANGED)}
    due.refresh_from_db()
    assert "It is no longer in Films" in due.held_because
    assert world.deletes == []


def test_another_machine_at_the_address_holds_everything_for_one_approval(
    rows: list[Deletion], world: World, server: PlexServer, browser: Client
) -> None:
    world.server.machine_identifier = "machine-2"
    run(server)
    assert states(rows) == {(Status.HELD, Hold.WRONG_SERVER)}
    world.server.machine_identifier = "machine-1"
    run(server)
    assert states(rows) == {(Status.HELD, Hold.WRONG_SERVER)}

    page = text_of(browser.get("/brake/"))
    assert "3 titles wait" in page
    [stop] = stops.stops([server])
    browser.post(f"/brake/{server.pk}/wrong_server/", {"seal": stop.seal})
    run(server)
    assert states(rows) == {(Status.DELETED, "")}


def test_the_page_says_that_nothing_is_stopped(browser: Client) -> None:
    assert "Nothing is stopped" in text_of(browser.get("/brake/"))
