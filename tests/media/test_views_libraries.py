from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Job
from accounts.models.jobs import Part
from media.models import LibrarySection
from tests import factories
from tests.pages import HTMX, queries_of, text_of, words_of

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


def test_a_running_sync_shows_its_numbers_its_time_and_when_it_will_be_done(browser: Client) -> None:
    job, now = Job.of(factories.server(), Job.Kind.LIBRARIES), timezone.now()
    assert job.take(now - timedelta(minutes=2))
    job.renew(now, "Films", 3000, 9000)
    page = words_of(browser.get(URL))
    assert "Films 3,000 of 9,000, since 2 minutes ago, done in" in page
    assert '<progress aria-label="Sync libraries" max="1000" value="333">' in page
    assert "every 2s" in page
    job.finish(now)
    assert "<progress" not in words_of(browser.get(URL))


def test_a_poll_is_told_of_where_its_server_is(browser: Client) -> None:
    job = Job.of(factories.server(), Job.Kind.POLL)
    assert job.take(timezone.now())
    job.renew(timezone.now(), "", 500, 2000, part=Part(0, 2))
    assert '<progress aria-label="Poll" max="1000" value="125">' in words_of(browser.get(URL))


def test_what_nobody_begins_is_no_endless_promise(browser: Client) -> None:
    job = Job.of(factories.server(), Job.Kind.LIBRARIES)
    job.want(timezone.now())
    assert "it begins in a moment" in words_of(browser.get(URL))
    job.want(timezone.now() - timedelta(minutes=2))
    page = words_of(browser.get(URL))
    assert "nobody has begun" in page
    assert 'href="/doctor/"' in page


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
    assert queries_of(browser, URL) <= 12
