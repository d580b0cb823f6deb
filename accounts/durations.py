"""Durations such as `15m` and sizes such as `200GB`, as an admin writes them."""

import re
from datetime import timedelta
from typing import Final

SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BYTES: Final = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
QUANTITY: Final = re.compile(r"(\d{1,40}(?:\.\d{1,6})?)\s*([a-z]*)", re.ASCII | re.IGNORECASE)
LONGEST: Final = timedelta(days=3650)  # beyond ten years a date no longer fits into a schedule

LARGEST: Final = 10**18  # an exabyte; no disk is as large, and no database counts much further


class TooLarge(ValueError):  # noqa: N818 -- said of a value
    """It makes sense, and is more than Plaxe can reckon with."""


def parse_duration(text: str) -> timedelta:
    seconds = _quantity(text, SECONDS)
    if seconds is not None and seconds > LONGEST.total_seconds():
        raise TooLarge("a duration such as 24h or 7d, at most 3650d (this is too large)")
    if seconds is None:
        raise ValueError("a duration such as 90s, 15m, 24h or 7d (a plain number is seconds)")
    return timedelta(seconds=seconds)


def duration_text(length: timedelta) -> str:
    """As an admin would write it: `24h`, `7d`; the largest unit that leaves no rest."""
    seconds = int(length.total_seconds())
    fitting = (unit for unit in ("d", "h", "m") if seconds >= SECONDS[unit] and seconds % SECONDS[unit] == 0)
    unit = next(fitting, "s")
    return f"{seconds // SECONDS[unit]}{unit}"


def parse_size(text: str) -> int:
    size = _quantity(text, BYTES)
    if size is not None and size > LARGEST:
        raise TooLarge("a size such as 500MB or 200GB, at most 1000000TB (this is too large)")
    if size is None:
        raise ValueError("a size such as 500MB or 200GB (a plain number is bytes)")
    return int(size)


def size_text(size: int) -> str:
    """As an admin would write it: `200GB`; the largest unit that leaves no rest."""
    units = ("tb", "gb", "mb", "kb", "tib", "gib", "mib", "kib")
    unit = next((unit for unit in units if size >= BYTES[unit] and size % BYTES[unit] == 0), "b")
    return f"{size // BYTES[unit]}{unit.upper().replace('IB', 'iB')}" if size else "0"


def _quantity(text: str, units: dict[str, int]) -> float | None:
    match = QUANTITY.fullmatch(text.strip())
    if not match or match[2].lower() not in units:
        return None
    return float(match[1]) * units[match[2].lower()]
