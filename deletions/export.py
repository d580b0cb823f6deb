"""The record as a file, in the order it was written: for spreadsheets, and for programs.

Read a page at a time, so that neither memory nor a lock grows with its length.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from deletions.models.audit import AuditEntryQuerySet
from media.paging import in_pages

PAGE = 2000
# What a column is called, and where the row has it.
COLUMNS = {
    "id": "pk",
    "at": "at",
    "verb": "verb",
    "by": "by_name",
    "server": "server_name",
    "machine_identifier": "machine_identifier",
    "deletion": "deletion_id",
    "rating_key": "rating_key",
    "title": "title",
    "why": "text",
    "bytes": "bytes",
    "answer": "answer",
    "details": "details",
}
# A spreadsheet takes what begins so for a formula, which can do more than count.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(entries: AuditEntryQuerySet) -> Iterator[dict[str, Any]]:
    last = 0
    rows = entries.order_by("pk").values_list(*COLUMNS.values())
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        yield from map(_line, page)
        last = page[-1][0]


def _line(row: tuple[Any, ...]) -> dict[str, Any]:
    line = dict(zip(COLUMNS, row, strict=True))
    return {**line, "at": line["at"].isoformat()}


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """RFC 4180, in pieces. What a spreadsheet would take for a formula gets an apostrophe before it."""
    yield _written([list(COLUMNS)])
    for page in in_pages(rows, PAGE):
        yield _written(_cells(row) for row in page)


def _cells(row: dict[str, Any]) -> list[Any]:
    row = {**row, "details": json.dumps(row["details"]) if row["details"] else ""}
    return [harmless(cell) if isinstance(cell, str) else cell for cell in row.values()]


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _written(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def as_json(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One document, `{"entries": [...]}`, in pieces."""
    yield '{"entries": ['
    before = ""
    for page in in_pages(rows, PAGE):
        yield before + ",\n".join(map(json.dumps, page))
        before = ",\n"
    yield "]}\n"


FORMATS = {"csv": as_csv, "json": as_json}
