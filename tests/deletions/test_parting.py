"""A server is removed: what is known of it is forgotten, and nothing on it is touched."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.connecting import connect_owner
from accounts.errors import Refused
from accounts.jobs import for_each_server, running
from accounts.models import Job, PlexServer, PlexUser
from accounts.models.jobs import LEASE
from deletions import parting, queue, tasks
from deletions.execution import execute_due
from deletions.forgetting import PORTION
from deletions.models import AuditEntry, Deletion, Quarantined, Status
from media.models import Assignment, LibrarySection, MediaItem, Watch
from media.sync import sync_server
from plaxe.tasks import reconcile
from plexclient.demo import Item, World
from tests import factories
from tests.factories import NOW
from tests.pages import HTMX, text_of, words_of

MODELS: tuple[Any, ...] = (LibrarySection, MediaItem, Assignment, Watch, Deletion)
QueueUp = Callable[..., list[Deletion]]


def address(server: PlexServer) -> str:
    return reverse("deletions:disconnect", args=[server.pk])


def plaxe(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("disconnect", *words, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


@pytest.fixture
def attic(server: PlexServer) -> PlexServer:
    """Another server, which carol and bob watch on too."""
    attic = factories.server(machine_identifier="machine-2", name="Attic", owner=server.owner)
    film = factories.movie(section=factories.section(on=attic), title="Salt")
    factories.assignment(item=film, viewer=factories.carol(on=attic))
    factories.watch(item=film, viewer=factories.bob(on=attic))
    Deletion.objects.create(
        server=attic, item=film, rating_key=film.rating_key, type="movie", title="Salt",
        enqueued_at=NOW, scheduled_for=NOW,
    )  # fmt: skip
    return attic


def rows(server: PlexServer) -> tuple[int, ...]:
    return tuple(model.objects.filter(server=server).count() for model in MODELS)


def test_it_is_forgotten_with_all_that_was_known_of_it(due: Deletion, server: PlexServer) -> None:
    found = parting.part_from(server, timezone.now())
    assert (found.sections, found.titles, found.assignments, found.watches) == (2, 1, 1, 1)
    assert (found.open_deletions, found.past_deletions) == (1, 0)
    assert not PlexServer.objects.exists()
    assert not any(rows(server))


def test_nothing_is_deleted_on_it(due: Deletion, server: PlexServer, world: World, film: Item) -> None:
    asked = len(world.requests)
    parting.part_from(server, timezone.now())
    assert len(world.requests) == asked
    assert not world.deletes
    assert film.rating_key in world.server.items


def test_what_happened_stays_on_record_with_all_names(due: Deletion, server: PlexServer) -> None:
    execute_due(server, timezone.now())
    before = list(AuditEntry.objects.values_list("pk", "title", "server_name", "machine_identifier", "text"))
    parting.part_from(server, timezone.now(), by=server.owner)
    after = AuditEntry.objects.exclude(verb="disconnected")
    assert list(after.values_list("pk", "title", "server_name", "machine_identifier", "text")) == before
    assert "deleted" in after.values_list("verb", flat=True)
    said = AuditEntry.objects.get(verb="disconnected")
    assert (said.by_name, said.title, said.machine_identifier) == ("alice", server.name, "machine-1")
    assert said.details["past_deletions"] == 1


def test_another_server_and_whoever_watches_there_stay(
    due: Deletion, server: PlexServer, attic: PlexServer
) -> None:
    factories.viewer(1004, "Dora", on=server)
    before = rows(attic)
    parting.part_from(server, timezone.now())
    assert rows(attic) == before == (1, 1, 1, 1, 1)
    assert [viewer.name for viewer in PlexUser.objects.order_by("name")] == ["Bob", "Carol"]


def test_it_is_connected_again_as_if_it_were_new(due: Deletion, server: PlexServer, world: World) -> None:
    parting.part_from(server, timezone.now())
    [again] = connect_owner(world.person("alice").token, now=timezone.now()).servers
    sync_server(again, timezone.now(), full=True)
    assert (again.machine_identifier, again.pk == server.pk) == ("machine-1", False)
    assert rows(again) == (2, 1, 0, 0, 0)
    assert AuditEntry.objects.filter(machine_identifier="machine-1", verb="enqueued").exists()


def test_it_stays_while_it_is_not_known_what_became_of_a_deletion(
    due: Deletion, server: PlexServer, browser: Client
) -> None:
    due.claim(timezone.now())
    due.intend(timezone.now())
    page = browser.post(address(server), follow=True)
    assert "is being deleted" in text_of(page)
    assert rows(server) == (2, 1, 1, 1, 1)
    assert not AuditEntry.objects.filter(verb="disconnected").exists()


def test_a_worker_that_had_claimed_a_title_cannot_send_any_more(due: Deletion, server: PlexServer) -> None:
    due.claim(timezone.now())
    parting.part_from(server, timezone.now())
    assert not due.intend(timezone.now())


@pytest.mark.parametrize("has_arrived", [True, False])
def test_it_stays_while_files_of_it_are_in_the_trash_or_on_the_way(
    due: Deletion, server: PlexServer, has_arrived: bool
) -> None:
    row = Quarantined.objects.create(deletion=due, intended_at=NOW, at=NOW if has_arrived else None)
    with pytest.raises(Refused, match="1 title are in the trash"):
        parting.part_from(server, timezone.now())
    row.ended(restored_at=NOW)
    parting.part_from(server, timezone.now())
    assert not Quarantined.objects.exists()


def test_a_show_with_more_episodes_than_a_statement_names_goes_too(db: None) -> None:
    server = factories.server()
    season = factories.season(show=factories.show(section=factories.section(on=server)))
    episodes = [
        MediaItem(
            server=server, section=season.section, rating_key=f"e{n}", type="episode", parent=season,
            show=season.show, first_seen_at=NOW, views_count_from=NOW,
        )
        for n in range(PORTION + 2)
    ]  # fmt: skip
    MediaItem.objects.bulk_create(episodes)
    assert parting.part_from(server, NOW).titles == PORTION + 2
    assert not MediaItem.objects.exists()


def test_it_is_removed_once(server: PlexServer) -> None:
    parting.part_from(server, timezone.now())
    with pytest.raises(Refused, match="already"):
        parting.part_from(server, timezone.now())
    assert AuditEntry.objects.filter(verb="disconnected").count() == 1


def test_work_on_it_that_was_under_way_ends_without_an_alarm(
    server: PlexServer, caplog: pytest.LogCaptureFixture
) -> None:
    def work(mine: PlexServer) -> None:
        parting.part_from(mine, timezone.now())
        mine.lock()

    with caplog.at_level("INFO"):
        for_each_server(server.pk, work)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", f"{server} was removed while it was worked on")
    ]


def test_the_page_asks_and_says_what_is_forgotten_and_what_stays(
    due: Deletion, server: PlexServer, browser: Client
) -> None:
    page = words_of(browser.get(address(server)))
    for words in ("2 libraries", "1 title", "1 assignment", "1 deletion in the queue", "1 viewer who"):
        assert words in page
    assert "1 entry of the record, with all names" in page
    assert rows(server) == (2, 1, 1, 1, 1)


def test_the_page_has_it_removed_and_tells_when_that_is_done(
    due: Deletion, server: PlexServer, browser: Client
) -> None:
    assert address(server) in text_of(browser.get(reverse("accounts:servers")))
    assert "is being removed" in text_of(browser.post(address(server), follow=True))
    assert "It is being removed" in text_of(browser.get(reverse("accounts:servers")))
    tasks.remove(server.pk)
    assert "is removed. Nothing was deleted on it." in text_of(browser.get(address(server), headers=HTMX))
    assert browser.get(address(server)).status_code == 404
    assert "removed the server" in text_of(browser.get(reverse("deletions:activity")))


def test_the_page_offers_nothing_while_something_stands_in_the_way(
    due: Deletion, server: PlexServer, browser: Client
) -> None:
    Quarantined.objects.create(deletion=due, intended_at=NOW, at=NOW)
    page = text_of(browser.get(address(server)))
    assert "in the trash, and nobody would know" in page
    assert 'class="button danger"' not in page


def test_the_command_only_tells_until_it_is_told_to_do_it(due: Deletion, server: PlexServer) -> None:
    told = plaxe("machine-1")
    assert (told["disconnected"], told["forgotten"]["open_deletions"]) == (False, 1)
    assert PlexServer.objects.exists()
    done = plaxe("machine-1", "--yes")
    assert (done["disconnected"], done["forgotten"]) == (True, told["forgotten"])
    assert not PlexServer.objects.exists()


def test_the_command_tells_what_stands_in_the_way(due: Deletion, server: PlexServer) -> None:
    Deletion.objects.update(status=Status.RUNNING, leased_until=NOW, sent_at=NOW)
    assert "is being deleted" in plaxe("machine-1")["obstacles"][0]
    with pytest.raises(CommandError, match="is being deleted"):
        plaxe("machine-1", "--yes")


def test_the_command_knows_its_servers(server: PlexServer) -> None:
    with pytest.raises(CommandError, match="No connected server has the machine identifier elsewhere"):
        plaxe("elsewhere", "--yes")


# --- as work that takes a while


def test_from_the_first_moment_on_nothing_is_done_on_it(
    due: Deletion, server: PlexServer, world: World, film: Item
) -> None:
    assert due.claim(timezone.now())
    parting.leave(server, timezone.now())
    assert not due.intend(timezone.now())
    asked = len(world.requests)
    for task in (tasks.enqueue, tasks.execute):
        task(server.pk)
        task()
    assert len(world.requests) == asked
    assert not Deletion.objects.open().exists()
    with pytest.raises(CommandError, match="No connected server"):
        call_command("execute", "--server", "machine-1")


def test_how_far_it_is_is_told(due: Deletion, server: PlexServer, browser: Client) -> None:
    parting.leave(server, timezone.now())
    assert "it begins in a moment" in text_of(browser.get(address(server)))
    job = Job.of(server, Job.Kind.REMOVE)
    job.take(timezone.now())
    job.renew(timezone.now(), "", 500, 2000)
    page = words_of(browser.get(address(server), headers=HTMX))
    assert "Remove the server 500 of 2,000" in page
    assert 'value="250"' in page


def test_what_a_crash_has_left_the_next_run_takes(due: Deletion, server: PlexServer) -> None:
    season = factories.season(show=factories.show(section=factories.section(on=server)))
    for _ in range(3):
        factories.episode(season=season)
    parting.leave(server, timezone.now())
    MediaItem.objects.filter(type="movie").delete()  # as far as the run had come
    Job.of(server, Job.Kind.REMOVE).take(timezone.now() - LEASE)
    tasks.remove(server.pk)
    assert not PlexServer.objects.exists()
    assert not MediaItem.objects.exists()


def test_it_waits_for_work_on_it_that_is_under_way(server: PlexServer) -> None:
    parting.leave(server, timezone.now())
    with running(server, Job.Kind.LIBRARIES):
        tasks.remove(server.pk)
        assert PlexServer.objects.exists()
    tasks.remove(server.pk)
    assert not PlexServer.objects.exists()


def test_it_is_reminded_of_until_it_is_done(
    server: PlexServer, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    parting.leave(server, timezone.now())
    with django_capture_on_commit_callbacks() as hints:
        reconcile()
    asked = [(task.name, *args) for task, args in (hint.args for hint in hints)]  # type: ignore[attr-defined]
    assert asked == [("deletions.tasks.remove", server.pk)]


def test_a_task_about_a_server_that_stays_removes_nothing(server: PlexServer) -> None:
    tasks.remove(server.pk)
    assert PlexServer.objects.exists()


def test_it_cannot_be_connected_again_before_that_is_done(server: PlexServer, world: World) -> None:
    parting.leave(server, timezone.now())
    with pytest.raises(Refused, match="is being removed"):
        connect_owner(world.person("alice").token, now=timezone.now())


def test_the_command_goes_on_with_what_was_begun(due: Deletion, server: PlexServer) -> None:
    parting.leave(server, timezone.now())
    assert plaxe("machine-1", "--yes")["disconnected"]
    assert not PlexServer.objects.exists()
    assert AuditEntry.objects.filter(verb="disconnected").count() == 1


# --- what was sent and never answered


@pytest.fixture
def sent(due: Deletion, server: PlexServer) -> Deletion:
    """The server has died since."""
    assert due.claim(timezone.now())
    assert due.intend(timezone.now())
    server.missed("It is off.")
    return due


def give_up(deletion: Deletion) -> str:
    return reverse("deletions:give-up", args=[deletion.pk])


def test_who_gives_it_up_is_asked_and_written_down_and_the_server_can_go(
    sent: Deletion, server: PlexServer, browser: Client
) -> None:
    assert give_up(sent) in text_of(browser.get(address(server)))
    assert give_up(sent) in text_of(browser.get(reverse("deletions:queue")))
    assert "nobody will ever know" in text_of(browser.get(give_up(sent)))
    sent.refresh_from_db()
    assert sent.status == Status.RUNNING
    page = browser.post(give_up(sent), follow=True)
    assert f"{sent.title} is given up." in text_of(page)
    sent.refresh_from_db()
    assert (sent.status, sent.freed) == (Status.FAILED, 0)
    assert "Nobody knows what became of it" in sent.failure
    entry = AuditEntry.objects.get(verb="given_up")
    assert (entry.by_name, entry.text) == ("alice", sent.failure)
    parting.part_from(server, timezone.now())


def test_whoever_still_works_on_it_records_nothing_any_more(sent: Deletion) -> None:
    held = Deletion.objects.get(pk=sent.pk)
    queue.give_up(sent, timezone.now())
    assert not held.finish(Status.DELETED, timezone.now(), freed=7, failure="")


def test_it_is_not_given_up_while_the_server_answers(
    sent: Deletion, server: PlexServer, browser: Client
) -> None:
    server.reached(timezone.now())
    page = text_of(browser.get(give_up(sent), follow=True))
    assert "answers: the next pass looks what became of" in page
    with pytest.raises(Refused, match="the next pass looks"):
        queue.give_up(sent, timezone.now())


def test_of_what_was_not_sent_nothing_is_unknown(due: Deletion, server: PlexServer) -> None:
    server.missed("It is off.")
    with pytest.raises(Refused, match="cannot be given up: it is scheduled"):
        queue.give_up(due, timezone.now())
    assert due.claim(timezone.now())
    with pytest.raises(Refused, match="cannot be given up: it is running"):
        queue.give_up(due, timezone.now())


def test_a_command_gives_it_up_when_it_is_told_to(sent: Deletion) -> None:
    with pytest.raises(CommandError, match="Say --yes"):
        call_command("give_up", sent.pk)
    call_command("give_up", sent.pk, "--yes")
    sent.refresh_from_db()
    assert sent.status == Status.FAILED
