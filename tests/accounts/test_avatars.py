import pytest
import requests
import responses
from django.test import Client

from accounts import avatars
from accounts.models import PlexUser
from plexclient.pictures import is_of_plex_tv
from tests import factories
from tests.pages import text_of

PNG = b"\x89PNG\r\n\x1a\n" + b"face" * 20
THUMB = "https://plex.tv/users/abc/avatar?c=17"
SVG = "image/svg+xml"

pytestmark = pytest.mark.usefixtures("scratch")


@pytest.fixture
def bob(db: None) -> PlexUser:
    bob = factories.bob(on=factories.server())
    bob.thumb = THUMB
    bob.save()
    return bob


def url_of(viewer: PlexUser) -> str:
    return f"/users/{viewer.pk}/avatar/?v={avatars.version(viewer)}"


def test_a_face_is_fetched_once_without_a_token_and_kept(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser
) -> None:
    wire.get("https://plex.tv/users/abc/avatar", body=PNG)
    for _ in range(2):
        response = browser.get(url_of(bob))
        assert response.content == PNG
        assert response.headers["Content-Type"] == "image/png"
        assert "immutable" in response.headers["Cache-Control"]
    assert len(wire.calls) == 1
    request = wire.calls[0].request
    assert request.url == THUMB
    assert "X-Plex-Token" not in request.headers


@pytest.mark.parametrize(
    "thumb",
    [
        "", "http://plex.tv/users/abc/avatar", "https://evil.example/plex.tv", "https://plex.tv.evil.example/x",
        "https://notplex.tv/x", "https://plex.tv:8443/x", "https://plex.tv@evil.example/x", "//plex.tv/x",
        "https://someone@plex.tv/x", "file:///etc/passwd", "https://[", "https://127.0.0.1/x", "/library/x",
    ],
)  # fmt: skip
def test_nothing_but_plex_tv_is_asked(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser, thumb: str
) -> None:
    PlexUser.objects.filter(pk=bob.pk).update(thumb=thumb)
    assert browser.get(url_of(bob)).headers["Content-Type"] == SVG
    assert not wire.calls


def test_pictures_of_plex_tv_may_be_on_another_of_its_hosts(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser
) -> None:
    moved = {"Location": "https://metadata-static.plex.tv/people/abc.png"}
    wire.get("https://plex.tv/users/abc/avatar", status=302, headers=moved)
    wire.get("https://metadata-static.plex.tv/people/abc.png", body=PNG)
    assert browser.get(url_of(bob)).content == PNG


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/x", "http://plex.tv/x", "//evil.example/x", "file:///etc/passwd", "", "https://["],
)
def test_nobody_is_followed_to_another_place(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser, location: str
) -> None:
    wire.get("https://plex.tv/users/abc/avatar", status=302, headers={"Location": location})
    assert browser.get(url_of(bob)).headers["Content-Type"] == SVG
    assert {call.request.url for call in wire.calls} == {THUMB}


def test_a_circle_ends(browser: Client, wire: responses.RequestsMock, bob: PlexUser) -> None:
    wire.get("https://plex.tv/users/abc/avatar", status=302, headers={"Location": THUMB})
    assert browser.get(url_of(bob)).headers["Content-Type"] == SVG
    assert len(wire.calls) == 3


@pytest.mark.parametrize("body", [b"<html>", b"<svg onload='alert(1)'/>", b""])
def test_what_is_no_picture_is_not_passed_on(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser, body: bytes
) -> None:
    wire.get("https://plex.tv/users/abc/avatar", body=body, content_type="image/png")
    for _ in range(2):
        response = browser.get(url_of(bob))
        assert "alert" not in text_of(response)
        assert "immutable" not in response.headers["Cache-Control"]
    assert len(wire.calls) == 1


def test_a_picture_far_too_large_is_not_taken(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser
) -> None:
    wire.get("https://plex.tv/users/abc/avatar", body=PNG + bytes(avatars.TIMING.size_cap))
    assert browser.get(url_of(bob)).headers["Content-Type"] == SVG


def test_plex_tv_that_does_not_answer_is_left_alone_for_a_while(
    browser: Client, wire: responses.RequestsMock, bob: PlexUser
) -> None:
    wire.get("https://plex.tv/users/abc/avatar", body=requests.ConnectionError("refused"))
    for _ in range(5):
        assert browser.get(url_of(bob)).headers["Content-Type"] == SVG
    assert len(wire.calls) == 1


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Bob", "B"), ("Alice B. Carrol", "AC"), ("", "?"), ("  ", "?"), ("ليلى", "ل"), ("🦊 fox", "🦊F"),
        ("<script>", "&lt;"), ("straße", "S"),
    ],
)  # fmt: skip
def test_whoever_has_no_picture_is_shown_by_initials(
    browser: Client, bob: PlexUser, name: str, letters: str
) -> None:
    PlexUser.objects.filter(pk=bob.pk).update(thumb="", name=name)
    bob.refresh_from_db()
    response = browser.get(url_of(bob))
    assert response.headers["Content-Type"] == SVG
    assert f">{letters}</text>" in text_of(response)
    assert "immutable" in response.headers["Cache-Control"]


def test_a_new_name_or_picture_has_a_new_address(bob: PlexUser) -> None:
    before = avatars.version(bob)
    bob.name = "Robert"
    between = avatars.version(bob)
    bob.thumb = "https://plex.tv/users/abc/avatar?c=18"
    assert len({before, between, avatars.version(bob)}) == 3


def test_a_stranger_has_no_picture(browser: Client) -> None:
    assert browser.get("/users/424242/avatar/").status_code == 404


def test_where_plex_tv_is_played_by_another_address_that_one_counts() -> None:
    assert is_of_plex_tv("http://127.0.0.1:9000/users/a/avatar", "http://127.0.0.1:9000")
    assert not is_of_plex_tv("http://127.0.0.1:9001/users/a/avatar", "http://127.0.0.1:9000")
    assert not is_of_plex_tv("http://x@127.0.0.1:9000/users/a/avatar", "http://127.0.0.1:9000")
