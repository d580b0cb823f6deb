import pytest
from django.test import Client

from accounts.models import PlexServer, PlexUser
from media.assigning import assign, unassign
from media.models import EVER, Assignment, LibrarySection, MediaItem
from media.undoing import Was
from tests import factories
from tests.pages import text_of

URL = "/media/restore/"


@pytest.fixture
def movie(films: LibrarySection) -> MediaItem:
    return factories.movie(section=films, title="Salt")


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


def ways_back(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="was" value="')[1:]]


def undo(browser: Client, url: str, **form: object) -> str:
    """Do it, and take it back by the form in the notice."""
    page = text_of(browser.post(url, form, follow=True))
    return text_of(browser.post(URL, {"was": ways_back(page), "back": "/media/"}, follow=True))


def test_an_assignment_is_taken_back(browser: Client, movie: MediaItem, bob: PlexUser) -> None:
    told = undo(browser, f"/media/{movie.pk}/assign/", viewer=bob.pk)
    assert "1 assignment put back" in told
    assert not Assignment.objects.exists()


def test_an_unassignment_is_taken_back_as_it_was(browser: Client, movie: MediaItem, bob: PlexUser) -> None:
    assign(movie, bob, optional=True, counts_earlier=False)
    undo(browser, f"/media/{movie.pk}/unassign/", viewer=bob.pk)
    row = Assignment.objects.get()
    assert row.is_optional
    assert row.views_count_from > EVER


def test_other_words_are_taken_back(browser: Client, movie: MediaItem, bob: PlexUser) -> None:
    assign(movie, bob)
    undo(browser, f"/media/{movie.pk}/assign/", viewer=bob.pk, optional="yes", ignore_earlier="yes")
    row = Assignment.objects.get()
    assert (row.is_optional, row.views_count_from) == (False, EVER)


def test_of_many_only_what_has_changed_is_taken_back(
    browser: Client, films: LibrarySection, movie: MediaItem, bob: PlexUser
) -> None:
    assign(movie, bob)
    other = factories.movie(section=films)
    undo(browser, "/media/assign/", viewer=bob.pk, item=[movie.pk, other.pk], verb="assign", back="/media/")
    assert [row.item for row in Assignment.objects.all()] == [movie]


def test_what_changes_nothing_offers_no_way_back(browser: Client, movie: MediaItem, bob: PlexUser) -> None:
    assign(movie, bob)
    page = text_of(browser.post(f"/media/{movie.pk}/assign/", {"viewer": bob.pk}, follow=True))
    assert not ways_back(page)
    assert "It was so already" in page


def test_what_can_no_longer_be_is_refused_in_words(browser: Client, movie: MediaItem, bob: PlexUser) -> None:
    assign(movie, bob)
    unassign(movie, bob)
    movie.gone(factories.NOW)
    page = text_of(browser.post(URL, {"was": f"{movie.pk}:{bob.pk}:must", "back": "/media/"}, follow=True))
    assert "no longer on Cellar" in page
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "nonsense",
    ["", "::", "1:2:perhaps", "x:1:must", "1:x:none", "9" * 300 + ":1:must", "99999:1:must", "²:1:must"],
)
def test_nonsense_puts_nothing_back(browser: Client, movie: MediaItem, bob: PlexUser, nonsense: str) -> None:
    assign(movie, bob)
    page = browser.post(URL, {"was": nonsense, "back": "https://evil.example/"})
    assert page.headers["Location"] == "/"
    assert Assignment.objects.count() == 1


def test_as_text_it_is_read_again() -> None:
    for was in (Was(1, 2), Was(1, 2, "must"), Was(1, 2, "may", "later")):
        assert Was.read(str(was)) == was


def test_a_hundred_refusals_are_told_in_a_few_lines(
    browser: Client, films: LibrarySection, bob: PlexUser
) -> None:
    gone = [factories.movie(section=films, gone_at=factories.NOW).pk for _ in range(10)]
    form = {"item": gone, "viewer": bob.pk, "back": "/media/"}
    page = text_of(browser.post("/media/assign/", form, follow=True))
    assert page.count('class="message error"') == 4
    assert "7 more were refused." in page
