"""Every action answers within the page, can be taken back, and happens once."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.live import Live
from tests.browser.looking import Look


def row(page: Page, title: str) -> str:
    """The address of a queued title's row, by which it is found again after it was exchanged."""
    return f"#{page.locator('.deletion', has_text=title).get_attribute('id')}"


def test_a_cancelled_title_is_told_of_and_taken_back_in_the_page(look: Look) -> None:
    page = look.page
    look.visit("/deletions/")
    deletion = row(page, "Glass Orchard")
    page.locator(deletion).get_by_role("button", name="Cancel").click()
    expect(page.locator(deletion)).to_contain_text("Cancelled")
    told = page.get_by_role("status").filter(has_text="Glass Orchard (2022) stays.")
    expect(told).to_be_visible()
    look.readable()
    told.get_by_role("button", name="Undo").click()
    expect(page.locator(deletion)).to_contain_text("Scheduled")
    expect(page.get_by_role("status").filter(has_text="is in the queue again")).to_be_visible()
    expect(page).to_have_url(f"{look.plaxe.url}/deletions/")


def test_a_double_click_is_sent_once(look: Look) -> None:
    page = look.page
    look.visit("/deletions/")
    deletion = row(page, "Tin Comet")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator(deletion).get_by_role("button", name="Cancel").dblclick()
    expect(page.locator(deletion)).to_contain_text("Cancelled")
    assert len(sent) == 1


def test_the_keyboard_goes_on_where_it_was(look: Look) -> None:
    page = look.page
    look.visit("/deletions/")
    deletion = row(page, "A Short History of Doors")
    page.locator(deletion).get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(page.locator(deletion)).to_contain_text("Cancelled")
    expect(page.locator(f"{deletion} :focus")).to_be_attached()


def test_a_message_can_be_sent_away_and_goes_by_itself(look: Look) -> None:
    page = look.page
    page.clock.install()
    look.visit("/deletions/")
    page.locator(row(page, "Paper Harbour")).get_by_role("button", name="Cancel").click()
    told = page.locator("#messages .message")
    expect(told).to_have_count(1)
    page.clock.run_for(13_000)
    expect(told).to_have_count(0)
    page.locator(row(page, "Quiet Hours")).get_by_role("button", name="Cancel").click()
    told.get_by_role("button", name="Dismiss").click()
    page.clock.run_for(1_000)
    expect(told).to_have_count(0)


def test_a_session_lost_within_a_page_leads_to_the_login_and_back(look: Look) -> None:
    page = look.page
    look.visit("/deletions/?status=open")
    page.context.clear_cookies(name="plaxe_session")
    page.locator(".deletion").last.get_by_role("button", name="Cancel").click()
    expect(page).to_have_url(f"{look.plaxe.url}/login/?next=/deletions/%3Fstatus%3Dopen")
    way_back = page.locator("form[action='/login/'] input[name=next]")
    expect(way_back).to_have_value("/deletions/?status=open")


def test_a_server_that_does_not_answer_is_told_of(page: Page, plaxe: Live, look: Look) -> None:
    def away(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    look.visit("/deletions/")
    page.route("**/*", away)
    page.locator(".deletion").last.get_by_role("button", name="Cancel").click()
    expect(page.locator("#messages")).to_contain_text("Plaxe does not answer.")
    look.problems.clear()  # the browser complains of the request that failed


def test_a_stale_form_says_what_to_do(look: Look) -> None:
    page = look.page
    look.visit("/deletions/")
    look.excuse(403)
    page.context.clear_cookies(name="plaxe_csrf")
    page.locator(".deletion").last.get_by_role("button", name="Cancel").click()
    expect(page.locator("#messages .error")).to_contain_text("Load it anew and repeat.")


def test_without_script_the_same_buttons_work(plaxe: Live, chrome_without_script: Page) -> None:
    page = chrome_without_script
    page.goto(f"{plaxe.url}/deletions/")
    deletion = row(page, "Copper Moon Rising")
    page.locator(deletion).get_by_role("button", name="Cancel").click()
    told = page.locator(".message", has_text="Copper Moon Rising (2019) stays.")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Undo").click()
    expect(page.locator(".message", has_text="is in the queue again")).to_be_visible()
    expect(page.locator(deletion)).to_contain_text("Scheduled")


@pytest.mark.parametrize("path", ["/webhooks/", "/deletions/calendar/"])
def test_a_secret_address_is_copied_by_one_click(look: Look, path: str) -> None:
    page = look.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=look.plaxe.url)
    look.visit(path)
    address = page.locator(".copied input").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_without_script_there_is_no_button_that_does_nothing(
    plaxe: Live, chrome_without_script: Page
) -> None:
    page = chrome_without_script
    page.goto(f"{plaxe.url}/webhooks/")
    expect(page.locator(".copied input")).to_have_value(re.compile("/webhooks/plex/"))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
