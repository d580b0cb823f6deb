"""What becomes of a title and of what is below it, and what has become of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from deletions.models import OPEN, Deletion, Status
from media.models import MediaItem

AT_ONCE = 5  # of a show: what goes next, and what went last


@dataclass(frozen=True)
class Group:
    status: Status
    number: int
    bytes: int


@dataclass(frozen=True)
class Fate:
    """Of a leaf all its deletions; of a show or a season those that are next and those that were last."""

    groups: list[Group]
    open: list[Deletion]
    past: list[Deletion]

    def __bool__(self) -> bool:
        return bool(self.groups)


def fate_of(item: MediaItem) -> Fate:
    """A constant number of queries."""
    below = Q(item__parent=item) | Q(item__show=item)
    deletions = Deletion.objects.filter(Q(item=item) if item.is_leaf else below)
    told = deletions.select_related("server", "item__show").prefetch_related("audit")
    first = None if item.is_leaf else AT_ONCE
    return Fate(
        _groups(deletions),
        list(told.filter(status__in=OPEN).order_by("scheduled_for", "pk")[:first]),
        list(told.exclude(status__in=OPEN).order_by("-finished_at", "-pk")[:first]),
    )


def _groups(deletions: Any) -> list[Group]:
    rows = deletions.values("status").annotate(n=Count("pk"), bytes=Sum("bytes")).order_by()
    counted = {row["status"]: Group(Status(row["status"]), row["n"], row["bytes"] or 0) for row in rows}
    return [counted[status] for status in Status if status in counted]
