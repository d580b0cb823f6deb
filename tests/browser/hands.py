"""A mouse, or a keyboard without one: how somebody presses what a page offers."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

Press = Callable[[Locator], None]
MOST_TABS = 200


def click(wanted: Locator) -> None:
    wanted.click()


def tab_to(wanted: Locator) -> None:
    """As somebody without a mouse comes there."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_TABS):
        wanted.page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} tabs")


def strike(wanted: Locator) -> None:
    tab_to(wanted)
    wanted.page.keyboard.press("Enter")
