"""Who protected what, and when: on the title's page, also where nobody sat before one."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import PlexServer, User
from deletions import protecting
from deletions.models import AuditEntry
from deletions.protections import said_of
from deletions.queue import enqueue_complete
from media.keeping import Rule
from media.models import MediaItem
from media.protecting import protect
from tests import factories
from tests.factories import NOW
from tests.pages import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


@pytest.fixture
def episode(server: PlexServer) -> MediaItem:
    section = factories.section(on=server, kind="show", title="Series")
    season = factories.season(show=factories.show(section=section, title="Bebop"))
    return factories.episode(season=season, index=1)


def told(item: MediaItem) -> list[tuple[str, str, str]]:
    whole = MediaItem.objects.select_related("parent", "show", "section").get(pk=item.pk)
    return [(entry.verb, entry.title, entry.by_name) for entry in said_of(whole)]


def test_the_page_of_a_title_says_who_protected_it_and_who_took_that_back(
    browser: Client, episode: MediaItem
) -> None:
    browser.post(f"/media/{episode.pk}/protect/")
    browser.post(f"/media/{episode.pk}/protect/", {"remove": "yes"})
    page = words_of(browser.get(f"/media/{episode.pk}/"))
    assert "Who said what, and when" in page
    assert "alice protects Bebop · S01E01" in page
    assert [verb for verb, _, _ in told(episode)] == ["unprotected", "protected"]


def test_what_protects_from_above_is_told_on_the_page_of_what_is_below(episode: MediaItem) -> None:
    alice, show = factories.alice(), episode.show
    assert show
    protecting.protect([show], NOW, by=alice)
    protecting.protect([show.section], NOW + timedelta(hours=1), by=alice)
    protecting.keep(show, Rule(newest=2), NOW + timedelta(hours=2), by=alice)
    assert [verb for verb, _, _ in told(episode)] == ["changed", "protected", "protected"]


def test_what_is_said_of_another_title_is_told_there(server: PlexServer, episode: MediaItem) -> None:
    film = factories.movie(section=factories.section(on=server), title="Heat")
    protecting.protect([film], NOW)
    assert told(episode) == []
    assert told(film) == [("protected", "Heat", "Plaxe")]


def test_a_rating_that_protects_is_written_down_once_with_who_gave_it(server: PlexServer) -> None:
    film = factories.movie(section=factories.section(on=server), title="Heat")
    protect([film], NOW, by_name="Bob")
    for minute in (1, 2):
        enqueue_complete(server, NOW + timedelta(minutes=minute))
    entry = AuditEntry.objects.get()
    assert (entry.by_name, entry.at, entry.text) == ("Bob", NOW, "A rating protects it.")
    assert told(film) == [("protected", "Heat", "Bob")]


def test_what_somebody_protects_in_the_interface_is_written_down_only_there(server: PlexServer) -> None:
    film = factories.movie(section=factories.section(on=server), title="Heat")
    dora = User.objects.create(username="dora")
    protecting.protect([film], NOW, by=dora)
    enqueue_complete(server, NOW)
    dora.delete()
    enqueue_complete(server, NOW)
    assert AuditEntry.objects.count() == 1
