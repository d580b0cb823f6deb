"""Long listings: in pieces, and from the newest row back no further than needed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_pages(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(rows)
    while page := list(islice(rest, size)):
        yield page


def reaches_back(
    pages: Iterable[list[T]], until: datetime, *, date_of: Callable[[T], datetime | None]
) -> bool:
    """Go through the pages until one ends before `until`; True when one did.

    A server may ignore the order it was asked for without a word. So a page proves nothing unless all rows up
    to its end came newest first, and where they did not, everything is read.
    """
    newest: datetime | None = None
    in_order = True
    for page in pages:
        for date in map(date_of, page):
            in_order = in_order and date is not None and (newest is None or date <= newest)
            newest = date
        if in_order and newest is not None and newest < until:
            return True
    return False
