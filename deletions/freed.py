"""How many bytes were freed, month by month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils.timezone import get_current_timezone, localtime

from deletions.models import Deletion

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """`height`: in per cent of the fullest month's."""

    begins: date
    bytes: int
    height: int

    @property
    def top(self) -> int:
        return 100 - self.height


def by_month(now: datetime) -> list[Month]:
    """The last twelve, the present one at the end; empty when nothing was ever freed in them. One query."""
    begins = _months(localtime(now).date())
    freed = _freed(begins[0])
    most = max(freed.values(), default=0)
    if not most:
        return []
    sizes = [freed.get(month, 0) for month in begins]
    return [Month(begin, size, _height(size, most)) for begin, size in zip(begins, sizes, strict=True)]


def _months(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def _freed(since: date) -> dict[date, int]:
    zone = get_current_timezone()
    begin = datetime(since.year, since.month, 1, tzinfo=zone)
    rows = Deletion.objects.filter(freed__gt=0, freed_at__gte=begin).annotate(month=TruncMonth("freed_at"))
    sums = rows.order_by().values_list("month").annotate(bytes=Sum("freed"))
    return {month.astimezone(zone).date().replace(day=1): size for month, size in sums}


def _height(size: int, most: int) -> int:
    return max(2, round(100 * size / most)) if size else 0
