"""What a newcomer's dashboard says: what arrives, and what to do next."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Job, PlexServer
from deletions.models import Deletion
from tests import factories
from tests.pages import HTMX, text_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


def steps(browser: Client) -> str:
    return text_of(browser.get("/first-steps/", headers=HTMX))


def test_what_is_being_read_is_told_with_numbers_and_asked_for_again(
    browser: Client, server: PlexServer
) -> None:
    job = Job.of(server, Job.Kind.LIBRARIES)
    assert job.take(timezone.now() - timedelta(minutes=2))
    job.renew(timezone.now(), "Movies", 1200, 4800)
    page = words_of(browser.get("/"))
    assert "Sync libraries: Movies 1,200 of 4,800, since 2 minutes ago, done in" in page
    assert '<progress aria-label="Sync libraries" max="1000" value="250">' in page
    assert 'hx-trigger="every 2s"' in steps(browser)


def test_once_all_has_arrived_titles_are_to_be_chosen(browser: Client, server: PlexServer) -> None:
    factories.bob(on=server)
    factories.movie(section=factories.section(on=server))
    page = steps(browser)
    assert "1 viewer," in page
    assert "1 movie or episode" in page
    assert 'hx-trigger="every 2s"' not in page
    assert 'href="/media/"' in page


def test_the_first_title_in_the_queue_ends_the_first_steps(browser: Client, server: PlexServer) -> None:
    assert "First steps" in text_of(browser.get("/"))
    now = timezone.now()
    Deletion.objects.create(server=server, title="Salt", enqueued_at=now, scheduled_for=now)
    assert "First steps" not in text_of(browser.get("/"))


def test_without_script_the_steps_are_on_the_dashboard(browser: Client, server: PlexServer) -> None:
    assert browser.get("/first-steps/").headers["Location"] == "/"
