from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from deletions.chart import HEIGHT, WIDTH, rising
from deletions.models import Deletion
from deletions.views.simulation import PAGE
from media.models import LibrarySection, MediaItem
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

URL = "/simulation/"
DAY = timedelta(days=1)
TODAY = timezone.now()


@pytest.fixture
def films(db: None) -> LibrarySection:
    return factories.section(on=factories.server())


def seen_film(films: LibrarySection, title: str, days: float = 20, size: int = 10**9) -> MediaItem:
    film = factories.movie(section=films, title=title, size=size, added_at=TODAY - 900 * DAY)
    factories.assignment(item=film, viewer=factories.bob(on=films.server))
    factories.watch(item=film, viewer=factories.bob(on=films.server), at=TODAY - days * DAY)
    return film


def test_a_title_is_shown_on_its_day_with_who_had_seen_it(browser: Client, films: LibrarySection) -> None:
    film = seen_film(films, "Salt", days=20)
    seen_film(films, "Pepper", days=10)
    answer = browser.get(URL, {"delay": "1d"})
    page = text_of(answer)
    assert f'href="/media/{film.pk}/"' in page
    assert "<bdi>Bob</bdi>" in page
    days = [
        (day.date, day.so_far, [item.title for _, item, _ in titles])
        for day, titles in answer.context["days"]
    ]
    first, second = (timezone.localdate(TODAY - ago * DAY) for ago in (19, 9))
    assert days == [(first, 10**9, ["Salt"]), (second, 2 * 10**9, ["Pepper"])]


def test_what_would_wait_by_now_is_shown_too(browser: Client, films: LibrarySection) -> None:
    seen_film(films, "Salt", days=2)
    page = text_of(browser.get(URL, {"delay": "7d"}))
    assert "Nothing would have gone in 90 days" in page
    assert "Salt" in page


def test_without_settings_it_asks_about_those_that_are_set(browser: Client, films: LibrarySection) -> None:
    page = text_of(browser.get(URL))
    assert 'name="days" value="90"' in page
    assert 'name="delay" value="1d"' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "-5"}, "greater than or equal to 1"),
        ({"days": "1000000"}, "less than or equal to 3650"),
        ({"days": "x"}, "Enter a whole number"),
        ({"days": ""}, "This field is required"),
        ({"delay": "x"}, "Write a duration such as"),
        ({"delay": "-1d"}, "Write a duration such as"),
        ({"quorum": "2"}, "There are not so many viewers"),
        ({"quorum": "-1"}, "There are not so many viewers"),
        ({"server": "9"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    browser: Client, films: LibrarySection, query: dict[str, str], words: str
) -> None:
    seen_film(films, "Salt")
    page = text_of(browser.get(URL, query))
    assert words in page
    assert "Salt" not in page


def test_a_quorum_that_one_server_cannot_reach_is_said(browser: Client, films: LibrarySection) -> None:
    factories.bob(on=films.server)
    factories.carol(on=films.server)
    attic = factories.server(machine_identifier="machine-2")
    factories.bob(on=attic)
    page = text_of(browser.get(URL, {"quorum": "2", "server": str(attic.pk)}))
    assert "there is 1 viewer." in page


def test_a_long_answer_is_shown_in_pages_whose_totals_go_on(browser: Client, films: LibrarySection) -> None:
    for number in range(PAGE + 5):
        seen_film(films, f"Film {number}", days=5 + (number % 5), size=1)
    last = browser.get(URL, {"delay": "0", "page": "2"})
    day, titles = last.context["days"][-1]
    assert (len(titles), day.so_far) == (5, PAGE + 5)


def test_nothing_is_changed_by_looking(browser: Client, films: LibrarySection) -> None:
    seen_film(films, "Salt")
    browser.get(URL, {"delay": "0"})
    assert browser.post(URL).status_code == 405
    assert not Deletion.objects.exists()


def test_the_page_takes_a_constant_number_of_queries(browser: Client, films: LibrarySection) -> None:
    for title in ("one", "two"):
        seen_film(films, title, days=20)
        seen_film(films, title, days=0.1)
    few = queries_of(browser, URL)
    for number in range(30):
        seen_film(films, str(number), days=20 + number % 7)
        seen_film(films, str(number), days=0.1)
    assert queries_of(browser, URL) == few


def test_the_picture_rises_to_its_top(browser: Client, films: LibrarySection) -> None:
    today = NOW.date()
    points = [(today - 8 * DAY, 50), (today - 4 * DAY, 100)]
    chart = rising(points, today - 9 * DAY, today)
    assert chart.line == f"M0 {HEIGHT}H72.0V72.0H360.0V4.0H{WIDTH}"
    assert chart.area.endswith(f"V{HEIGHT}Z")
    assert rising([], today, today).line == f"M0 {HEIGHT}H{WIDTH}"


def test_the_picture_is_one(browser: Client, films: LibrarySection) -> None:
    seen_film(films, "Salt")
    page = text_of(browser.get(URL))
    svg = page[page.index("<svg viewBox") : page.index("</svg>", page.index("<svg viewBox")) + 6]
    assert len(ET.fromstring(svg)) == 2
    assert "style=" not in svg
