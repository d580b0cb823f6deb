"""Protect and keep in the interface: without script it leads back, with htmx a part is exchanged."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from accounts.models import PlexServer, PlexUser
from deletions.models import AuditEntry
from media import keeping, protecting
from media.keeping import Rule
from media.models import KeepRule, LibrarySection, MediaItem, Protection
from tests import factories
from tests.factories import NOW
from tests.pages import HTMX, queries_of, text_of


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films")


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    return factories.movie(section=films, title="Heat")


@pytest.fixture
def show(server: PlexServer) -> MediaItem:
    show = factories.show(section=factories.section(on=server, kind="show", title="Series"), title="Bebop")
    season = factories.season(show=show)
    for number in (1, 2, 3):
        factories.episode(season=season, index=number)
    return show


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


def page_of(item: MediaItem) -> str:
    return f"/media/{item.pk}/"


def posted(browser: Client, path: str, data: Mapping[str, Any] | None = None) -> str:
    """What one reads after posting without script."""
    return text_of(browser.post(path, data or {}, follow=True))


def test_a_title_is_protected_on_its_page_and_says_by_whom(browser: Client, film: MediaItem) -> None:
    assert "Nothing keeps it" in text_of(browser.get(page_of(film)))
    page = posted(browser, f"{page_of(film)}protect/")
    assert "Heat is protected: never deleted." in page
    assert "Protected by alice since" in page
    assert Protection.objects.get().by == factories.alice()
    page = posted(browser, f"{page_of(film)}protect/", {"remove": "yes"})
    assert "Heat is no longer protected." in page
    assert "Protected by" not in page
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["protected", "unprotected"]


def test_with_htmx_the_part_is_exchanged(browser: Client, film: MediaItem) -> None:
    part = text_of(browser.post(f"{page_of(film)}protect/", headers=HTMX))
    assert part.lstrip().startswith('<section id="protection"')
    assert "Protected by alice" in part
    assert "<html" not in part
    assert "Heat is protected: never deleted." in part


def test_an_episode_says_what_keeps_it_from_above(browser: Client, show: MediaItem, bob: PlexUser) -> None:
    protecting.protect([show, show.section, bob], NOW, by=factories.alice())
    factories.assignment(item=show, viewer=bob)
    keeping.keep(show, Rule(newest=1, first_season=True, at_least=3), NOW)
    page = text_of(browser.get(page_of(MediaItem.objects.get(type="episode", index=3))))
    for words in (
        "alice protected the show.",
        "alice protected the library Series.",
        "It is assigned to Bob, who is protected.",
        "It is the newest episode of Bebop.",
        "The first season of Bebop is kept.",
        "It is kept, so that at least 3 episodes of Bebop stay.",
    ):
        assert words in page
    assert "Remove the protection" not in page


def test_what_is_gone_can_only_be_released(browser: Client, film: MediaItem) -> None:
    protecting.protect([film], NOW)
    film.gone(NOW)
    assert "Remove the protection" in text_of(browser.get(page_of(film)))
    protecting.unprotect([film])
    assert f"{page_of(film)}protect/" not in text_of(browser.get(page_of(film)))
    assert "is no longer on Cellar" in posted(browser, f"{page_of(film)}protect/")
    assert not Protection.objects.exists()


def test_a_library_is_protected_where_libraries_are_listed(browser: Client, films: LibrarySection) -> None:
    page = posted(browser, f"/libraries/{films.pk}/protect/")
    assert "Films is protected: never deleted." in page
    assert "nothing in it is ever deleted" in page
    assert "nothing in it" not in posted(browser, f"/libraries/{films.pk}/protect/", {"remove": "yes"})


def test_a_viewer_is_protected_on_his_page(browser: Client, bob: PlexUser) -> None:
    page = posted(browser, f"/users/{bob.pk}/protect/")
    assert "nothing that is assigned to this viewer is ever deleted" in page
    assert Protection.objects.get().viewer == bob
    assert "Not protected" in posted(browser, f"/users/{bob.pk}/protect/", {"remove": "yes"})


def test_many_titles_are_protected_at_once_and_it_can_be_taken_back(
    browser: Client, film: MediaItem, show: MediaItem
) -> None:
    protecting.protect([show], NOW)
    both = {"item": [film.pk, show.pk], "back": "/media/"}
    page = posted(browser, "/media/protect/", both)
    assert "1 title is protected now." in page
    assert Protection.objects.count() == 2
    page = posted(browser, "/media/protect/", {"item": [film.pk], "remove": "yes", "back": "/media/"})
    assert Protection.objects.get().item == show
    shown = {"shown": [film.pk, show.pk], "all": "yes", "remove": "yes"}
    posted(browser, "/media/protect/", shown)
    assert not Protection.objects.exists()


@pytest.mark.parametrize("data", [{}, {"item": "x"}, {"item": "99999"}, {"all": "yes"}])
def test_titles_nobody_knows_are_refused_in_words(
    browser: Client, film: MediaItem, data: dict[str, str]
) -> None:
    page = posted(browser, "/media/protect/", {**data, "back": "/media/"})
    assert 'class="message error"' in page
    assert not Protection.objects.exists()


def test_a_show_keeps_what_its_page_says_and_shows_what_holds(browser: Client, show: MediaItem) -> None:
    keeping.keep(show.section, Rule(newest=5), NOW)
    assert "Episodes that stay: the 5 newest episodes" in text_of(browser.get(page_of(show)))
    page = posted(browser, f"{page_of(show)}keep/", {"newest": "0", "at_least": "2", "first_season": "true"})
    assert "the first season, never fewer than 2" in page
    assert keeping.rule_of(show) == Rule(newest=0, first_season=True, at_least=2)
    posted(browser, f"{page_of(show)}keep/", {"newest": "", "at_least": "", "first_season": "unknown"})
    assert KeepRule.objects.get().section == show.section


def test_a_library_of_shows_keeps_what_its_row_says(
    browser: Client, show: MediaItem, films: LibrarySection
) -> None:
    page = posted(browser, f"/libraries/{show.section_id}/keep/", {"newest": "3"})
    assert "Each show keeps the 3 newest episodes" in page
    assert f"/libraries/{films.pk}/keep/" not in page
    assert "cannot keep episodes" in posted(browser, f"/libraries/{films.pk}/keep/", {"newest": "3"})


@pytest.mark.parametrize("number", ["-1", "10001", "1000000000", "1.5", "some"])
@pytest.mark.parametrize("name", ["newest", "at_least"])
def test_a_number_that_makes_no_sense_is_refused_in_words(
    browser: Client, show: MediaItem, name: str, number: str
) -> None:
    page = posted(browser, f"{page_of(show)}keep/", {"first_season": "true", name: number})
    assert "Write a number from 0 to 10,000, or nothing." in page
    assert not KeepRule.objects.exists()


@pytest.mark.parametrize(
    "path", ["media/{}/protect/", "media/{}/keep/", "libraries/{}/protect/", "users/{}/protect/"]
)
def test_looking_changes_nothing_and_what_nobody_knows_is_not_found(
    browser: Client, film: MediaItem, path: str
) -> None:
    assert browser.get(f"/{path.format(film.pk)}").status_code == 405
    assert browser.post(f"/{path.format(424242)}").status_code == 404
    assert not Protection.objects.exists()


def test_a_name_with_markup_stays_text(browser: Client, server: PlexServer) -> None:
    evil = factories.section(on=server, kind="show", title="<b>Series</b>")
    show = factories.show(section=evil, title="<i>Bebop</i>")
    episode = factories.episode(season=factories.season(show=show))
    protecting.protect([evil], NOW, by=factories.alice())
    keeping.keep(evil, Rule(newest=1), NOW)
    for path in ("/libraries/", page_of(episode), page_of(show)):
        page = text_of(browser.get(path))
        assert "<b>Series" not in page
        assert "<i>Bebop" not in page


def test_the_pages_cost_the_same_however_much_is_kept(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    paths = ("/libraries/", page_of(MediaItem.objects.filter(type="episode")[0]))
    counts = []
    for some in (range(1), range(1, 6)):
        for number in some:
            section = factories.section(on=server, kind="show")
            protecting.protect([section, factories.viewer(7000 + number, f"P{number}", on=server)], NOW)
            keeping.keep(section, Rule(newest=1), NOW)
            factories.assignment(item=show, viewer=PlexUser.objects.get(plex_id=7000 + number))
        counts.append([queries_of(browser, path) for path in paths])
    assert counts[0] == counts[1]
