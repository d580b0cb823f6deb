"""The way in as browsers go it."""

import json
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Installation, PlexServer, User
from tests import factories
from tests.accounts.conftest import SignIn
from tests.accounts.fake_plex import LOCAL, FakePlex, account, connection, resource
from tests.factories import ALICE, BOB, CAROL

pytestmark = pytest.mark.django_db

LOGIN, WAIT = "/login/", "/login/wait/"
CHECK, FINISH = "/login/check/", "/login/finish/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def claimed(plex: FakePlex) -> PlexServer:
    """An installation that alice has claimed, with her server."""
    server = factories.server()
    Installation.load().claim(server.owner)
    return server


def add(plex: FakePlex, plex_id: int, name: str, *resources: dict[str, Any]) -> str:
    token = f"{name}-token"
    plex.accounts[token] = account(plex_id, name)
    plex.resources[token] = list(resources)
    return token


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def plex_page(browser: Client) -> str:
    page = browser.get(WAIT)
    assert page.status_code == 200
    return str(page.context["plex_page"])


def return_address(browser: Client) -> str:
    parameters = parse_qs(urlsplit(plex_page(browser)).fragment.lstrip("?"))
    return parameters["forwardUrl"][0]


# The flow


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


# Attacks


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


# Who may be the admin


def test_a_fresh_installation_is_claimed_through_its_set_up_address(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    assert sign_in(invited).headers["Location"] == "/"
    installation = Installation.load()
    assert installation.owner == User.objects.get(plex_id=ALICE)
    assert not User.objects.get().has_usable_password()
    assert installation.setup_path() is None
    assert PlexServer.objects.get().url == LOCAL


def test_without_the_set_up_address_nobody_claims(plex: FakePlex, client: Client, sign_in: SignIn) -> None:
    page = client.get(LOGIN)
    assert b"Sign in with Plex" not in page.content
    refused = sign_in(client)
    assert refused.status_code == 403
    assert not is_in(client)
    assert not User.objects.exists()


@pytest.mark.parametrize("code", ["wrong", "\u00e9", "x" * 500])
def test_a_wrong_set_up_code_is_not_found(client: Client, code: str) -> None:
    assert client.get(reverse("accounts:setup", args=[code])).status_code == 404
    assert "setup_code" not in client.session


def test_the_set_up_address_is_dead_once_somebody_has_claimed(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    code = Installation.load().setup_code
    sign_in(invited)
    assert Client().get(f"/setup/{code}/").status_code == 404


def test_a_session_invited_before_the_claim_cannot_take_over(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    late = Client()
    late.get(Installation.load().setup_path() or "")
    sign_in(invited)
    token = add(plex, CAROL, "carol", resource("machine-2"))
    assert sign_in(late, token).status_code == 403
    assert [user.username for user in User.objects.all()] == ["alice"]


@pytest.mark.parametrize("name", ["alice", "ALICE", str(ALICE)])
def test_the_person_the_settings_name_claims_without_the_address(
    plex: FakePlex, client: Client, sign_in: SignIn, settings: Settings, name: str
) -> None:
    settings.PLAXE_OWNER = name
    assert b"Sign in with Plex" in client.get(LOGIN).content
    sign_in(client)
    assert is_in(client)
    assert Installation.load().is_claimed


@pytest.mark.parametrize("name", ["bob", str(BOB), "alicia", "\u212aate"])
def test_when_the_settings_name_somebody_else_even_the_set_up_address_does_not_help(
    plex: FakePlex, invited: Client, sign_in: SignIn, settings: Settings, name: str
) -> None:
    settings.PLAXE_OWNER = name
    plex.accounts["alice-token"]["friendlyName"] = name
    assert sign_in(invited).status_code == 403
    assert not Installation.load().is_claimed


@pytest.mark.parametrize(("wanted", "called"), [(str(ALICE), str(ALICE)), ("kate", "\u212aate")])
def test_calling_oneself_like_the_owner_does_not_help(
    plex: FakePlex, client: Client, sign_in: SignIn, settings: Settings, wanted: str, called: str
) -> None:
    settings.PLAXE_OWNER = wanted
    token = add(plex, 666, "mallory", resource())
    plex.accounts[token]["username"] = called
    assert sign_in(client, token).status_code == 403
    assert not User.objects.exists()


def test_a_friend_who_owns_no_server_is_turned_away_and_forgotten(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    token = add(plex, CAROL, "carol", resource(owned=False))
    page = sign_in(invited, token)
    assert page.status_code == 403
    assert b"carol owns no Plex server" in page.content
    assert not User.objects.exists()
    assert not is_in(invited)
    assert token not in str(dict(invited.session))


def test_a_friend_of_the_claimed_server_is_turned_away(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    page = sign_in(client, add(plex, CAROL, "carol", resource(owned=False)))
    assert page.status_code == 403
    assert b"belongs to somebody else" in page.content
    assert User.objects.count() == 1


def test_a_stranger_with_a_server_of_their_own_is_turned_away_after_the_claim(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    page = sign_in(client, add(plex, 666, "mallory", resource("machine-666")))
    assert page.status_code == 403
    assert User.objects.count() == 1
    assert PlexServer.objects.count() == 1


def test_an_owner_who_was_switched_off_stays_out(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client).status_code == 403
    assert not is_in(client)


def test_a_player_is_no_server(plex: FakePlex, invited: Client, sign_in: SignIn) -> None:
    token = add(plex, CAROL, "carol", resource(provides="client,player"))
    assert sign_in(invited, token).status_code == 403


def test_an_account_with_a_password_keeps_its_name(plex: FakePlex, invited: Client, sign_in: SignIn) -> None:
    User.objects.create_superuser("alice", password="secret")
    sign_in(invited)
    assert User.objects.get(plex_id=ALICE).username == f"alice-{ALICE}"


# What goes wrong at Plex


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


# After signing in


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


# The door


@pytest.mark.parametrize("path", ["/users/", "/servers/", "/users/1/", "/admin/accounts/user/"])
def test_a_page_leads_to_the_login_and_back(client: Client, path: str) -> None:
    answer = client.get(path, {"page": "2"})
    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    assert target.path == LOGIN
    assert parse_qs(target.query) == {"next": [f"{path}?page=2"]}


def test_a_part_of_a_page_takes_the_whole_page_to_the_login_and_back(client: Client) -> None:
    at = {**HTMX, "HX-Current-URL": "https://testserver/users/?page=2"}
    answer = client.get("/users/", headers=at)
    assert "Location" not in answer.headers
    assert answer.headers["HX-Redirect"] == "/login/?next=/users/%3Fpage%3D2"


@pytest.mark.parametrize("current", ["https://evil.example//evil.example", "javascript:alert(1)", ""])
def test_a_part_of_a_page_does_not_lead_elsewhere(client: Client, current: str) -> None:
    answer = client.get("/users/", headers={**HTMX, "HX-Current-URL": current})
    assert answer.headers["HX-Redirect"] == "/login/?next=/"


def test_the_login_pages_are_never_stored_by_a_browser(
    plex: FakePlex, claimed: PlexServer, client: Client
) -> None:
    client.post(LOGIN)
    for path in (LOGIN, WAIT, CHECK, FINISH):
        assert "no-store" in client.get(path).headers["Cache-Control"]
