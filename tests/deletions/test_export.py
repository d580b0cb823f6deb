"""The record as a file: nothing is lost on the way, nothing in it runs, and its length costs no memory."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from deletions import export
from deletions.models import AuditEntry
from tests.factories import NOW

TITLES = [
    "Heron, Lake", "", 'The "Best" Years', "Two\nlines", "Two\r\nlines", "\N{CLAPPER BOARD} שלום", "Ü; x" * 9,
]  # fmt: skip
BYTES_A_ROW = 100  # far less than a row takes

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=500)


def entry(title: str = "Salt", **fields: Any) -> AuditEntry:
    return AuditEntry(**{"at": NOW, "verb": "deleted", "title": title, **fields})


def line(**fields: Any) -> dict[str, Any]:
    return {**dict.fromkeys(export.COLUMNS, ""), **fields}


def read(pieces: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces), newline="")))


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "json"])
def test_no_title_is_changed_on_the_way(form: str) -> None:
    AuditEntry.objects.bulk_create(entry(title, text=title, details={"why": title}) for title in TITLES)
    whole = "".join(export.FORMATS[form](export.lines(AuditEntry.objects.all())))
    rows: list[dict[str, Any]] = read([whole]) if form == "csv" else json.loads(whole)["entries"]
    assert [row["title"] for row in rows] == [row["why"] for row in rows] == TITLES
    details = [json.loads(row["details"]) if form == "csv" else row["details"] for row in rows]
    assert details == [{"why": title} for title in TITLES]


@given(texts)
def test_whatever_is_written_is_read_again_and_never_a_formula(title: str) -> None:
    row = read(export.as_csv([line(title=title)]))[0]
    assert row["title"] in (title, f"'{title}")
    assert not row["title"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert (row["title"] == title) is not title.startswith(export.FORMULA)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("column", ["title", "why", "by", "server", "answer", "rating_key"])
def test_no_text_is_a_formula_to_a_spreadsheet(begin: str, column: str) -> None:
    told = line(**{column: f'{begin}HYPERLINK("http://evil.example")'})
    row = read(export.as_csv([told]))[0]
    assert row[column] == f'\'{begin}HYPERLINK("http://evil.example")'


def test_numbers_stay_numbers() -> None:
    row = read(export.as_csv([line(bytes=700, deletion=None)]))[0]
    assert (row["bytes"], row["deletion"]) == ("700", "")


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_empty_record_is_a_whole_file(form: str) -> None:
    whole = "".join(export.FORMATS[form](export.lines(AuditEntry.objects.all())))
    assert (read([whole]) if form == "csv" else json.loads(whole)["entries"]) == []


@pytest.mark.django_db
def test_it_is_read_in_pages_in_the_order_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 10)
    AuditEntry.objects.bulk_create(
        entry(str(number), at=NOW - timedelta(days=number)) for number in range(25)
    )
    with CaptureQueriesContext(connection) as queries:
        rows = list(export.lines(AuditEntry.objects.filter(verb="deleted")))
    assert [row["title"] for row in rows] == [str(number) for number in range(25)]
    assert len(queries) == 4  # three pages, and the empty one that ends it


@pytest.mark.django_db
def test_ten_times_the_rows_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 200)

    def peak() -> int:
        tracemalloc.start()
        for _ in export.as_csv(export.lines(AuditEntry.objects.all())):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    AuditEntry.objects.bulk_create(entry("x" * 100) for _ in range(400))
    few = peak()
    AuditEntry.objects.bulk_create(entry("x" * 100) for _ in range(3600))
    assert peak() - few < 3600 * BYTES_A_ROW
