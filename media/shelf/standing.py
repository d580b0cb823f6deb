"""How far titles are, and who of those who must see them. For a page of them, whatever the library's size."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Sum, When

from accounts.models import PlexUser
from media.models import MediaItem, Watch, keeping
from media.shelf.states import awaited, queued
from media.waiting import assignments

Numbers = dict[str, Any]


@dataclass
class Seat:
    """A viewer who must see a title, and how much of what he must see of it he has."""

    viewer: PlexUser
    total: int = 0
    unseen: int = 0

    @property
    def seen(self) -> int:
        return self.total - self.unseen

    @property
    def percent(self) -> int:
        return 100 * self.seen // self.total if self.total else 0

    @property
    def is_done(self) -> bool:
        return self.total > 0 and not self.unseen


@dataclass(frozen=True)
class Standing:
    """In leaves, but for the bytes."""

    total: int = 0
    bytes: int = 0
    covered: int = 0
    complete: int = 0
    queued: int = 0
    held: int = 0
    protected: int = 0
    goes_at: datetime | None = None
    last_viewed_at: datetime | None = None
    seats: list[Seat] = field(default_factory=list)

    @property
    def is_protected(self) -> bool:
        return 0 < self.total == self.protected

    @property
    def state(self) -> str:
        if self.queued:
            return "held" if self.held == self.queued else "queued"
        if self.is_protected:
            return "protected"
        if not self.covered:
            return "unassigned"
        return "complete" if self.complete == self.covered else "waiting"


def standings(items: Iterable[MediaItem]) -> dict[int, Standing]:
    """A constant number of queries, however many items."""
    keys = [item.pk for item in items]
    below = MediaItem.objects.leaves().filter(Q(pk__in=keys) | Q(parent__in=keys) | Q(show__in=keys))
    covered, open_ = awaited(below), Count("pk", distinct=True)
    goes, is_held = Min("deletions__scheduled_for"), Q(deletions__hold__gt="")
    seen = Watch.objects.filter(item__in=below)
    parts = [
        _by_top(below, keys, total=Count("pk"), bytes=Sum("size")),
        _by_top(covered, keys, covered=Count("pk")),
        _by_top(covered.seen_by_enough(), keys, complete=Count("pk")),
        _by_top(queued(below), keys, queued=open_),
        _by_top(queued(below, is_held), keys, held=open_),
        _by_top(queued(below, ~is_held), keys, goes_at=goes),
        _by_top(below.filter(keeping.protected()), keys, protected=open_),
        _by_top(seen, keys, "item", last_viewed_at=Max("last_viewed_at")),
    ]
    seats = _seats(keys)
    return {
        key: Standing(
            seats=seats.get(key, []), **{name: n for part in parts for name, n in part.get(key, {}).items()}
        )
        for key in keys
    }


def _by_top(rows: QuerySet[Any], keys: list[int], leaf: str = "", **numbers: Any) -> dict[int, Numbers]:
    own, parent, show = (f"{leaf}__{name}" if leaf else name for name in ("pk", "parent", "show"))
    top = Case(
        When(**{f"{own}__in": keys}, then=F(own)),
        When(**{f"{parent}__in": keys}, then=F(parent)),
        default=F(show),
    )
    grouped = rows.annotate(top=top).values("top").annotate(**numbers).order_by()
    return {row.pop("top"): row for row in grouped}


def _seats(keys: list[int]) -> dict[int, list[Seat]]:
    """Who is assigned to a title or to something below it."""
    below = Q(item__in=keys) | Q(item__parent__in=keys) | Q(item__show__in=keys)
    columns = ("item", "item__parent", "item__show", "viewer", "total", "unseen")
    rows = list(assignments().filter(below).order_by("viewer__name", "viewer").values_list(*columns))
    people = PlexUser.objects.in_bulk({row[3] for row in rows})
    found: dict[int, dict[int, Seat]] = defaultdict(dict)
    for *levels, viewer, total, unseen in rows:
        top = next(level for level in levels if level in keys)
        seat = found[top].setdefault(viewer, Seat(people[viewer]))
        seat.total, seat.unseen = seat.total + total, seat.unseen + unseen
    return {top: list(seats.values()) for top, seats in found.items()}
