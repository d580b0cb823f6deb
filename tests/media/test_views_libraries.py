from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Job
from media.models import LibrarySection
from tests import factories
from tests.pages import HTMX, queries_of, text_of

URL = "/libraries/"


def test_without_a_server_the_page_leads_to_choosing_one(browser: Client) -> None:
    page = text_of(browser.get(URL))
    assert "No server is connected" in page
    assert 'href="/servers/"' in page


def test_sections_show_what_is_there_and_how_much(browser: Client) -> None:
    server = factories.server()
    section = factories.section(on=server, title="Films")
    factories.movie(section=section, size=3 * 2**30)
    factories.movie(section=section, size=2**30, gone_at=timezone.now())
    page = text_of(browser.get(URL))
    assert "Films" in page
    assert "3.0\xa0GB" in page


def test_a_failure_is_told_in_its_words(browser: Client) -> None:
    section = factories.section(on=factories.server())
    LibrarySection.objects.filter(pk=section.pk).update(last_error="The listing is <b>short</b>.")
    assert "The listing is &lt;b&gt;short&lt;/b&gt;." in text_of(browser.get(URL))


def test_sync_now_asks_for_a_full_sync(browser: Client) -> None:
    server = factories.server()
    response = browser.post(f"/libraries/sync/{server.pk}/")
    assert response.headers["Location"] == URL
    job = Job.objects.get(server=server, kind=Job.Kind.LIBRARIES)
    assert job.wanted_at
    assert job.is_full


def test_sync_now_answers_htmx_with_the_part_that_goes_on_asking(browser: Client) -> None:
    server = factories.server()
    part = text_of(browser.post(f"/libraries/sync/{server.pk}/", headers=HTMX))
    assert part.lstrip().startswith('<div id="libraries"')
    assert 'hx-trigger="every 2s"' in part


def test_the_part_stops_asking_when_nothing_runs(browser: Client) -> None:
    factories.server()
    part = text_of(browser.get(URL, headers=HTMX))
    assert "every 2s" not in part
    assert "<html" not in part


def test_a_running_sync_shows_its_progress(browser: Client) -> None:
    job = Job.of(factories.server(), Job.Kind.LIBRARIES)
    Job.objects.filter(pk=job.pk).update(
        leased_until=timezone.now() + timedelta(minutes=1), progress="Films: 300 of 900"
    )
    page = text_of(browser.get(URL))
    assert "Films: 300 of 900" in page
    assert "every 2s" in page


def test_a_part_and_its_page_are_told_apart_by_caches(browser: Client) -> None:
    assert "HX-Request" in browser.get(URL).headers["Vary"]


def test_reading_does_not_start_a_sync(browser: Client) -> None:
    server = factories.server()
    assert browser.get(f"/libraries/sync/{server.pk}/").status_code == 405
    assert not Job.objects.exists()


@pytest.mark.parametrize("servers", [1, 4])
def test_the_number_of_queries_does_not_grow(browser: Client, servers: int) -> None:
    for number in range(servers):
        server = factories.server(machine_identifier=f"m{number}")
        for _ in range(servers):
            factories.movie(section=factories.section(on=server))
    assert queries_of(browser, URL) <= 10
