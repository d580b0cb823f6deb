"""What is true of every page: nothing on the console, nothing from elsewhere, nothing in a reader's way."""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

from tests.browser.live import Live

BAD = {"serious", "critical"}
# Preloading copies style sheets into the page, which the security policy refuses.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
INLINE = {"data", "blob", "about"}
SETTLED = """Promise.allSettled(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
    .map(each => each.finished)).then(() => null)"""
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


class Look:
    """Watches a page from its first request on."""

    def __init__(self, page: Page, plaxe: Live) -> None:
        self.page, self.plaxe = page, plaxe
        self.problems: list[str] = []
        self.excused: set[int] = set()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._asked)

    def excuse(self, status: int) -> None:
        """Answers with this status are meant to come; the browser's console complains of each."""
        self.excused.add(status)

    def _said(self, message: ConsoleMessage) -> None:
        expected = any(re.search(rf"\b{status}\b", message.text) for status in self.excused)
        if message.type in {"error", "warning"} and not expected:
            self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INLINE and f"{parts.scheme}://{parts.netloc}" != self.plaxe.url:
            self.problems.append(f"request to another host: {request.url}")

    def check(self) -> None:
        assert not self.problems, "\n".join([self.page.url, *self.problems])

    def visit(self, path: str, *, status: int = 200) -> Response:
        """Go there and look at it as it is: the page must be readable for everybody."""
        if status != 200:
            self.excuse(status)
        response = self.page.goto(self.plaxe.url + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        self.readable()
        return response

    def everywhere(self, path: str) -> None:
        """Wide and light, then narrow and dark."""
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")
        self.visit(path)
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="dark")
        self.readable()

    def as_wide_as_the_screen(self) -> None:
        width, room = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= room, f"{self.page.url} is {width} px wide on a screen of {room} px"

    def readable(self) -> None:
        """By axe, and without moving the page sideways."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.page.evaluate(SETTLED)  # what still fades in has too little contrast
        self.as_wide_as_the_screen()
        barriers = [
            one
            for one in Axe().run(self.page, options=OPTIONS).response["violations"]
            if one["impact"] in BAD
        ]
        assert not barriers, "\n".join(map(_told, barriers))
        self.check()


def _told(barrier: dict[str, list[dict[str, str]]]) -> str:
    where = "\n".join(f"  {node['html']}\n  {node['failureSummary']}" for node in barrier["nodes"][:5])
    return f"{barrier['id']} ({barrier['impact']}): {barrier['help']}\n{where}"
