from pathlib import Path

import pytest
import requests
import responses
from django.test import Client

from accounts.models import PlexServer
from media import posters
from media.models import MediaItem
from tests import factories
from tests.pages import text_of

JPEG = b"\xff\xd8\xff" + b"poster" * 20
DRAWN = "/static/plaxe/poster.svg"
TRANSCODE = "http://plex.test:32400/photo/:/transcode"

pytestmark = pytest.mark.usefixtures("scratch")


@pytest.fixture
def movie(db: None) -> MediaItem:
    server = factories.server()
    return factories.movie(section=factories.section(on=server), thumb="/library/metadata/7/thumb/123")


def url_of(item: MediaItem) -> str:
    return f"/media/{item.pk}/poster/?v={posters.version(item)}"


def test_a_poster_is_fetched_once_and_kept(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem
) -> None:
    wire.get(TRANSCODE, body=JPEG, content_type="image/jpeg")
    for _ in range(2):
        response = browser.get(url_of(movie))
        assert response.content == JPEG
        assert response.headers["Content-Type"] == "image/jpeg"
        assert "immutable" in response.headers["Cache-Control"]
    assert len(wire.calls) == 1
    request = wire.calls[0].request
    assert request.headers["X-Plex-Token"] == "server-token"
    assert "server-token" not in str(request.url)


def test_another_version_in_the_address_is_not_kept_for_ever(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem
) -> None:
    wire.get(TRANSCODE, body=JPEG, content_type="image/jpeg")
    assert "immutable" not in browser.get(f"/media/{movie.pk}/poster/?v=old").headers["Cache-Control"]


def test_a_new_picture_has_a_new_address(movie: MediaItem) -> None:
    before = posters.version(movie)
    movie.thumb = "/library/metadata/7/thumb/456"
    assert posters.version(movie) != before


@pytest.mark.parametrize(
    "thumb",
    ["", "https://evil.example/x.jpg", "//evil.example", "/:/prefs", "/library/../:/prefs", "/librarian"],
)
def test_only_paths_of_the_library_are_asked_for(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem, thumb: str
) -> None:
    MediaItem.objects.filter(pk=movie.pk).update(thumb=thumb)
    assert browser.get(url_of(movie)).headers["Location"] == DRAWN
    assert not wire.calls


@pytest.mark.parametrize("body", [b"<html>login</html>", b"<svg onload='alert(1)'/>", b""])
def test_what_is_no_picture_is_not_passed_on(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem, body: bytes
) -> None:
    wire.get(TRANSCODE, body=body, content_type="image/jpeg")
    response = browser.get(url_of(movie))
    assert response.headers["Location"] == DRAWN
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_when_plex_refuses_a_drawn_poster_stands_in(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem, status: int
) -> None:
    wire.get(TRANSCODE, status=status, body="<html>")
    assert browser.get(url_of(movie)).headers["Location"] == DRAWN


def test_a_server_that_does_not_answer_is_left_alone_for_a_while(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem
) -> None:
    wire.get(TRANSCODE, body=requests.ConnectionError("refused"))
    for _ in range(5):
        browser.get(url_of(movie))
    assert len(wire.calls) == 1


def test_a_server_known_to_be_off_is_not_asked(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem
) -> None:
    PlexServer.objects.update(is_online=False)
    assert browser.get(url_of(movie)).headers["Location"] == DRAWN
    assert not wire.calls


def test_a_store_that_cannot_be_written_costs_no_picture(
    browser: Client, wire: responses.RequestsMock, movie: MediaItem, scratch: Path
) -> None:
    wire.get(TRANSCODE, body=JPEG, content_type="image/jpeg")
    (scratch / "cache").write_text("in the way")
    assert browser.get(url_of(movie)).content == JPEG


def test_an_episode_is_shown_by_its_show(browser: Client, movie: MediaItem) -> None:
    series = factories.section(on=movie.server, kind="show")
    show = factories.show(section=series, thumb="/library/metadata/8/thumb/1")
    episode = factories.episode(season=factories.season(show=show), thumb="/library/metadata/9/thumb/1")
    assert f"/media/{show.pk}/poster/" in text_of(browser.get(f"/media/{episode.pk}/"))


def test_no_page_holds_a_token(browser: Client, movie: MediaItem) -> None:
    for url in ("/", "/media/", f"/media/{movie.pk}/", "/libraries/", "/settings/"):
        assert "token" not in text_of(browser.get(url)).replace("csrfmiddlewaretoken", "").replace(
            "X-CSRFToken", ""
        )
