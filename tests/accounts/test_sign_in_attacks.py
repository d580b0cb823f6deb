"""Other browsers, copied sessions, addresses made by others."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import PlexServer
from tests.accounts.browsing import FINISH, LOGIN, WAIT, is_in, return_address
from tests.accounts.conftest import SignIn
from tests.accounts.fake_plex import FakePlex

pytestmark = pytest.mark.django_db


def test_the_pin_of_another_browser_is_of_no_use(plex: FakePlex, claimed: PlexServer) -> None:
    alice, mallory = Client(), Client()
    alice.post(LOGIN)
    back = return_address(alice)
    plex.approve()
    assert mallory.get(back).status_code == 400
    assert mallory.get(FINISH).status_code == 400
    assert not is_in(mallory)


def test_a_return_address_that_was_made_for_another_browser_ends_nothing(
    plex: FakePlex, claimed: PlexServer
) -> None:
    alice, mallory = Client(), Client()
    mallory.post(LOGIN)
    trap = return_address(mallory)
    plex.approve("alice-token")
    alice.post(LOGIN)
    assert alice.get(trap).status_code == 400
    assert not is_in(alice)


@pytest.mark.parametrize("state", ["", "wrong", "\u00e9", "x" * 5000])
def test_a_wrong_state_ends_nothing_and_spoils_nothing(
    plex: FakePlex, claimed: PlexServer, client: Client, state: str
) -> None:
    client.post(LOGIN)
    plex.approve()
    assert client.get("/login/return/", {"state": state}).status_code == 400
    assert not is_in(client)
    assert client.get(FINISH).status_code == 302
    assert is_in(client)


def test_a_pin_is_used_once(plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn) -> None:
    sign_in(client)
    client.post("/logout/")
    assert client.get(FINISH).status_code == 400
    assert not is_in(client)


def test_a_copied_session_cannot_use_the_pin_again(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    thief = Client()
    thief.cookies["plaxe_session"] = client.cookies["plaxe_session"].value
    plex.approve()
    client.get(FINISH)
    assert is_in(client)
    assert thief.get(FINISH).status_code == 400
    assert not is_in(thief)


def test_of_two_tabs_that_finish_at_once_one_gets_the_pin(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    other = Client()
    other.cookies["plaxe_session"] = client.cookies["plaxe_session"].value
    plex.approve()
    pin, answers = plex.pins[700], []

    def answer_slowly(request: Any) -> Any:
        plex.answers.clear()
        answers.append(other.get(FINISH).status_code)  # the other tab is quicker, while we wait for Plex
        return 200, {}, json.dumps(pin)

    plex.slow["/api/v2/pins/700"] = answer_slowly
    mine = client.get(FINISH)
    assert answers == [302]
    assert is_in(other)
    assert mine.headers["Location"] == WAIT
    assert len(plex.asked("/api/v2/user")) == 1


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "\\\\evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example/"],
)
def test_next_never_leads_out_of_the_site(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn, path: str
) -> None:
    assert sign_in(client, to=path).headers["Location"] == "/"
    assert client.get(LOGIN, {"next": path}).headers["Location"] == "/"


def test_beginning_asks_for_a_csrf_token(plex: FakePlex, claimed: PlexServer) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(LOGIN).status_code == 403
    assert not plex.pins
