"""One navigation, in the pages and in the admin alike."""

import re

import pytest
from django.test import Client

from plaxe.places import MAIN, MORE, Place, area_of
from tests.pages import text_of

PLACES = [*MAIN, *MORE]
EVERYWHERE = [tab for place in PLACES for tab in place.within or (place,)]
HERE = re.compile(r'<a class="place" href="([^"]+)" aria-current="page">')


@pytest.mark.parametrize("place", EVERYWHERE, ids=lambda place: place.view)
def test_every_place_is_there_and_the_bar_says_so(browser: Client, place: Place) -> None:
    page = text_of(browser.get(place.url))
    owner = next(each for each in PLACES if place in (each, *each.within))
    assert HERE.findall(page) == [owner.url]


@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/media/mediaitem/", "/media/999999/"])
def test_from_everywhere_one_comes_everywhere(browser: Client, path: str) -> None:
    page = text_of(browser.get(path))
    assert [place.url for place in PLACES if f'href="{place.url}"' not in page] == []


@pytest.mark.parametrize(
    ("path", "place", "tab"),
    [
        ("/", "deletions:dashboard", "deletions:dashboard"),
        ("/media/7/", "media:items", "media:items"),
        ("/deletions/calendar/", "deletions:queue", "deletions:calendar"),
        ("/deletions/7/cancel/", "deletions:queue", "deletions:queue"),
        ("/settings/space/7/", "deletions:settings", "deletions:space"),
        ("/webhooks/save/", "deletions:settings", "media:webhooks"),
    ],
)
def test_a_page_belongs_to_the_place_whose_address_fits_best(path: str, place: str, tab: str) -> None:
    assert [each and each.view for each in area_of(path)] == [place, tab]


def test_a_page_of_no_place_marks_none(browser: Client) -> None:
    assert area_of("/appearance/theme/") == (None, None)


def test_neighbours_are_tabs_above_the_title(browser: Client) -> None:
    page = text_of(browser.get("/trash/"))
    tabs = page.partition('<nav class="area"')[2].partition("</nav>")[0]
    assert '<a href="/trash/" aria-current="page">' in tabs
    assert '<a href="/deletions/calendar/">' in tabs
    assert '<nav class="area"' not in text_of(browser.get("/users/"))
