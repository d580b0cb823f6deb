"""The way in as people take it: the address that Plaxe prints, and Alice at the sign-in page of Plex."""

from playwright.sync_api import Page

from tests.browser.hands import Press, click
from tests.browser.live import Live


def claim(page: Page, plaxe: Live) -> None:
    """Alice, who owns the server, makes the installation hers."""
    page.goto(plaxe.url + plaxe.setup_path)
    through_plex(page, plaxe, "Alice")


def through_plex(page: Page, plaxe: Live, name: str, press: Press = click) -> None:
    """From Plaxe's sign-in page to where it leads; the page of Plex opens and closes in a tab of its own."""
    press(page.get_by_role("button", name="Sign in with Plex"))
    with page.expect_popup() as opened:
        press(page.get_by_role("link", name="Go on to Plex"))
    press(opened.value.get_by_role("button", name=name))
    opened.value.wait_for_url(f"{plaxe.url}/**")
    opened.value.close()
    page.wait_for_url(lambda url: "/login/" not in url)
