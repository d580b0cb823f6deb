"""The page of the webhooks."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PlexServer
from media.models import Webhook, WebhookDoor
from media.webhooks.handling import handle
from tests import factories

PAGE = "/webhooks/"


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


def address(browser: Client) -> str:
    found = re.search(r'value="(http[^"]+/webhooks/plex/[^"]+)"', browser.get(PAGE).content.decode())
    assert found
    return found[1]


def test_it_shows_the_address_and_a_new_one_on_demand(browser: Client) -> None:
    before = address(browser)
    assert WebhookDoor.load().secret in before
    browser.post("/webhooks/rotate/")
    assert address(browser) != before


def test_a_test_goes_the_whole_way(browser: Client, server: PlexServer) -> None:
    browser.post("/webhooks/test/")
    handle(Webhook.objects.get(), timezone.now())
    assert "The test has come the whole way." in browser.get(PAGE).content.decode()


def test_without_a_server_there_is_nothing_to_test(browser: Client) -> None:
    page = browser.post("/webhooks/test/", follow=True).content.decode()
    assert "Connect a server first." in page
    assert not Webhook.objects.exists()


def test_what_they_may_do_is_saved_and_nonsense_is_refused(browser: Client) -> None:
    browser.post("/webhooks/save/", {"keep_days": "3", "protects_from": "8"})
    door = WebhookDoor.load()
    assert (door.keep_days, door.protects_from, door.is_signed) == (3, 8, False)
    for wrong in ({"keep_days": "-1"}, {"keep_days": "x"}, {"keep_days": "3", "protects_from": "11"}):
        browser.post("/webhooks/save/", wrong)
    door.refresh_from_db()
    assert (door.keep_days, door.protects_from) == (3, 8)


def test_it_warns_when_more_than_a_tenth_of_a_day_has_failed(browser: Client, server: PlexServer) -> None:
    for number in range(19):
        status = "failed" if number < 2 else "success"
        Webhook.objects.create(
            server=server, event="media.play", received_at=timezone.now(), digest=str(number), status=status
        )
    assert "More than a tenth" in browser.get(PAGE).content.decode()
    Webhook.objects.filter(digest="0").update(status="success")
    assert "More than a tenth" not in browser.get(PAGE).content.decode()


def test_what_somebody_posted_is_shown_and_never_run(browser: Client, server: PlexServer) -> None:
    Webhook.objects.create(
        server=server,
        event="<script>",
        title="<script>alert(1)</script>",
        received_at=timezone.now(),
        digest="x",
    )
    page = browser.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_it_costs_the_same_however_much_came_in(browser: Client, server: PlexServer) -> None:
    def fill(count: int) -> None:
        Webhook.objects.bulk_create(
            Webhook(server=server, event="media.play", received_at=timezone.now(), digest="x")
            for _ in range(count)
        )

    fill(3)
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    fill(100)
    with CaptureQueriesContext(connection) as many:
        browser.get(PAGE)
    assert len(many) == len(few)
