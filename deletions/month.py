"""A month of the queue and the past: on each day what is to go, what would have gone, and what went."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils.formats import get_format

from deletions.days import FIRST, LAST, begin_of, day_of, end_of
from deletions.models import Deletion

SHOWN = 3  # titles of a day


@dataclass
class Day:
    date: date
    is_within: bool
    titles: list[Any] = field(default_factory=list)
    number: int = 0
    bytes: int = 0

    @property
    def more(self) -> int:
        return self.number - len(self.titles)


@dataclass(frozen=True)
class Month:
    first: date

    @classmethod
    def of(cls, text: str, today: date) -> "Month":
        """`2026-11`; what is no month is this one."""
        return cls((day_of(f"{text}-01") or today).replace(day=1))

    @property
    def before(self) -> date | None:
        first = (self.first - timedelta(days=1)).replace(day=1)
        return first if first >= FIRST else None

    @property
    def after(self) -> date | None:
        first = (self.first + timedelta(days=32)).replace(day=1)
        return first if first < LAST else None

    def weeks(self) -> list[list[Day]]:
        """One query, however much there is. Weeks begin as they do where the visitor's language is spoken."""
        begins_on = int(get_format("FIRST_DAY_OF_WEEK")) - 1  # Django counts from Sunday
        dates = Calendar(begins_on % 7).monthdatescalendar(self.first.year, self.first.month)
        days = {day: Day(day, day.month == self.first.month) for week in dates for day in week}
        for day, titles in _titles(min(days), max(days)):
            days[day].titles = titles
            days[day].number, days[day].bytes = titles[0].number_of_day, titles[0].bytes_of_day
        return [[days[day] for day in week] for week in dates]


def _titles(first: date, last: date) -> Iterator[tuple[date, list[Any]]]:
    """The first of each day, the largest before the others, with how many the day has in all."""
    found: Any = (
        Deletion.objects.leaving_between(begin_of(first), end_of(last))
        .annotate(
            day=TruncDate("moment"),
            place=Window(RowNumber(), partition_by="day", order_by=[F("bytes").desc(), "pk"]),
            number_of_day=Window(Count("pk"), partition_by="day"),
            bytes_of_day=Window(Sum("bytes"), partition_by="day"),
        )
        .filter(place__lte=SHOWN)
        .order_by("day", "place")
    )
    by_day: dict[date, list[Any]] = defaultdict(list)
    for title in found:
        by_day[title.day].append(title)
    yield from by_day.items()
