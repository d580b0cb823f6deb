"""Calendars that others read: what icalendar makes of them is what was meant."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from deletions import ics
from tests.factories import NOW

TITLES = [
    "Heron Lake (2020)",
    "One, two; three",
    "Back\\slash\\next",
    'The "Best" Years: again',
    "Two\nlines",
    "x" * 500,
    "\N{CLAPPER BOARD}" * 200,
    "שלום עולם، مرحبا " * 20,
    "e\u0301" * 100,
    "",
]


def event(title: str = "Salt", **fields: Any) -> ics.Event:
    known = {
        "uid": "deletion-1@plaxe",
        "at": NOW,
        "summary": title,
        "description": title,
        "url": "http://x/1/",
    }
    return ics.Event(**{**known, **fields})


def calendar(*events: ics.Event) -> str:
    return ics.written(events, NOW, name="Plaxe", version="1.0")


def read(text: str) -> Any:
    return Calendar.from_ical(text)


def lines(text: str) -> list[str]:
    assert text.endswith("\r\n")
    return text.removesuffix("\r\n").split("\r\n")


def unfolded(text: str) -> list[str]:
    return lines(text.replace("\r\n ", ""))


def unescaped(value: str) -> str:
    """As RFC 5545, 3.3.11 says, a sign at a time."""
    signs, told = iter(value), ""
    for sign in signs:
        after = next(signs) if sign == "\\" else sign
        told += "\n" if sign == "\\" and after in "nN" else after
    return told


def value_of(text: str, name: str) -> str:
    return next(line.removeprefix(f"{name}:") for line in unfolded(text) if line.startswith(f"{name}:"))


@pytest.mark.parametrize("title", TITLES)
def test_a_title_arrives_as_it_is(title: str) -> None:
    text = calendar(event(title))
    assert unescaped(value_of(text, "SUMMARY")) == unescaped(value_of(text, "DESCRIPTION")) == title
    if "\\" not in title:  # icalendar takes an escaped backslash before an n for a line break
        assert str(read(text).walk("VEVENT")[0]["SUMMARY"]) == title


@given(st.text(max_size=500))
def test_no_title_breaks_the_calendar(title: str) -> None:
    text = calendar(event(title), event("Another", uid="deletion-2@plaxe"))
    assert all(len(line.encode()) <= ics.MOST_OCTETS for line in lines(text))
    assert not any(set("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00") & set(line) for line in lines(text))
    found = read(text).walk("VEVENT")
    assert [str(one["UID"]) for one in found] == ["deletion-1@plaxe", "deletion-2@plaxe"]
    assert str(found[1]["SUMMARY"]) == "Another"


def test_lines_are_folded_between_characters() -> None:
    text = calendar(event("\N{CLAPPER BOARD}" * 60))
    assert any(line.startswith(" \N{CLAPPER BOARD}") for line in lines(text))
    assert all(len(line.encode()) <= 75 for line in lines(text))


@pytest.mark.parametrize("at", [NOW, NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))])
def test_times_are_in_utc(at: datetime) -> None:
    found = read(calendar(event(at=at))).walk("VEVENT")[0]
    assert (found["DTSTART"].dt, found["DTSTAMP"].dt) == (NOW, NOW)


def test_a_calendar_has_all_that_it_must() -> None:
    whole = read(calendar(event()))
    assert (str(whole["VERSION"]), str(whole["PRODID"])) == ("2.0", "-//Plaxe//Plaxe 1.0//EN")
    assert not whole.errors
    found = whole.walk("VEVENT")[0]
    assert not found.errors
    assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "URL"} <= set(found)
    assert found["TRANSP"] == "TRANSPARENT"


def test_an_empty_calendar_is_one() -> None:
    assert read(calendar()).walk("VEVENT") == []
