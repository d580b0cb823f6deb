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

from accounts.connecting import connect_owner
from accounts.errors import Refused
from accounts.jobs import for_each_server
from accounts.models import PlexServer, PlexUser
from deletions import parting
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Quarantined, Status
from media.models import Assignment, LibrarySection, MediaItem, Watch
from media.sync import sync_server
from plexclient.demo import Item, World
from tests import factories
from tests.factories import NOW
from tests.pages import text_of, words_of

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
        for n in range(parting.PORTION + 2)
    ]  # fmt: skip
    MediaItem.objects.bulk_create(episodes)
    assert parting.part_from(server, NOW).titles == parting.PORTION + 2
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


def test_the_page_removes_it_and_leads_back_to_the_servers(
    due: Deletion, server: PlexServer, browser: Client
) -> None:
    assert address(server) in text_of(browser.get(reverse("accounts:servers")))
    page = browser.post(address(server), follow=True)
    assert page.redirect_chain == [(reverse("accounts:servers"), 302)]
    assert "is removed. Nothing was deleted on it." in text_of(page)
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
