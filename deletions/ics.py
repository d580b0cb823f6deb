"""Calendars as other programs read them: RFC 5545, no more of it than a list of moments needs."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

MOST_OCTETS = 75
LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f]")


class Event(NamedTuple):
    uid: str
    at: datetime
    summary: str
    description: str
    url: str


def written(events: Iterable[Event], now: datetime, *, name: str, version: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Plaxe//Plaxe {escaped(version)}//EN",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for event in events for line in _lines(event, now)),
        "END:VCALENDAR",
    ]
    return "".join(map(folded, lines))


def _lines(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{stamp(now)}"
    yield f"DTSTART:{stamp(event.at)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Control characters have no place in a calendar, and whatever ends a line somewhere ends one here."""
    text = CONTROL.sub("", LINE_BREAK.sub("\n", text))
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def folded(line: str) -> str:
    """In pieces of 75 octets at most, between characters, each but the first behind a space."""
    pieces, room = [""], MOST_OCTETS
    for sign in line:
        size = len(sign.encode(errors="replace"))
        if size > room:
            pieces.append(" ")
            room = MOST_OCTETS - 1
        pieces[-1] += sign
        room -= size
    return "".join(f"{piece}\r\n" for piece in pieces)
