"""From the first page to the first queued title, by clicking what the pages offer."""

import pytest
from playwright.sync_api import Page, expect

from plexclient.demo.cast import at_home
from tests.browser.live import Live
from tests.browser.looking import Look
from tests.browser.sign_in import claim

TITLE = "Heron Lake"


@pytest.fixture
def look(page: Page, newcomers: Live) -> Look:
    return Look(page, newcomers)


def test_a_stranger_comes_to_the_first_queued_title(look: Look, page: Page, newcomers: Live) -> None:
    world = newcomers.world
    film = world.add_movie(TITLE, year=2020, added_at=world.now() - 86_400)
    look.visit("/login/")
    expect(page.get_by_text("Nobody has claimed this Plaxe yet.")).to_be_visible()
    claim(page, newcomers)
    steps = page.locator("#first-steps")
    expect(steps.get_by_role("link", name="Choose titles")).to_be_visible(timeout=60_000)
    expect(steps).to_contain_text("7 viewers")
    expect(steps).to_contain_text("2 libraries")
    look.readable()
    steps.get_by_role("link", name="Choose titles").click()
    page.get_by_role("searchbox", name="Search all titles").fill(TITLE)
    page.keyboard.press("Enter")
    page.locator(".card a", has_text=TITLE).click()
    for name in ("Alice", "Mia"):
        page.get_by_role("group", name="Assign").get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=f"Unassign {name}")).to_be_visible()
    look.visit("/")
    expect(steps.get_by_role("link", name="What would have gone")).to_be_visible()
    for person in at_home(world):
        world.play(person, film)
    newcomers.manage("poll")
    newcomers.manage("enqueue")
    look.visit("/")
    expect(steps).to_have_count(0)
    leaving = page.get_by_role("region", name="Would leave next")
    expect(leaving.locator(".card", has_text=TITLE)).to_be_visible()
    expect(page.get_by_text("Dry run.")).to_be_visible()
