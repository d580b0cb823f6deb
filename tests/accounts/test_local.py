"""The way in while plex.tv is down."""

import pytest
from django.core.management import call_command
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

LOCAL = "/login/local/"
RIGHT = {"username": "keeper", "password": "a-long-password"}


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", RIGHT["password"])
    call_command("createsuperuser", interactive=False, username="keeper", email="", verbosity=0)


@pytest.mark.usefixtures("keeper")
def test_who_looks_after_the_machine_comes_in_without_plex(client: Client) -> None:
    answer = client.post(LOCAL, {**RIGHT, "next": "/settings/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/")
    assert client.get("/settings/").status_code == 200


@pytest.mark.usefixtures("keeper")
def test_it_leads_nowhere_else(client: Client) -> None:
    assert client.post(LOCAL, {**RIGHT, "next": "//evil.example"}).headers["Location"] == "/"


@pytest.mark.usefixtures("keeper")
def test_a_wrong_password_is_told_and_no_more_than_a_few_are_tried_in_a_minute(client: Client) -> None:
    wrong = [client.post(LOCAL, {**RIGHT, "password": "guess"}) for _ in range(8)]
    assert [answer.status_code for answer in wrong] == [403] * 5 + [429] * 3
    assert "guess" not in wrong[0].content.decode()
    assert client.post(LOCAL, RIGHT).status_code == 429  # also the right one, or it would be worth trying


@pytest.mark.usefixtures("keeper")
def test_from_other_addresses_a_name_is_not_tried_more_often(client: Client) -> None:
    tries = [
        client.post(LOCAL, {**RIGHT, "password": "guess"}, REMOTE_ADDR=f"10.0.0.{number}")
        for number in range(7)
    ]
    assert [answer.status_code for answer in tries] == [403] * 5 + [429] * 2


def test_whoever_signs_in_with_plex_has_no_password_to_guess(client: Client) -> None:
    alice = factories.alice()
    alice.set_unusable_password()
    alice.save()
    for password in ("", alice.password, "!"):
        assert client.post(LOCAL, {"username": alice.username, "password": password}).status_code == 403


def test_the_login_speaks_of_it_only_where_there_is_a_password(
    client: Client, request: pytest.FixtureRequest
) -> None:
    assert LOCAL not in client.get("/login/").content.decode()
    request.getfixturevalue("keeper")
    assert LOCAL in client.get("/login/").content.decode()
