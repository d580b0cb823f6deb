"""The shelf under somebody's hands: looked through, ticked, assigned, taken back."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.live import Live
from tests.browser.looking import PHONE, Look

LONG = "Endlessness " * 41 + "at last!"
RIGHT_TO_LEFT = "مدينة الملح (الجزء الثاني)"
EMOJI = "🎬👩‍👩‍👧‍👦🏴‍☠️ Night 🌃"
SCRIPT = "<script>document.title = 'executed'</script>"


def card(page: Page, title: str) -> Locator:
    return page.locator(".card", has_text=title)


def tick(page: Page, title: str) -> None:
    card(page, title).hover()
    card(page, title).locator(".pick").click()


def titles(page: Page) -> Locator:
    return page.locator(".card .title")


def test_the_cards_and_the_address_follow_the_search_as_one_types(look: Look) -> None:
    page = look.page
    look.visit("/media/")
    field = page.get_by_placeholder("Search titles and episodes")
    field.press_sequentially("weather", delay=20)
    expect(titles(page)).to_have_text(["Amber Weather"])
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"/media/\?q=weather"))
    look.readable()
    page.get_by_placeholder("Search titles and episodes").fill("no such thing")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.get_by_role("link", name="Show everything").click()
    expect(page).to_have_url(f"{look.plaxe.url}/media/")
    expect(titles(page).nth(20)).to_be_attached()


def test_filters_live_in_the_address_and_stay_over_a_reload(look: Look) -> None:
    page = look.page
    look.visit("/media/")
    page.get_by_role("navigation", name="Kind").get_by_role("link", name="Shows").click()
    expect(page).to_have_url(re.compile("kind=show"))
    page.get_by_role("navigation", name="State").get_by_role("link", name="Unassigned").click()
    expect(page).to_have_url(re.compile("kind=show&state=unassigned"))
    page.get_by_placeholder("Search titles and episodes").fill("lighthouse")
    expect(titles(page)).to_have_text(["Half a Lighthouse"])
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=lighthouse&kind=show&state=unassigned"))
    page.reload()
    expect(titles(page)).to_have_text(["Half a Lighthouse"])
    expect(page.get_by_placeholder("Search titles and episodes")).to_have_value("lighthouse")
    expect(page.locator(".segments [aria-current]", has_text="Shows")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page).to_have_url(f"{look.plaxe.url}/media/")
    page.go_back()
    expect(titles(page)).to_have_text(["Half a Lighthouse"])


def test_the_table_shows_the_same_titles_and_sorts_them(look: Look) -> None:
    page = look.page
    look.visit("/media/?kind=movie&state=unassigned")
    shown = titles(page).count()
    page.get_by_role("navigation", name="View").get_by_role("link", name="Table").click()
    rows = page.locator("table.shelf tbody tr")
    expect(rows).to_have_count(shown)
    expect(page.get_by_role("main")).to_have_count(1)
    page.get_by_role("columnheader", name="Title").get_by_role("link").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Title")
    expect(page).to_have_url(f"{look.plaxe.url}/media/?kind=movie&state=unassigned&sort=-title&view=table")
    look.readable()


def test_many_titles_are_assigned_in_one_go_and_that_is_taken_back(look: Look) -> None:
    page = look.page
    look.visit("/media/?kind=movie&state=unassigned")
    chosen = ("Amber Weather", "Juniper's Law", "The Borrowed Winter")
    for title in chosen:
        tick(page, title)
    dock = page.get_by_role("group", name="With the selected titles")
    dock.get_by_label("Carol").check(force=True)
    look.readable()
    dock.get_by_role("button", name="Assign", exact=True).click()
    for title in chosen:
        expect(card(page, title).locator(".state")).to_have_text("Waiting")
    expect(dock).to_be_hidden()
    page.locator("#messages").get_by_role("button", name="Undo").click()
    for title in chosen:
        expect(card(page, title).locator(".state")).to_have_text("Unassigned")


def test_the_grid_of_a_show_tells_who_has_seen_which_episode_and_assigns_from_there(look: Look) -> None:
    page = look.page
    look.visit("/media/?q=night+bus&kind=show")
    card(page, "Night Bus").get_by_role("link").click()
    grid = page.locator("#grid")
    expect(grid.locator("tbody tr", has_text="S01E")).to_have_count(8)
    first = grid.locator("tbody tr", has_text="S01E01")
    first.locator(".pick").click()
    dock = grid.get_by_role("group", name="With the selected titles")
    dock.get_by_label("Dave").check(force=True)
    dock.get_by_role("button", name="Assign", exact=True).click()
    expect(grid.get_by_role("columnheader", name="Dave")).to_be_visible()
    expect(first.locator("td")).not_to_have_count(0)
    look.readable()
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(page.locator(".viewers")).to_contain_text("Nobody is assigned")


def test_another_season_is_shown_within_the_page(look: Look) -> None:
    page = look.page
    look.visit("/media/?q=bramble+court&kind=show")
    card(page, "Bramble Court").get_by_role("link").click()
    page.get_by_role("navigation", name="Seasons").get_by_role("link", name="Season 2").click()
    expect(page.locator("#grid tbody tr", has_text="S02E")).to_have_count(4)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page).to_have_url(re.compile("season="))


def test_titles_that_are_long_or_strange_keep_the_pages_whole(plaxe: Live, look: Look) -> None:
    page = look.page
    strange = (LONG, RIGHT_TO_LEFT, SCRIPT, EMOJI)
    for title in strange:
        plaxe.world.add_movie(title, summary=SCRIPT)
    plaxe.manage("sync", "--full")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    look.visit("/media/?sort=added&view=table")
    look.visit("/media/?sort=added")
    for title in strange:
        expect(card(page, title)).to_have_count(1)
    for title in strange:
        page.goto(f"{plaxe.url}/media/?sort=added")
        card(page, title).get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        look.as_wide_as_the_screen()
        expect(page).not_to_have_title("executed")
    look.readable()
