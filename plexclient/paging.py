"""Reading a long listing page by page, and knowing whether all of it was read."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from plexclient.decoding import Page

T = TypeVar("T")


class KeySet:
    """Which keys have come by.

    Plex numbers its rows, so keys lie close together and a bit each is enough: 1,000,000 history rows take
    half a megabyte, where a set of numbers takes a hundred. To compare with the page before alone would be
    smaller still, but two pages in turn could lead it round in a circle.
    """

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self.count = 0

    def add(self, key: str) -> bool:
        """Whether it is new."""
        tail = key.rpartition("/")[2] if key.startswith("/") else key
        number = int(tail) if tail.isdecimal() and len(tail) < 19 else hash(key)
        chunk, bit = number >> 8, 1 << (number & 255)
        before = self._bits.get(chunk, 0)
        if before & bit:
            return False
        self._bits[chunk] = before | bit
        self.count += 1
        return True


class Reading(Generic[T]):
    """Rows as they come, one page in memory, to be gone through once.

    Afterwards ``complete`` says whether everything the server announced was received and understood. Where it
    announces no total, or one that is less than what it sends, only an empty page proves the end: pages may
    be shorter than asked for.

    A row that comes again may have pushed another one out, so distinct rows are counted. A list that
    `has_twins` holds some rows twice itself, side by side: those count as well.
    """

    def __init__(
        self, fetch: Callable[[int], Page[T]], key: Callable[[T], str], *, has_twins: bool = False
    ) -> None:
        self._fetch = fetch
        self._key = key
        self._has_twins = has_twins
        self._keys = KeySet()
        self._last = ""
        self._counted = 0
        self._most = 0  # the highest total: a list that shrinks while it is read may have moved past us
        self._harmless = 0
        self._pages = self._read()
        self.rows = 0
        self.skipped = 0
        self.total: int | None = None
        self.is_whole = False  # nothing is missing, but some rows may not have been understood
        self.complete = False

    def __iter__(self) -> Iterator[T]:
        for page in self._pages:
            yield from page

    def pages(self) -> Iterator[list[T]]:
        return self._pages

    def _read(self) -> Iterator[list[T]]:
        start, going = 0, True
        while going:
            page = self._fetch(start)
            start += page.received
            going = self._note(page) and not self._has_all()
            if page.rows:
                yield page.rows
        self.is_whole = self._has_all() or (not self._tells_end() and page.received == 0)
        self.complete = self.is_whole and not self.skipped

    def _note(self, page: Page[T]) -> bool:
        """Whether the page got us any further; a server that ignores where to start never does."""
        if page.total is not None:
            self.total, self._most = page.total, max(self._most, page.total)
        self.rows += page.received - page.harmless
        self.skipped += page.skipped
        self._harmless = max(self._harmless, page.harmless)  # it comes once, whatever is sent twice
        unread = page.skipped and self.total is not None and self.rows < self.total
        return page.received > 0 and (self._brings_news(page) or bool(unread))

    def _brings_news(self, page: Page[T]) -> bool:
        seen, counted = self._keys.count, self._counted
        fresh: set[str] = set()
        for key in map(self._key, page.rows):
            if self._keys.add(key):
                fresh.add(key)
                self._counted += 1
            elif self._has_twins and (key in fresh or key == self._last):
                self._counted += 1
            self._last = key
        return self._keys.count > seen or (self._counted > counted and self.total is not None)

    def _tells_end(self) -> bool:
        """Whether the total can be believed so far."""
        return self.total is not None and self._counted + self.skipped <= self._most

    def _has_all(self) -> bool:
        if not self._tells_end():
            return False
        return self._counted + self.skipped + self._harmless >= self._most
