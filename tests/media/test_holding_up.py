"""Who is how far, and for what everybody waits for one person alone."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import PlexServer, PlexUser
from media.holding_up import held_up, progress
from media.models import MediaItem
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


@pytest.fixture
def people(server: PlexServer) -> tuple[PlexUser, PlexUser]:
    return factories.bob(on=server), factories.carol(on=server)


def films(server: PlexServer, number: int) -> list[MediaItem]:
    section = factories.section(on=server)
    return [factories.movie(section=section, title=f"Film {n}", size=100 * n) for n in range(1, number + 1)]


def test_somebody_holds_up_what_everybody_else_has_seen(
    server: PlexServer, people: tuple[PlexUser, PlexUser]
) -> None:
    bob, carol = people
    one, two, three = films(server, 3)
    for film in (one, two, three):
        for viewer in people:
            factories.assignment(item=film, viewer=viewer)
    factories.watch(item=one, viewer=carol)
    factories.watch(item=two, viewer=carol)
    factories.watch(item=three, viewer=bob)
    assert [item.title for item in held_up(bob, 10).shown] == ["Film 2", "Film 1"]
    assert (held_up(bob, 1).titles, held_up(bob, 1).bytes, len(held_up(bob, 1).shown)) == (2, 300, 1)
    assert held_up(carol, 10).bytes == 300


def test_what_nobody_has_seen_is_held_up_by_nobody_alone(
    server: PlexServer, people: tuple[PlexUser, PlexUser]
) -> None:
    (film,) = films(server, 1)
    for viewer in people:
        factories.assignment(item=film, viewer=viewer)
    assert held_up(people[0], 10).titles == 0


def test_progress_comes_in_the_order_asked_for_also_of_those_without_anything(
    server: PlexServer, people: tuple[PlexUser, PlexUser]
) -> None:
    bob, carol = people
    one, two = films(server, 2)
    factories.assignment(item=one, viewer=bob)
    factories.assignment(item=two, viewer=bob)
    factories.watch(item=one, viewer=bob)
    told = [(row.viewer, row.total, row.seen, row.left) for row in progress([carol, bob])]
    assert told == [(carol, 0, 0, 0), (bob, 2, 1, 1)]


def test_the_pages_cost_the_same_however_many_there_are(browser: Client, server: PlexServer) -> None:
    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            viewer = factories.viewer(number, f"Viewer {number}", on=server)
            for film in films(server, 2):
                factories.assignment(item=film, viewer=viewer)

    counts = []
    for first, last in ((2000, 2003), (2003, 2020)):
        fill(first, last)
        one = PlexUser.objects.get(plex_id=2000).pk
        for path in ("/users/", f"/users/{one}/"):
            browser.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_the_page_of_a_viewer_says_what_is_held_up(browser: Client, server: PlexServer) -> None:
    bob = factories.bob(on=server)
    (film,) = films(server, 1)
    factories.assignment(item=film, viewer=bob)
    assert "gone" not in browser.get("/users/").content.decode()
    page = browser.get(f"/users/{bob.pk}/").content.decode()
    assert "Everybody else has seen it" in page
    assert "Film 1" in page


def test_a_viewer_without_a_name_is_called_by_his_number(browser: Client, server: PlexServer) -> None:
    viewer = factories.viewer(4711, "", on=server)
    assert "4711" in browser.get("/users/").content.decode()
    assert "4711" in browser.get(f"/users/{viewer.pk}/").content.decode()
