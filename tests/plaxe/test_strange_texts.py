"""Titles and names as nobody expects them, on every page that shows some."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import PlexUser
from media.models import LibrarySection, MediaItem
from plaxe.places import MAIN, MORE
from tests import factories
from tests.household import grow
from tests.pages import queries_of, text_of

TEXTS = {
    "long": "Endlessness " * 41 + "at last!",
    "right to left": "مدينة الملح (الجزء الثاني)",
    "emoji": "🎬👩‍👩‍👧‍👦🏴‍☠️ Night 🌃",
    "script": "<script>alert(1)</script>",
    "quotes": """Juniper's "Law" & {{ order }} {% now %}""",
    "empty": "",
}
ASKING = {"accounts:servers", "deletions:doctor"}
PLACES = [tab.view for place in MAIN + MORE for tab in place.within or (place,) if tab.view not in ASKING]
NAMELESS = re.compile(r"<(a|button|h1|h2|h3)\b(?![^>]*aria-label)[^>]*>\s*(?:<bdi>\s*</bdi>)?\s*</\1>")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_page_shows_it_as_text_and_nothing_is_without_a_name(browser: Client, text: str) -> None:
    grow(1, title=text, name=text[:255])
    titles = [f"/media/{item.pk}/" for item in MediaItem.objects.exclude(type="season")]
    viewers = [f"/users/{viewer.pk}/" for viewer in PlexUser.objects.all()]
    lists = ["/media/?view=table", "/media/?kind=episode", "/deletions/?status=past"]
    for path in [reverse(view) for view in PLACES] + lists + titles[::3] + viewers:
        response = browser.get(path)
        page = text_of(response)
        assert response.status_code == 200, path
        assert "<script>alert" not in page, path
        assert not NAMELESS.search(page), f"{path}: {NAMELESS.search(page)}"


def test_a_show_of_3000_episodes_is_shown_a_page_at_a_time(browser: Client) -> None:
    section = factories.section(on=factories.server(), kind="show")
    show = factories.show(section=section, title="Endless Harbour")
    season = factories.season(show=show)
    _episodes(section, show, season, range(1, 61))
    few = queries_of(browser, f"/media/{show.pk}/")
    _episodes(section, show, season, range(61, 3001))
    for path in (f"/media/{show.pk}/", f"/media/{season.pk}/", f"/media/{show.pk}/?page=60"):
        page = text_of(browser.get(path))
        assert page.count("<tr") < 60, path
    assert "3000 episodes" in text_of(browser.get("/media/"))
    assert queries_of(browser, f"/media/{show.pk}/") == few


def _episodes(section: LibrarySection, show: MediaItem, season: MediaItem, numbers: range) -> None:
    MediaItem.objects.bulk_create(
        MediaItem(
            server=section.server, section=section, type="episode", rating_key=f"e{n}", guid=f"plex://episode/e{n}",
            title=f"Part {n}", parent=season, show=show, index=n, parent_index=1, size=1000,
            first_seen_at=factories.NOW, added_at=factories.LAST_YEAR, views_count_from=factories.LAST_YEAR,
        )
        for n in numbers
    )  # fmt: skip
