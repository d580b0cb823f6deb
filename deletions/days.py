"""Days where the visitor is."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)  # beyond them databases and calendars stumble


def begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    return begin_of(day + timedelta(days=1))


def day_of(text: str) -> date | None:
    """`2026-11-21`; nothing for what is no day, or beyond what calendars know."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None
