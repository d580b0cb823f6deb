"""The way in as browsers go it, also when Plex is in trouble."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Installation, PlexServer, User
from tests.accounts.browsing import CHECK, FINISH, HTMX, LOGIN, WAIT, is_in, plex_page, return_address
from tests.accounts.conftest import SignIn
from tests.accounts.fake_plex import FakePlex, connection, resource

pytestmark = pytest.mark.django_db


def test_the_owner_signs_in_through_the_return_address(plex: FakePlex, claimed: PlexServer) -> None:
    browser = Client()
    assert browser.post(LOGIN).headers["Location"] == WAIT
    back = return_address(browser)
    plex.approve()
    page = browser.get(back, follow=True)
    assert page.redirect_chain[-1] == ("/", 302)
    assert is_in(browser)


def test_the_owner_signs_in_while_the_page_polls(plex: FakePlex, claimed: PlexServer, client: Client) -> None:
    client.post(LOGIN, {"next": "/users/"})
    assert client.get(CHECK, headers=HTMX).content == b""
    plex.approve()
    assert client.get(CHECK, headers=HTMX).headers["HX-Redirect"] == FINISH
    assert client.get(FINISH).headers["Location"] == "/users/"
    assert is_in(client)


def test_plex_is_told_the_pin_and_where_to_send_the_browser(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    address = plex_page(client)
    parameters = parse_qs(urlsplit(address).fragment.lstrip("?"))
    assert address.startswith("https://app.plex.tv/auth#?")
    assert parameters["code"] == ["code-700"]
    assert parameters["clientID"] == [Installation.load().client_identifier]
    assert parameters["forwardUrl"][0].startswith("http://testserver/login/return/?state=")


def test_behind_a_proxy_that_speaks_tls_plex_sends_the_browser_to_https(
    plex: FakePlex, claimed: PlexServer, client: Client, settings: Settings
) -> None:
    settings.PLAXE_URL = "https://testserver"
    client.post(LOGIN)
    assert return_address(client).startswith("https://testserver/login/return/")


def test_whoever_has_not_signed_in_at_plex_goes_on_waiting(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    assert client.get(FINISH).headers["Location"] == WAIT
    assert not is_in(client)


def test_signing_in_changes_the_session_key(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    client.post(LOGIN)
    before = client.session.session_key
    sign_in(client)
    assert is_in(client)
    assert client.session.session_key != before


def test_the_owner_is_staff_and_the_new_token_is_kept_sealed(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    plex.accounts["new-token"] = plex.accounts["alice-token"]
    plex.resources["new-token"] = [resource(accessToken="machine-1-token-2")]
    sign_in(client, "new-token")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.plex_token == "new-token"
    assert PlexServer.objects.get().token == "machine-1-token-2"


def test_signing_in_again_repairs_secrets_whose_key_is_lost(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn, settings: Settings
) -> None:
    settings.PLAXE_ENCRYPTION_KEYS = ["another-key"]
    sign_in(client)
    assert User.objects.get().plex_token == "alice-token"
    assert PlexServer.objects.get().token == "machine-1-token"


def test_signing_out_takes_a_post_and_ends_the_session(client: Client, claimed: PlexServer) -> None:
    client.force_login(claimed.owner)
    assert client.get("/logout/").status_code == 405
    assert is_in(client)
    assert client.post("/logout/").headers["Location"] == LOGIN
    assert not is_in(client)


def test_whoever_is_signed_in_is_led_on_by_every_page_of_the_way_in(
    client: Client, claimed: PlexServer
) -> None:
    client.force_login(claimed.owner)
    for path in (LOGIN, WAIT, FINISH):
        assert client.get(path, {"next": "/users/"}).headers["Location"] == "/users/"
    assert client.get(CHECK, {"next": "/users/"}, headers=HTMX).headers["HX-Redirect"] == "/users/"


def test_an_only_server_is_taken_at_once_and_wants_to_be_read(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    assert sign_in(invited, to="/users/").headers["Location"] == "/users/"
    server = PlexServer.objects.get()
    assert {job.kind for job in server.jobs.all() if job.wanted_at} == {"viewers", "libraries"}


def test_several_servers_are_a_choice(plex: FakePlex, invited: Client, sign_in: SignIn) -> None:
    plex.resources["alice-token"] = [resource(), resource("machine-2", name="Attic")]
    assert sign_in(invited, to="/users/").headers["Location"] == "/servers/?next=%2Fusers%2F"
    assert not PlexServer.objects.exists()


def test_an_only_server_that_is_off_does_not_keep_the_owner_out(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    plex.resources["alice-token"] = [resource(connections=[connection("http://10.9.9.9:32400", local=True)])]
    assert sign_in(invited).headers["Location"].startswith("/servers/")
    assert is_in(invited)
    assert "Cellar cannot be reached" in invited.get("/servers/").content.decode()


def test_a_known_owner_goes_straight_on(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    plex.resources["alice-token"].append(resource("machine-2"))
    assert sign_in(client, to="/users/").headers["Location"] == "/users/"
    assert PlexServer.objects.count() == 1


def test_a_pin_that_expired_here_says_so(plex: FakePlex, claimed: PlexServer, client: Client) -> None:
    client.post(LOGIN)
    plex.approve()
    with time_machine.travel(timezone.now() + timedelta(seconds=1801)):
        assert client.get(CHECK, headers=HTMX).headers["HX-Redirect"] == FINISH
        page = client.get(FINISH)
    assert page.status_code == 400
    assert b"expired" in page.content
    assert b"Begin again" in page.content
    assert not is_in(client)


def test_a_pin_that_plex_does_not_know_any_more_has_expired(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    plex.pins.clear()
    assert client.get(CHECK, headers=HTMX).headers["HX-Redirect"] == FINISH
    assert b"expired" in client.get(FINISH).content


TROUBLES = [
    requests.ConnectionError("down"),
    (500, {}, ""),
    (429, {}, ""),
    (200, {}, '{"id": 7'),
    (200, {}, "<html>"),
]


@pytest.mark.parametrize("answer", TROUBLES)
def test_plex_being_in_trouble_at_the_start_is_a_page_with_a_way_to_begin_again(
    plex: FakePlex, claimed: PlexServer, client: Client, answer: Any
) -> None:
    plex.fails("/api/v2/pins", answer)
    page = client.post(LOGIN)
    assert page.status_code == 503
    assert b"plex.tv" in page.content
    assert b"Begin again" in page.content


@pytest.mark.parametrize("answer", TROUBLES)
def test_the_waiting_page_outlives_trouble_at_plex(
    plex: FakePlex, claimed: PlexServer, client: Client, answer: Any
) -> None:
    client.post(LOGIN)
    plex.fails("/api/v2/pins/700", answer)
    assert b"plex.tv" in client.get(CHECK, headers=HTMX).content
    assert client.get(FINISH).status_code == 503
    plex.heals()
    plex.approve()
    client.get(FINISH)
    assert is_in(client)


@pytest.mark.parametrize("path", ["/api/v2/user", "/api/v2/resources"])
@pytest.mark.parametrize("answer", TROUBLES)
def test_trouble_after_the_pin_lets_nobody_in(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn, path: str, answer: Any
) -> None:
    plex.fails(path, answer)
    page = sign_in(client)
    assert page.status_code == 503
    assert b"Begin again" in page.content
    assert not is_in(client)


def test_no_page_and_no_log_shows_a_token(
    plex: FakePlex, invited: Client, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in(invited)
    shown = caplog.text + "".join(
        invited.get(path).content.decode() for path in ("/servers/", "/users/", "/admin/accounts/user/")
    )
    assert "alice-token" not in shown
    assert "machine-1-token" not in shown
    assert "alice-token" not in str(dict(invited.session))
