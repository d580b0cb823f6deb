"""Under a path of a shared host, behind a proxy that strips it and behind one that keeps it."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, Request, expect

from plexclient.demo import demo_world
from tests.browser.live import Live, live, until
from tests.browser.looking import Look
from tests.browser.proxy import before
from tests.browser.sign_in import through_plex


@pytest.fixture(scope="module")
def plaxe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(demo_world(), tmp_path_factory.mktemp("path") / "data", PLAXE_BASE_PATH="/plaxe") as plaxe:
        yield plaxe


def note(asked: list[str], request: Request) -> None:
    asked.append(request.url)


def strayed(urls: list[str], base: str) -> list[str]:
    return [url for url in urls if not url.startswith((f"{base}/plaxe/", "data:"))]


def test_everything_works_under_a_path(plaxe: Live, page: Page) -> None:
    for strips in ("/plaxe", ""):
        with before(plaxe.port, strips=strips) as base:
            asked: list[str] = []
            page.on("request", partial(note, asked))
            plaxe.url = base
            look = Look(page, plaxe)
            page.goto(base + (plaxe.setup_path if strips else "/plaxe/media/?state=waiting"))
            through_plex(page, plaxe, "Alice")
            expect(page).to_have_url(f"{base}/plaxe/{'' if strips else 'media/?state=waiting'}")
            look.visit("/plaxe/libraries/")
            page.get_by_role("button", name="Sync now").click()
            expect(page.locator("#libraries")).to_be_visible()
            page.get_by_role("button", name="Dark").click()
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            expect(page).to_have_url(f"{base}/plaxe/libraries/")
            look.visit("/plaxe/admin/media/mediaitem/")
            page.goto(f"{base}/plaxe/libraries/")
            page.get_by_role("button", name="Sign out").click()
            expect(page).to_have_url(f"{base}/plaxe/login/")
            assert not strayed(asked, base)
            assert {cookie["path"] for cookie in page.context.cookies(base + "/plaxe/")} <= {
                "/plaxe",
                "/plaxe/",
            }
            page.context.clear_cookies()


def test_health_is_reached_with_the_path_and_without(plaxe: Live, page: Page) -> None:
    for path in ("/health/", "/plaxe/health/"):
        assert page.request.get(f"http://127.0.0.1:{plaxe.port}{path}").ok
    assert until(lambda: "/plaxe/setup/" in plaxe.log.read_text())
