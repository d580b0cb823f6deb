"""Media queries: filters, sorting and paging as they stand in a request."""

import operator
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from plexclient.demo.web import Request, Response, html_error

RowT = TypeVar("RowT")
Field = Callable[[RowT], Any]
Test = Callable[[Any, str], bool]

UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mon": 2_592_000, "y": 31_536_000}
RELATIVE = re.compile(r"-(\d+)(mon|[mhdwy])")
SIGNS = re.compile(r"(.+?)(>>|<<|==|!=|[!<>])?")
LARGEST_PAGE = 1_000_000


def number(value: str) -> int | None:
    """An integer, or seconds reckoned back from now (`-30d`)."""
    if relative := RELATIVE.fullmatch(value):
        return int(time.time()) - int(relative[1]) * UNITS[relative[2]]
    return int(value) if re.fullmatch(r"-?\d+", value) else None


def _comparing(compare: Callable[[int, int], bool]) -> Test:
    def test(held: Any, value: str) -> bool:
        wanted = [n for n in map(number, value.split(",")) if n is not None]
        return held is not None and any(compare(held, n) for n in wanted)

    return test


def _texting(compare: Callable[[str, str], bool]) -> Test:
    def test(held: Any, value: str) -> bool:
        texts = held if isinstance(held, (list, tuple)) else [held or ""]
        wanted = value.lower().split(",")
        return any(compare(text.lower(), one) for text in texts for one in wanted)

    return test


NUMBER_TESTS: dict[str, Test] = {
    "": _comparing(operator.eq),
    "!": _comparing(operator.ne),
    ">>": _comparing(operator.gt),
    "<<": _comparing(operator.lt),
}
# The history, unlike a library, knows "at or after".
HISTORY_TESTS: dict[str, Test] = {
    **NUMBER_TESTS,
    ">": _comparing(operator.ge),
    "<": _comparing(operator.le),
}
TEXT_TESTS: dict[str, Test] = {
    "": _texting(operator.contains),
    "=": _texting(operator.eq),
    "==": _texting(operator.eq),
    "!": _texting(lambda held, one: one not in held),
    "!=": _texting(operator.ne),
    "<": _texting(str.startswith),
    ">": _texting(str.endswith),
}
EXACT_TESTS: dict[str, Test] = {"": _texting(operator.eq), "!": _texting(operator.ne)}


@dataclass(frozen=True)
class Queryable:
    """A field one may filter and sort by, and the operators it knows."""

    read: Callable[[Any], Any]
    tests: dict[str, Test]


Fields = dict[str, Queryable]


def wanted_tests(request: Request, fields: Fields) -> list[Callable[[Any], bool]]:
    """One test per filter understood. Whatever is not is ignored without a word, as Plex does."""
    if request.quirk == "ignore_filter":
        return []
    found = (_test(key, value, fields) for key, value in request.query)
    return [test for test in found if test]


def _test(key: str, value: str, fields: Fields) -> Callable[[Any], bool] | None:
    match = SIGNS.fullmatch(key)
    queryable = fields.get(match[1]) if match else None
    test = queryable.tests.get(match[2] or "") if match and queryable else None
    if queryable is None or test is None:
        return None
    read, check = queryable.read, test
    return lambda row: check(read(row), value)


def sort_rows(rows: list[RowT], order: str, fields: Fields) -> list[RowT]:
    """By a comma list of `field:desc`; rows without a value come last, unknown fields are ignored."""
    for key in reversed(order.split(",")):
        name, _, direction = key.partition(":")
        if name in fields:
            rows = _sorted_by(rows, fields[name].read, descending=direction == "desc")
    return rows


def _sorted_by(rows: list[RowT], read: Callable[[RowT], Any], *, descending: bool) -> list[RowT]:
    valued = [row for row in rows if read(row) is not None]
    valued.sort(key=read, reverse=descending)
    return valued + [row for row in rows if read(row) is None]


@dataclass(frozen=True)
class Page:
    start: int
    size: int | None

    @property
    def is_asked(self) -> bool:
        return self.size is not None


def asked_page(request: Request, limit: int | None = None) -> Page:
    size = number(request.plex("Container-Size") or "")
    start = max(0, number(request.plex("Container-Start") or "") or 0)
    if size is None:
        return Page(start, None)
    if request.quirk == "short_page":
        size = (size + 1) // 2
    return Page(start, max(0, min(size, limit or LARGEST_PAGE)))


def paging_refusal(request: Request, *, required: bool) -> Response | None:
    return html_error(400) if required and asked_page(request).size is None else None


def cut(rows: Sequence[RowT], page: Page, request: Request) -> Sequence[RowT]:
    if page.size is None:
        return rows[page.start :]
    start = page.start
    if request.quirk == "repeat_page":
        start = max(0, start - (page.size + 1) // 2)
    return rows[start : start + page.size]


def page_fields(page: Page, *, total: int, size: int, hide_total: bool = False) -> dict[str, int]:
    """`size` counts the rows here; the total appears only in answer to a paged request."""
    if not page.is_asked:
        return {"size": size}
    if hide_total:
        return {"size": size, "offset": page.start}
    return {"size": size, "totalSize": total, "offset": page.start}


def page_headers(page: Page, total: int) -> dict[str, str]:
    if not page.is_asked:
        return {}
    return {"X-Plex-Container-Start": str(page.start), "X-Plex-Container-Total-Size": str(total)}
