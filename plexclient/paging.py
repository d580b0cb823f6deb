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

    def add(self, key: str) -> None:
        tail = key.rpartition("/")[2] if key.startswith("/") else key
        number = int(tail) if tail.isdecimal() and len(tail) < 19 else hash(key)
        chunk, bit = number >> 8, 1 << (number & 255)
        before = self._bits.get(chunk, 0)
        if not before & bit:
            self._bits[chunk] = before | bit
            self.count += 1


class Reading(Generic[T]):
    """Rows as they come, one page in memory, to be gone through once.

    Afterwards ``complete`` says whether everything the server announced was received and understood. Where it
    announces no total, only an empty page proves the end: pages may be shorter than asked for.
    """

    def __init__(self, fetch: Callable[[int], Page[T]], key: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._key = key
        self._keys = KeySet()
        self._most = 0  # the highest total: a list that shrinks while it is read may have moved past us
        self._harmless = 0
        self._pages = self._read()
        self.rows = 0
        self.skipped = 0
        self.total: int | None = None
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
        self.complete = not self.skipped and (self._has_all() or (self.total is None and page.received == 0))

    def _note(self, page: Page[T]) -> bool:
        """Whether the page got us any further; a server that ignores where to start never does."""
        seen = self._keys.count
        for row in page.rows:
            self._keys.add(self._key(row))
        self.rows += page.received - page.harmless
        self.skipped += page.skipped
        self._harmless = max(self._harmless, page.harmless)  # it comes once, whatever is sent twice
        if page.total is not None:
            self.total, self._most = page.total, max(self._most, page.total)
        unread = page.skipped and self.total is not None and self.rows < self.total
        return page.received > 0 and (self._keys.count > seen or bool(unread))

    def _has_all(self) -> bool:
        if self.total is None:
            return False
        return self._keys.count + self.skipped + self._harmless >= self._most
