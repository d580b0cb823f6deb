"""Not to wait any longer, and to keep for ever: from the queue and from the dashboard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion
from deletions.queue import enqueue_complete
from media.models import MediaItem
from plexclient.demo import Item, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(settings: Settings, queue_up: Callable[..., list[Deletion]], film: Item) -> Deletion:
    settings.PLAXE_DELETION_DELAY = timedelta(days=7)
    return queue_up(film)[0]


def test_delete_now_makes_it_due_and_every_law_is_asked_as_ever(
    waiting: Deletion, browser: Client, world: World, film: Item
) -> None:
    world.start_session(world.person("bob"), film)
    browser.post(f"/deletions/{waiting.pk}/now/")
    execute_due(waiting.server, timezone.now())
    waiting.refresh_from_db()
    assert (waiting.status, waiting.hold, world.deletes) == ("HELD", "playing", [])


def test_a_double_click_on_delete_now_is_one(waiting: Deletion, browser: Client, world: World) -> None:
    for _ in range(2):
        browser.post(f"/deletions/{waiting.pk}/now/")
    assert AuditEntry.objects.filter(verb="hastened").count() == 1
    execute_due(waiting.server, timezone.now())
    assert len(world.deletes) == 1


def test_what_was_cancelled_meanwhile_is_not_hastened(browser: Client, waiting: Deletion) -> None:
    browser.post(f"/deletions/{waiting.pk}/cancel/")
    page = browser.post(f"/deletions/{waiting.pk}/now/", follow=True).content.decode()
    assert "cannot be deleted now: it is cancelled" in page


def test_what_is_kept_is_held_and_says_who_protects_it(browser: Client, waiting: Deletion) -> None:
    browser.post(f"/deletions/{waiting.pk}/keep/")
    enqueue_complete(waiting.server, timezone.now())
    waiting.refresh_from_db()
    assert (waiting.status, waiting.hold) == ("HELD", "kept")
    assert "alice" in waiting.held_because


def test_what_plaxe_no_longer_knows_cannot_be_kept(browser: Client, waiting: Deletion) -> None:
    Deletion.objects.update(item=None)
    page = browser.post(f"/deletions/{waiting.pk}/keep/", follow=True).content.decode()
    assert "nothing to protect" in page
    assert not MediaItem.objects.protected().exists()


def test_the_dashboard_offers_both_beside_each_title(browser: Client, waiting: Deletion) -> None:
    page = browser.get("/").content.decode()
    assert f"/deletions/{waiting.pk}/cancel/" in page
    assert f"/deletions/{waiting.pk}/keep/" in page
