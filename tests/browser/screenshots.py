"""`make screenshots`: the pages as the README shows them, written to docs/screenshots.

Names after the command choose some of them: `make screenshots ARGS="dashboard media"`.
"""

import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from plexclient.demo import World, demo_world
from plexclient.demo.faults import Fault
from tests.browser import chromium
from tests.browser.clerk import ROOT
from tests.browser.live import Live, live
from tests.browser.lived_in import furnish, furnish_stopped
from tests.browser.sign_in import claim, through_plex

FOLDER = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
LOOKS = {
    "": (WIDE, "light"),
    "-dark": (WIDE, "dark"),
    "-phone": (PHONE, "light"),
    "-phone-dark": (PHONE, "dark"),
}
DRAWN = """[...document.images].every(image => {
    const {top, left} = image.getBoundingClientRect();
    return image.complete || !image.checkVisibility() || top > innerHeight || left > innerWidth;
})"""
BRIEFLY = ("", "-phone-dark")


def title(page: Page, plaxe: Live) -> str:
    """A show."""
    page.goto(f"{plaxe.url}/media/?q=Harbour+Lane")
    return page.locator(".card a").first.get_attribute("href") or ""


def grid(page: Page, plaxe: Live) -> str:
    """Who has seen which of its episodes."""
    return f"{title(page, plaxe)}#grid"


def dashboard(page: Page, plaxe: Live) -> str:
    """Once the worker has told that it is there."""
    page.goto(plaxe.url)
    while not page.get_by_text("running", exact=True).count():
        page.wait_for_timeout(1000)
        page.reload()
    return "/"


def first_steps(page: Page, plaxe: Live) -> str:
    """While the libraries arrive."""
    plaxe.world.faults.add(Fault("slow", "GET", r"^/library/sections/\d+/all", delay=20, times=None))
    page.goto(f"{plaxe.url}/servers/")
    page.get_by_role("button", name="Use this server").first.click()
    page.locator("#first-steps progress").wait_for(timeout=60_000)
    return "/"


def sign_in(page: Page, plaxe: Live) -> None:
    page.goto(f"{plaxe.url}/login/")
    through_plex(page, plaxe, "Alice")


def two_servers() -> World:
    """There is a choice."""
    world = demo_world()
    world.add_server(world.person("alice"), name="Cellar")
    return world


@dataclass(frozen=True)
class Home:
    world: Callable[[], World]
    furnish: Callable[[Live], None] | None
    enter: Callable[[Page, Live], None]
    shots: dict[str, tuple[str | Callable[[Page, Live], str], tuple[str, ...]]]
    changed: dict[str, str] = field(default_factory=dict)


NEW = Home(
    two_servers,
    None,
    claim,
    {
        "login": ("/login/", BRIEFLY),
        "servers": ("/servers/", ("",)),
        "first-steps": (first_steps, BRIEFLY),
    },
)
LIVED_IN = Home(
    demo_world,
    furnish,
    sign_in,
    {
        "dashboard": (dashboard, tuple(LOOKS)),
        "media": ("/media/", tuple(LOOKS)),
        "title": (title, ("", "-dark", "-phone")),
        "grid": (grid, BRIEFLY),
        "queue": ("/deletions/", BRIEFLY),
        "calendar": ("/deletions/calendar/", ("",)),
        "trash": ("/trash/", ("-dark",)),
        "now": ("/now/", ("-phone",)),
        "viewers": ("/users/", ("",)),
        "libraries": ("/libraries/", ("-phone-dark",)),
        "activity": ("/activity/", ("-dark",)),
        "settings": ("/settings/", ("",)),
        "admin": ("/admin/deletions/deletion/", ("-dark",)),
    },
    {"PLAXE_DRY_RUN": "false", "PLAXE_QUARANTINE": "true"},
)
STOPPED = Home(demo_world, furnish_stopped, sign_in, {"brake": ("/brake/#stop-1-brake", BRIEFLY)})
FOR_STRANGERS = {"login"}


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for home in (NEW, LIVED_IN, STOPPED):
        chosen = [name for name in home.shots if not wanted or name in wanted]
        if chosen:
            visit(home, chosen)


def visit(home: Home, chosen: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="plaxe-screenshots-") as folder,
        chromium.launched() as chrome,
        live(home.world(), Path(folder) / "data", home.furnish, **home.changed) as plaxe,
    ):
        page = chrome.new_page()
        home.enter(page, plaxe)
        session = page.context.storage_state()
        for name in chosen:
            place, looks = home.shots[name]
            path = place(page, plaxe) if callable(place) else place
            shoot(chrome, plaxe.url + path, name, looks, None if name in FOR_STRANGERS else session)


def shoot(chrome: Browser, url: str, name: str, looks: tuple[str, ...], session: Any) -> None:
    for look in looks:
        size, theme = LOOKS[look]
        options: dict[str, Any] = {"viewport": size, "color_scheme": theme, "storage_state": session}
        context = chrome.new_context(**options, locale="en-GB", reduced_motion="reduce", bypass_csp=True)
        page = context.new_page()
        page.goto(url)
        page.wait_for_function(DRAWN)
        (FOLDER / f"{name}{look}.png").write_bytes(smaller(page.screenshot()))
        context.close()


def smaller(png: bytes) -> bytes:
    """The same picture, compressed with more patience than a browser has."""
    content = b"".join(body for kind, body in chunks(png) if kind == b"IDAT")
    packed = zlib.compress(zlib.decompress(content), 9)
    first, last = next(chunks(png)), (b"IEND", b"")
    return png[:8] + b"".join(chunk(*one) for one in (first, (b"IDAT", packed), last))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if __name__ == "__main__":
    main(sys.argv[1:])
