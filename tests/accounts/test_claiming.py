"""Who may be the admin."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Installation, PlexServer, User
from tests.accounts.browsing import LOGIN, is_in
from tests.accounts.conftest import SignIn
from tests.accounts.fake_plex import LOCAL, FakePlex, resource
from tests.factories import ALICE, BOB, CAROL

pytestmark = pytest.mark.django_db


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
    token = plex.knows(CAROL, "carol", resource("machine-2"))
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
    token = plex.knows(666, "mallory", resource())
    plex.accounts[token]["username"] = called
    assert sign_in(client, token).status_code == 403
    assert not User.objects.exists()


def test_a_friend_who_owns_no_server_is_turned_away_and_forgotten(
    plex: FakePlex, invited: Client, sign_in: SignIn
) -> None:
    token = plex.knows(CAROL, "carol", resource(owned=False))
    page = sign_in(invited, token)
    assert page.status_code == 403
    assert b"carol owns no Plex server" in page.content
    assert not User.objects.exists()
    assert not is_in(invited)
    assert token not in str(dict(invited.session))


def test_a_friend_of_the_claimed_server_is_turned_away(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    page = sign_in(client, plex.knows(CAROL, "carol", resource(owned=False)))
    assert page.status_code == 403
    assert b"belongs to somebody else" in page.content
    assert User.objects.count() == 1


def test_a_stranger_with_a_server_of_their_own_is_turned_away_after_the_claim(
    plex: FakePlex, claimed: PlexServer, client: Client, sign_in: SignIn
) -> None:
    page = sign_in(client, plex.knows(666, "mallory", resource("machine-666")))
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
    token = plex.knows(CAROL, "carol", resource(provides="client,player"))
    assert sign_in(invited, token).status_code == 403


def test_an_account_with_a_password_keeps_its_name(plex: FakePlex, invited: Client, sign_in: SignIn) -> None:
    User.objects.create_superuser("alice", password="secret")
    sign_in(invited)
    assert User.objects.get(plex_id=ALICE).username == f"alice-{ALICE}"
