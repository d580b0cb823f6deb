"""Everyone, optional, how many: on the page of a title and on that of the libraries."""

import pytest
from django.test import Client

from accounts.models import PlexServer
from media.models import ALL, Assignment, LibrarySection, MediaItem, StandingOrder
from tests import factories
from tests.factories import NOW, bob, carol
from tests.pages import HTMX, text_of


@pytest.fixture
def server(db: None) -> PlexServer:
    server = factories.server()
    bob(on=server)
    carol(on=server)
    return server


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films")


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    return factories.movie(section=films, title="Salt")


def url_of(item: MediaItem, verb: str = "") -> str:
    return f"/media/{item.pk}/{verb}"


def test_a_viewer_is_made_optional_and_required_again(browser: Client, film: MediaItem) -> None:
    viewer = bob(on=film.server)
    url = url_of(film, "assign/")
    page = text_of(browser.post(url, {"viewer": viewer.pk, "optional": "yes"}, follow=True))
    assert Assignment.objects.get().is_optional
    assert 'class="state optional"' in page
    assert "Nobody is waited for, so Plaxe never deletes it." in page
    page = text_of(browser.post(url, {"viewer": viewer.pk}, follow=True))
    assert not Assignment.objects.get().is_optional
    assert "Nobody is waited for" not in page


def test_earlier_views_are_ignored_by_a_tick(browser: Client, film: MediaItem) -> None:
    form = {"viewer": bob(on=film.server).pk, "ignore_earlier": "yes"}
    page = text_of(browser.post(url_of(film, "assign/"), form, follow=True))
    assert "earlier views do not count" in page
    assert not Assignment.objects.get().counts_earlier


def test_everyone_is_assigned_by_one_button_and_released_by_another(browser: Client, film: MediaItem) -> None:
    url = url_of(film, "everyone/")
    page = text_of(browser.post(url, {"on": "yes"}, follow=True))
    assert "No longer everyone" in page
    assert {row.viewer.name for row in Assignment.objects.all()} == {"Bob", "Carol"}
    assert StandingOrder.objects.get().made_by == factories.alice()
    page = text_of(browser.post(url, follow=True))
    assert "Everyone, also who comes later" in page
    assert not Assignment.objects.exists()


def test_everyone_by_htmx_answers_with_the_changed_part(browser: Client, film: MediaItem) -> None:
    part = text_of(browser.post(url_of(film, "everyone/"), {"on": "yes", "optional": "yes"}, headers=HTMX))
    assert part.lstrip().startswith('<div id="watching"')
    assert "Unassign Bob" in part
    assert Assignment.objects.filter(is_optional=True).count() == 2


def test_a_title_that_is_gone_takes_no_more_orders(browser: Client, film: MediaItem) -> None:
    film.gone(NOW)
    page = text_of(browser.post(url_of(film, "everyone/"), {"on": "yes"}, follow=True))
    assert "is no longer on Cellar" in page
    assert url_of(film, "quorum/") not in page
    assert not StandingOrder.objects.exists()


@pytest.mark.parametrize(("chosen", "quorum"), [("1", 1), ("2", 2), ("0", ALL), ("", None)])
def test_how_many_must_see_it_is_chosen_from_a_list(
    browser: Client, film: MediaItem, chosen: str, quorum: int | None
) -> None:
    MediaItem.objects.update(quorum=7)
    for viewer in (bob(on=film.server), carol(on=film.server)):
        factories.assignment(item=film, viewer=viewer)
    page = text_of(browser.post(url_of(film, "quorum/"), {"quorum": chosen}, follow=True))
    assert f'value="{chosen}" selected' in page
    film.refresh_from_db()
    assert film.quorum == quorum


@pytest.mark.parametrize("chosen", ["-1", "x", "99999"])
def test_a_number_that_makes_no_sense_is_refused_in_words(
    browser: Client, film: MediaItem, chosen: str
) -> None:
    page = text_of(browser.post(url_of(film, "quorum/"), {"quorum": chosen}, follow=True))
    assert 'class="message error"' in page
    film.refresh_from_db()
    assert film.quorum is None


def test_an_episode_tells_what_the_show_says(browser: Client, server: PlexServer) -> None:
    show = factories.show(section=factories.section(on=server, kind="show"), quorum=2)
    episode = factories.episode(season=factories.season(show=show))
    assert "2 are enough now." in text_of(browser.get(url_of(episode)))


def test_the_bulk_bar_assigns_optional_viewers(browser: Client, film: MediaItem) -> None:
    assert 'name="optional"' in text_of(browser.get("/media/"))
    form = {"item": film.pk, "viewer": bob(on=film.server).pk, "verb": "assign", "optional": "yes"}
    browser.post("/media/assign/", form)
    assert Assignment.objects.get().is_optional


def test_who_must_see_what_arrives_is_chosen_on_the_page_of_the_libraries(
    browser: Client, films: LibrarySection
) -> None:
    films.synced(NOW, full=True)
    url = f"/libraries/{films.pk}/viewers/"
    assert "What arrives is for" in text_of(browser.get("/libraries/"))
    page = text_of(browser.post(url, {"viewer": bob(on=films.server).pk, "optional": "yes"}, follow=True))
    order = StandingOrder.objects.get()
    assert (order.section, order.viewer, order.is_optional) == (films, bob(on=films.server), True)
    assert order.since is not None
    assert "Bob: no longer" in page
    browser.post(url, {"everyone": "yes"})
    assert StandingOrder.objects.filter(viewer=None).exists()
    browser.post(url, {"everyone": "yes", "verb": "remove"})
    browser.post(url, {"viewer": bob(on=films.server).pk, "verb": "remove"})
    assert not StandingOrder.objects.exists()


@pytest.mark.parametrize("viewer", [[], ["x"], ["99999"]])
def test_choosing_nobody_for_a_library_is_refused_in_words(
    browser: Client, films: LibrarySection, viewer: list[str]
) -> None:
    page = text_of(browser.post(f"/libraries/{films.pk}/viewers/", {"viewer": viewer}, follow=True))
    assert 'class="message error"' in page
    assert not StandingOrder.objects.exists()


def test_who_has_left_is_not_offered(browser: Client, films: LibrarySection) -> None:
    factories.viewer(1009, "Dave", on=films.server, gone=True)
    page = text_of(browser.get("/libraries/"))
    assert "Bob" in page
    assert "Dave" not in page


@pytest.mark.parametrize("verb", ["everyone/", "quorum/"])
def test_looking_changes_nothing(browser: Client, film: MediaItem, verb: str) -> None:
    assert browser.get(url_of(film, verb)).status_code == 405
