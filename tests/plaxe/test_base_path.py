"""Plaxe under a path of a host that it shares."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, get_script_prefix, set_script_prefix
from pytest_django import Settings

from accounts.paths import safe_path
from plaxe.base_path import OURS, chosen, under
from plaxe.celery import app, write_whole_paths


@pytest.fixture
def under_plaxe(settings: Settings) -> Any:
    settings.BASE_PATH = settings.FORCE_SCRIPT_NAME = "/plaxe"
    before = get_script_prefix()
    set_script_prefix("/plaxe/")
    yield
    set_script_prefix(before)


@pytest.mark.parametrize(
    ("path", "url", "expected"),
    [
        ("", "", ""),
        ("", "https://home.example", ""),
        ("/plaxe", "", "/plaxe"),
        ("/plaxe/", "https://home.example", "/plaxe"),
        ("", "https://home.example/plaxe", "/plaxe"),
        ("/apps/plaxe", "https://home.example/apps/plaxe", "/apps/plaxe"),
        ("/", "", ""),
    ],
)
def test_the_path_is_named_by_itself_or_by_the_address(path: str, url: str, expected: str) -> None:
    assert chosen(path, url) == expected


@pytest.mark.parametrize(
    "path",
    [
        "plaxe",
        "//plaxe",
        "/pl axe",
        "/plaxe//x",
        "/plaxe?x",
        "/x\n",
        "https://x/",
        "/<b>",
        "/pläxe",
        "/..",
        "/." + "/" * 99 + "x",
    ],
)
def test_a_path_that_makes_no_sense_is_refused(path: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must be a path such as /plaxe"):
        assert chosen(path, "") == "refused"


def test_two_different_paths_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="different paths"):
        chosen("/plaxe", "https://home.example/other")


@pytest.mark.parametrize("path", ["/media", "/admin/x", "/static"])
def test_a_path_that_could_be_a_page_is_refused(path: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="Plaxe has pages there"):
        chosen(path, "")


def test_every_page_of_plaxe_is_among_the_paths_that_are_refused() -> None:
    patterns: list[URLPattern | URLResolver] = get_resolver().url_patterns
    first = {str(one.pattern).partition("/")[0] for one in _flat(patterns)}
    assert first - {""} <= OURS


def _flat(patterns: list[Any]) -> list[Any]:
    """An include without a prefix has its pages in its place."""
    inner = [page for one in patterns if not str(one.pattern) for page in getattr(one, "url_patterns", [])]
    return [one for one in patterns if str(one.pattern)] + inner


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/plaxe/media/", "/media/"),
        ("/media/", "/media/"),
        ("/plaxe", "/"),
        ("/plaxe/", "/"),
        ("/plaxed/", "/plaxed/"),
        ("/", "/"),
    ],
)
def test_a_proxy_may_keep_the_path_or_strip_it(asked: str, seen: str) -> None:
    environ = {"PATH_INFO": asked}

    def application(environ: dict[str, Any], _: object) -> list[bytes]:
        return [environ["PATH_INFO"].encode()]

    assert b"".join(under("/plaxe", application)(environ, print)) == seen.encode()
    assert under("", application) is application


def test_the_way_back_stays_under_the_path(under_plaxe: None) -> None:
    assert safe_path("/plaxe/media/?page=2") == "/plaxe/media/?page=2"
    for outside in ("/media/", "/plaxed/", "/", "//plaxe/", "https://evil.example/plaxe/", None):
        assert safe_path(outside) == "/plaxe/"


@pytest.mark.django_db
def test_the_login_is_reached_and_left_under_the_path(under_plaxe: None, client: Client) -> None:
    answer = client.get("/media/?q=x")
    assert answer.headers["Location"] == "/plaxe/login/?next=/plaxe/media/%3Fq%3Dx"


def test_tasks_write_whole_paths(under_plaxe: None) -> None:
    set_script_prefix("/")
    write_whole_paths(sender=app)
    assert get_script_prefix() == "/plaxe/"
