"""By keyboard, without script, on a phone, in the dark, in German."""

from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.looking import PHONE, Look

MORE = (
    ("Playing now", "/now/"),
    ("Libraries", "/libraries/"),
    ("Activity", "/activity/"),
    ("Doctor", "/doctor/"),
    ("Settings", "/settings/"),
)


def test_without_script_a_title_stays_and_leaves_again(plaxe: Live, chrome_without_script: Page) -> None:
    page = chrome_without_script
    page.goto(plaxe.url)
    leaving = page.locator("section[aria-labelledby=leaving-title]")
    title = leaving.locator(".card .title").first.inner_text()
    leaving.get_by_role("button", name=f"Cancel {title}", exact=True).click()
    expect(leaving.locator(".card", has_text=title)).to_have_count(0)
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(leaving.locator(".card", has_text=title)).to_be_visible()


def test_without_script_the_settings_are_changed(plaxe: Live, chrome_without_script: Page) -> None:
    page = chrome_without_script
    page.goto(f"{plaxe.url}/settings/")
    delay, save = page.get_by_label("Delay", exact=True), page.get_by_role("button", name="Save")
    before = delay.input_value()
    for value in ("9d", before):
        delay.fill(value)
        save.click()
        expect(page.locator("#messages")).to_contain_text("The delay is")
    expect(delay).to_have_value(before)


def test_without_script_a_phone_reaches_every_place(plaxe: Live, chrome_without_script: Page) -> None:
    page = chrome_without_script
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(plaxe.url)
    for name, path in MORE:
        expect(page.locator("#menu")).to_be_hidden()
        page.get_by_role("button", name="More", exact=True).click()
        page.locator("#menu").get_by_role("link", name=name).click()
        expect(page).to_have_url(plaxe.url + path)


def test_on_a_phone_every_place_is_reached_by_touch(look: Look) -> None:
    page = look.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    look.visit("/")
    for name, path in (("Media", "/media/"), ("Deletions", "/deletions/"), ("Viewers", "/users/")):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        expect(page).to_have_url(look.plaxe.url + path)
    for name, path in MORE:
        page.get_by_role("button", name="More", exact=True).click()
        page.locator("#menu").get_by_role("link", name=name).click()
        expect(page).to_have_url(look.plaxe.url + path)
    for name, path in (("Space", "/settings/space/"), ("Webhooks", "/webhooks/")):
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()
        expect(page).to_have_url(look.plaxe.url + path)
    page.get_by_role("button", name="More", exact=True).click()
    look.readable()


def test_the_dark_that_was_chosen_stays(look: Look) -> None:
    page = look.page
    look.visit("/media/")
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    look.readable()


def test_the_language_that_was_chosen_stays(look: Look) -> None:
    page = look.page
    look.visit("/media/")
    page.locator("button[name=language][value=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    look.visit("/settings/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
