"""A browser, a Plaxe that runs as it does for people, and pages that are watched while they are used.

One worker of several runs all of it, so that it starts once: tests/sharing.py.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page

from plexclient.demo import demo_world
from tests.browser import chromium
from tests.browser.live import Live, live
from tests.browser.lived_in import furnish
from tests.browser.looking import WIDE, Look
from tests.browser.sign_in import through_plex

HERE = Path(__file__).parent


def why_not() -> str:
    """Why the pages are not tried in a browser; empty when they are."""
    if connection.vendor != "sqlite":
        return "the pages are tried in a browser once, on SQLite"
    if chromium.path() is None:
        return "no Chromium found: NO PAGE WAS TRIED IN A BROWSER (on Debian: apt install chromium)"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_not()
    for item in items:
        if reason and item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium.launched() as browser:
        # Playwright leaves an event loop in this thread, and Django would take every query for an accident.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@pytest.fixture(scope="session")
def plaxe(tmp_path_factory: pytest.TempPathFactory, chrome: Browser, session: Path) -> Iterator[Live]:
    """Alice's, lived in. Tests share it: each changes titles of its own, if any."""
    with live(demo_world(), tmp_path_factory.mktemp("browser") / "data", furnish) as plaxe:
        page = chrome.new_page()
        page.goto(f"{plaxe.url}/login/")
        through_plex(page, plaxe, "Alice")
        page.context.storage_state(path=session)
        page.context.close()
        yield plaxe


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Alice's cookies are, once `plaxe` is there."""
    return tmp_path_factory.mktemp("session") / "state.json"


@pytest.fixture
def newcomers(tmp_path: Path) -> Iterator[Live]:
    """A Plaxe that nobody has claimed."""
    with live(demo_world(), tmp_path / "data") as plaxe:
        yield plaxe


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    """In a browser that knows nobody."""
    context = chrome.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/Berlin")  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def sign_in(plaxe: Live, session: Path) -> Callable[[Page], None]:
    """Alice's session for a page; nothing is asked of Plex again."""

    def sign_in(page: Page) -> None:
        page.context.add_cookies(json.loads(session.read_text())["cookies"])

    return sign_in


@pytest.fixture
def look(page: Page, plaxe: Live, sign_in: Callable[[Page], None]) -> Iterator[Look]:
    """Alice's page, watched. What its console said fails the test at the end at the latest."""
    sign_in(page)
    look = Look(page, plaxe)
    yield look
    look.check()


@pytest.fixture
def chrome_without_script(chrome: Browser, plaxe: Live, session: Path) -> Iterator[Page]:
    """Alice's, in a browser that runs no script."""
    context = chrome.new_context(java_script_enabled=False, storage_state=session)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def visit(plaxe: Live) -> Callable[..., None]:
    """`visit(page, path)`: go there, and hold the page to what is true of all of them."""

    def visit(page: Page, path: str, *, status: int = 200) -> None:
        Look(page, plaxe).visit(path, status=status)

    return visit
