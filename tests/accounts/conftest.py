from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from django.test import Client
from django.urls import reverse

from accounts.models import Installation, PlexServer
from tests import factories
from tests.accounts.fake_plex import FakePlex

SignIn = Callable[..., Any]


@pytest.fixture
def plex() -> Iterator[FakePlex]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield FakePlex(mock)


@pytest.fixture
def invited(db: None, client: Client) -> Client:
    """A browser that has opened the set-up address of a fresh installation."""
    client.get(Installation.load().setup_path() or "")
    return client


@pytest.fixture
def claimed(db: None, plex: FakePlex) -> PlexServer:
    """An installation that alice has claimed, with her server."""
    server = factories.server()
    Installation.load().claim(server.owner)
    return server


@pytest.fixture
def sign_in(plex: FakePlex) -> SignIn:
    """Begin in this browser, sign in at Plex with that token, and come back."""

    def sign_in(browser: Client, token: str = "alice-token", *, to: str = "/") -> Any:
        browser.post(reverse("accounts:login"), {"next": to})
        plex.approve(token)
        return browser.get(reverse("accounts:finish"))

    return sign_in
