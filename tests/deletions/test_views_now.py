"""What is playing, and ending it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer
from deletions.models import AuditEntry, Deletion
from media.models import PlaySession
from plexclient.demo import Item, World
from plexclient.demo.server import Session

NOW = "/now/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def playing(server: PlexServer, world: World, film: Item, queue_up: Callable[..., list[Deletion]]) -> Session:
    queue_up(film)
    return world.start_session(world.person("bob"), film, view_offset=film.duration // 2)


def row(browser: Client) -> PlaySession:
    browser.get(NOW)
    return PlaySession.objects.get()


def test_it_says_who_plays_what_and_how_far(browser: Client, playing: Session) -> None:
    page = browser.get(NOW).content.decode()
    assert all(words in page for words in ("Heron Lake", "bob", "50 %", "Plex for Android"))


def test_the_page_itself_asks_now_and_then_where_nothing_is_heard(
    browser: Client, server: PlexServer, playing: Session, world: World
) -> None:
    for _ in range(3):
        browser.get(NOW)
    assert sum(call.path == "/status/sessions" for call in world.requests) == 1
    PlexServer.objects.update(sessions_at=None, heard_at=timezone.now())
    browser.get(NOW)
    assert sum(call.path == "/status/sessions" for call in world.requests) == 1


def test_ending_a_playback_asks_first_and_is_written_down(
    browser: Client, playing: Session, world: World
) -> None:
    session = row(browser)
    end = f"/now/{session.pk}/end/"
    assert "End the playback?" in browser.get(end).content.decode()
    assert world.server.sessions
    browser.post(end, {"reason": "Dinner"})
    assert not world.server.sessions
    entry = AuditEntry.objects.get(verb="ended")
    assert (entry.title, entry.text, entry.by_name) == ("Heron Lake", "bob: Dinner", "alice")


def test_where_plex_pass_is_missing_it_says_so_and_writes_nothing(
    browser: Client, playing: Session, world: World
) -> None:
    world.server.subscription = False
    page = browser.post(f"/now/{row(browser).pk}/end/", follow=True).content.decode()
    assert "Plex Pass" in page
    assert not AuditEntry.objects.filter(verb="ended").exists()


def test_a_playback_that_has_ended_meanwhile_is_no_error_of_ours(
    browser: Client, playing: Session, world: World
) -> None:
    session = row(browser)
    world.stop_session(playing)
    page = browser.post(f"/now/{session.pk}/end/", follow=True).content.decode()
    assert "has ended already" in page


def test_a_server_that_is_off_is_said_and_the_page_answers(
    browser: Client, server: PlexServer, world: World, plex: object
) -> None:
    plex.switch_off("machine-1")  # type: ignore[attr-defined]
    assert browser.get(NOW).status_code == 200
    assert str(server) in browser.get(NOW).content.decode()


def test_the_doctors_page_answers(browser: Client, server: PlexServer) -> None:
    page = browser.get("/doctor/").content.decode()
    assert "It answers" in page
    assert "Nobody is assigned to anything" in page
