"""What a person says about the queue: stay, go after all, go on, in earnest."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.live import Live
from tests.browser.lived_in import AT_ONCE
from tests.browser.looking import Look


def leaving(page: Page) -> Locator:
    return page.locator("section[aria-labelledby=leaving-title]")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Status").get_by_role("link", name=name)


def dry_run(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Dry run")


def test_a_title_cancelled_on_the_dashboard_is_tried_again_in_the_queue(look: Look) -> None:
    page = look.page
    look.visit("/")
    title = leaving(page).locator(".card .title").first.inner_text()
    leaving(page).get_by_role("button", name=f"Cancel {title}", exact=True).click()
    expect(page.locator("#messages")).to_contain_text(f"{title} stays.")
    expect(leaving(page).locator(".card", has_text=title)).to_have_count(0)
    look.readable()
    page.get_by_role("link", name="Deletions", exact=True).click()
    tab(page, "Cancelled").click()
    row = page.locator(".deletion", has_text=title)
    expect(row).to_contain_text("Cancelled")
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("Scheduled")
    look.visit("/")
    expect(leaving(page).locator(".card", has_text=title)).to_be_visible()


def test_switching_the_dry_run_off_asks_once_more_and_shows_what_goes_first(look: Look) -> None:
    page = look.page
    look.visit("/settings/")
    dry_run(page).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Delete in earnest?")).to_be_visible()
    expect(page.get_by_role("heading", name="What goes first")).to_be_visible()
    expect(page.locator(".posters .card").first).to_be_visible()
    look.readable()
    page.get_by_role("link", name="Keep the dry run").click()
    expect(dry_run(page)).to_be_checked()


def test_the_dry_run_is_switched_off_and_on_again(look: Look) -> None:
    page = look.page
    look.visit("/settings/")
    dry_run(page).uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Switch dry run off").click()
    expect(page.locator("#messages")).to_contain_text("Dry run is off.")
    expect(page.get_by_role("complementary", name="Dry run")).to_have_count(0)
    dry_run(page).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("Dry run is on.")
    expect(page.get_by_role("complementary", name="Dry run")).to_be_visible()
    look.readable()


def test_one_approval_lets_all_go_on_that_the_brake_has_stopped(plaxe: Live, look: Look) -> None:
    page = look.page
    braked = AT_ONCE | {"PLAXE_BRAKE_ITEMS": "1"}
    films = [row for row in plaxe.manage("queue", **braked)["deletions"] if row["status"] == "SCHEDULED"][-2:]
    for verb in ("cancel", "retry"):
        plaxe.manage(verb, *(film["id"] for film in films), **braked)
    plaxe.manage("execute", **braked)
    look.visit("/")
    page.get_by_role("link", name="Look at it", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("became due at once, more than 1.")
    for film in films:
        expect(page.locator(".card", has_text=film["title"])).to_be_visible()
    look.readable()
    page.get_by_role("button", name="Approve all of them").click()
    expect(page.locator("#messages")).to_contain_text("titles go on.")
    expect(page.get_by_role("heading", name="Nothing is stopped")).to_be_visible()
    look.visit("/deletions/?status=SCHEDULED")
    for film in films:
        expect(page.locator(".deletion", has_text=film["title"])).to_be_visible()
