"""What `make demo` is for: from nothing to the first title that is gone, with one hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from plaxe.demo import QUICK
from plexclient.demo import demo_world
from plexclient.demo.cast import at_home
from tests.browser.hands import Press, click, strike
from tests.browser.live import Live, live, until
from tests.browser.sign_in import through_plex

TITLE = "Amber Weather"


@pytest.fixture
def newcomers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """As the demo starts it, but that a title waits until it is told to go."""
    patient = QUICK | {"PLAXE_DELETION_DELAY": "1h", "PLAXE_QUEUE_INTERVAL": "3s"}
    with live(demo_world(), tmp_path_factory.mktemp("demo") / "data", None, **patient) as plaxe:
        yield plaxe


def turn_to(page: Page, press: Press, way: Locator, there: Locator) -> None:
    """Go there again and again, as one does who is waiting for something."""

    def looked() -> bool:
        with page.expect_navigation():
            press(way)
        return there.count() > 0

    assert until(looked), page.locator("main").inner_text()


@pytest.mark.parametrize("press", [click, strike], ids=["mouse", "keyboard"])
def test_one_hand_leads_from_nothing_to_the_first_deletion(page: Page, newcomers: Live, press: Press) -> None:
    world = newcomers.world
    film = next(item for item in world.server.items.values() if item.title == TITLE)
    page.goto(newcomers.url + newcomers.setup_path)
    through_plex(page, newcomers, "Alice", press)
    choose = page.get_by_role("link", name="Choose titles")
    expect(choose).to_be_visible(timeout=30_000)
    press(choose)
    press(page.locator(".card", has_text=TITLE).get_by_role("link"))
    for name in ("Alice", "Bob", "Mia"):
        press(page.get_by_role("group", name="Assign").get_by_role("button", name=name))
        expect(page.get_by_role("button", name=f"Unassign {name}")).to_be_visible()
    for person in at_home(world):
        world.play(person, film)
    row = page.locator(".deletion", has_text=TITLE)
    main = page.get_by_role("navigation", name="Main")
    turn_to(page, press, main.get_by_role("link", name="Deletions"), row)
    press(row.get_by_role("button", name="Delete now"))
    expect(row.get_by_role("button", name="Delete now")).to_have_count(0)
    past = page.get_by_role("navigation", name="Status").get_by_role("link", name="Past")
    turn_to(page, press, past, row.get_by_text("Deleted", exact=True))
    assert film.rating_key not in world.server.items
