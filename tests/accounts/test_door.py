"""Every page asks for a session, and leads back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import PlexServer
from tests.accounts.browsing import CHECK, FINISH, HTMX, LOGIN, WAIT
from tests.accounts.fake_plex import FakePlex

pytestmark = pytest.mark.django_db


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
