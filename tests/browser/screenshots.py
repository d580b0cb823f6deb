"""`make screenshots`: the pages as the README shows them, written to docs/screenshots.

Names after the command choose some of them: `make screenshots ARGS="dashboard media"`.
"""

import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from plexclient.demo import demo_world
from tests.browser import chromium
from tests.browser.clerk import ROOT
from tests.browser.live import Live, live
from tests.browser.lived_in import furnish
from tests.browser.sign_in import through_plex

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


PAGES: dict[str, tuple[str | Callable[[Page, Live], str], tuple[str, ...]]] = {
    "dashboard": ("/", tuple(LOOKS)),
    "media": ("/media/", tuple(LOOKS)),
    "title": (title, tuple(LOOKS)),
    "grid": (grid, BRIEFLY),
    "queue": ("/deletions/", BRIEFLY),
    "calendar": ("/deletions/calendar/", BRIEFLY),
    "viewers": ("/users/", BRIEFLY),
    "libraries": ("/libraries/", BRIEFLY),
    "settings": ("/settings/", BRIEFLY),
    "activity": ("/activity/", BRIEFLY),
    "admin": ("/admin/media/mediaitem/", BRIEFLY),
}


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="plaxe-screenshots-") as folder,
        chromium.launched() as chrome,
        live(demo_world(), Path(folder) / "data", furnish, PLAXE_DRY_RUN="false") as plaxe,
    ):
        if not wanted or "login" in wanted:
            shoot(chrome, plaxe, "login", "/login/", tuple(LOOKS), None)
        page = chrome.new_page()
        page.goto(f"{plaxe.url}/login/")
        through_plex(page, plaxe, "Alice")
        session = page.context.storage_state()
        for name in wanted or PAGES:
            if name in PAGES:
                place, looks = PAGES[name]
                path = place(page, plaxe) if callable(place) else place
                shoot(chrome, plaxe, name, path, looks, session)


def shoot(chrome: Browser, plaxe: Live, name: str, path: str, looks: tuple[str, ...], session: Any) -> None:
    for look in looks:
        size, theme = LOOKS[look]
        options: dict[str, Any] = {"viewport": size, "color_scheme": theme, "storage_state": session}
        context = chrome.new_context(**options, locale="en-GB", reduced_motion="reduce", bypass_csp=True)
        page = context.new_page()
        page.goto(plaxe.url + path)
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
