"""Signing in and copying viewers with the demo Plex, over real HTTP."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Installation, PlexServer, PlexUser
from accounts.tasks import sync_viewers
from plexclient.demo.running import Running, serve
from plexclient.demo.world import World
from tests.accounts.browsing import FINISH, LOGIN, is_in, plex_page
from tests.factories import ALICE, BOB, CAROL

pytestmark = pytest.mark.django_db

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world() -> World:
    world = World()
    world.add_server(world.add_person("alice", plex_id=ALICE, home=True), machine_identifier="machine-1")
    world.add_person("bob", plex_id=BOB, home=True)
    world.share(world.add_person("carol", plex_id=CAROL))
    world.share(world.add_person("dave", plex_id=1004), pending=True)
    return world


@pytest.fixture
def plex(world: World, settings: Settings) -> Iterator[Running]:
    with serve(world) as running:
        settings.PLAXE_PLEX_TV_URL = running.plex_tv_url
        settings.PLAXE_PLEX_APP_URL = running.app_url
        yield running


@pytest.fixture
def browser(db: None, client: Client) -> Client:
    client.get(Installation.load().setup_path() or "")
    return client


def pick(plex: Running, browser: Client, who: int) -> str:
    """Choose an account on the page of Plex; where that page then sends the browser."""
    given = parse_qs(urlsplit(plex_page(browser)).fragment.lstrip("?"))
    form = {"person": who, "code": given["code"][0], "forwardUrl": given["forwardUrl"][0]}
    with closing(HTTPConnection(urlsplit(plex.app_url).netloc, timeout=5)) as connection:
        connection.request("POST", "/auth/link", urlencode(form), FORM)
        return str(connection.getresponse().getheader("Location"))


def test_the_owner_claims_signs_in_and_sees_the_viewers(plex: Running, browser: Client) -> None:
    browser.post(LOGIN)
    page = browser.get(pick(plex, browser, ALICE), follow=True)
    assert is_in(browser)
    assert page.redirect_chain[-1][0] == "/"
    server = PlexServer.objects.get()
    assert (server.machine_identifier, server.allows_deletion) == ("machine-1", True)
    sync_viewers(server.pk)
    assert {viewer.plex_id: viewer.kind for viewer in PlexUser.objects.present()} == {
        ALICE: "OWNER",
        BOB: "HOME",
        CAROL: "FRIEND",
    }


def test_a_friend_is_turned_away(plex: Running, browser: Client) -> None:
    browser.post(LOGIN)
    pick(plex, browser, CAROL)
    page = browser.get(FINISH)
    assert page.status_code == 403
    assert not is_in(browser)
    assert not Installation.load().is_claimed
