"""The shelf and the page of a title, as people use them."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.hands import tab_to
from tests.browser.live import Live
from tests.browser.looking import PHONE, WIDE, Look


def card(page: Page, title: str) -> Locator:
    return page.locator("li.card").filter(has_text=title)


def tick(card: Locator) -> None:
    card.hover()
    card.get_by_role("checkbox").check()


def path_to(page: Page, title: str) -> str:
    return card(page, title).locator("a").first.get_attribute("href") or ""


@pytest.fixture
def bare(chrome: Browser, plaxe: Live, sign_in: Callable[[Page], None]) -> Iterator[Page]:
    """Alice's page in a browser without JavaScript."""
    context = chrome.new_context(viewport=WIDE, java_script_enabled=False, base_url=plaxe.url)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def test_all_that_is_shown_is_protected_and_released(look: Look) -> None:
    look.visit("/media/?q=night")
    page = look.page
    tick(card(page, "Night Bus"))
    page.get_by_label("All shown here").check()
    page.get_by_role("button", name="Protect", exact=True).click()
    expect(card(page, "Night Bus")).to_contain_text("Protected")
    tick(card(page, "Night Bus"))
    page.get_by_role("button", name="Unprotect").click()
    expect(card(page, "Night Bus")).to_contain_text("Unassigned")
    look.readable()


def test_the_shelf_goes_on_as_one_scrolls(look: Look) -> None:
    look.visit("/media/?kind=episode")
    page = look.page
    expect(page.locator("li.card")).to_have_count(48)
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("li.card").nth(50)).to_be_attached()
    look.readable()


def test_with_the_keyboard_alone_a_title_is_found_ticked_and_assigned(look: Look) -> None:
    look.visit("/media/")
    page = look.page
    page.get_by_placeholder("Search titles and episodes").focus()
    page.keyboard.type("static on", delay=30)
    expect(page.locator("li.card")).to_have_count(1)
    box = card(page, "Static on Channel Nine").get_by_role("checkbox")
    tab_to(box)
    page.keyboard.press("Space")
    tab_to(page.locator(".dock").get_by_label("Erin"))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Erin is assigned.")).to_be_visible()
    expect(card(page, "Static on Channel Nine")).to_contain_text("Waiting")
    look.check()


def test_without_script_the_shelf_searches_selects_and_turns_its_pages(bare: Page) -> None:
    bare.goto("/media/")
    bare.get_by_placeholder("Search titles and episodes").fill("ninety")
    bare.get_by_role("button", name="Show").click()
    expect(bare.locator("li.card")).to_have_count(1)
    tick(card(bare, "Ninety Steps Down"))
    bare.locator(".dock").get_by_text("Frank").click()
    bare.get_by_role("button", name="Assign", exact=True).click()
    expect(bare).to_have_url(re.compile(r"/media/\?q=ninety$"))
    expect(bare.get_by_text("Frank is assigned.")).to_be_visible()
    expect(card(bare, "Ninety Steps Down")).to_contain_text("Waiting")
    bare.get_by_role("button", name="Undo").click()
    expect(card(bare, "Ninety Steps Down")).to_contain_text("Unassigned")
    bare.goto("/media/?kind=episode")
    bare.get_by_role("link", name="More titles").click()
    expect(bare).to_have_url(re.compile(r"page=2$"))
    bare.get_by_role("link", name="Earlier titles").click()
    expect(bare).to_have_url(re.compile(r"kind=episode$"))


def test_without_script_a_title_is_assigned_and_unassigned(bare: Page) -> None:
    bare.goto("/media/?q=keeps")
    card(bare, "Where the River Keeps Its Hats").locator("a").first.click()
    bare.get_by_role("button", name="Carol").click()
    expect(bare.get_by_text("Carol is assigned.")).to_be_visible()
    bare.get_by_role("button", name="Unassign Carol").click()
    expect(bare.get_by_text("Carol is no longer assigned.")).to_be_visible()


@pytest.mark.parametrize("path", ["/media/?view=table&state=queued", "/media/?q=the&section=x"])
def test_every_view_of_the_shelf_is_clean_and_readable(look: Look, path: str) -> None:
    look.everywhere(path)


@pytest.mark.parametrize("title", ["Harbour Lane", "A Short History of Doors"])
def test_every_kind_of_title_is_clean_and_readable(look: Look, title: str) -> None:
    look.visit("/media/")
    look.everywhere(path_to(look.page, title))


def test_on_a_phone_the_grid_scrolls_in_its_own_box(look: Look) -> None:
    look.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    look.visit("/media/")
    look.visit(path_to(look.page, "Harbour Lane"))
    box = look.page.locator(".box")
    box.scroll_into_view_if_needed()
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.evaluate("box => box.scrollLeft = 200")
    first = look.page.locator("table.grid tbody th").first
    expect(first).to_be_in_viewport()
    assert first.evaluate("cell => cell.getBoundingClientRect().left") < 40
