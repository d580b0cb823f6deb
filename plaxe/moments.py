"""Moments as a command line writes them: a day, a day and time, or how long ago."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.durations import parse_duration
from accounts.errors import Refused

YEARS = range(1970, 9000)


def moment(text: str, now: datetime, *, is_end: bool = False) -> datetime:
    """A day alone means its begin; as an end, all of it."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return _ago(text, now)
    if at.year not in YEARS:
        raise _refusal(text)
    is_day = at.time() == time.min and len(text.strip()) <= len("2026-11-21")
    at += timedelta(days=1) if is_end and is_day else timedelta(0)
    return timezone.make_aware(at) if timezone.is_naive(at) else at


def _ago(text: str, now: datetime) -> datetime:
    try:
        return now - parse_duration(text)
    except ValueError:
        raise _refusal(text) from None


def _refusal(text: str) -> Refused:
    words = "Write a day such as 2026-11-21, a time such as 2026-11-21T18:00, or how long ago: 12h, 30d."
    return Refused(f"{text[:60]!r} is no moment. {words}")
