"""Who still has to see how much, and what next."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import PlexUser
from media.models import Assignment, MediaItem, Watch

# How an assignment leads to its leaves, nearest level first: a leaf assigned at several counts once.
PATHS = {"own": "item", "season": "item__children", "show": "item__descendants"}


@dataclass(frozen=True)
class Waiting:
    viewer: PlexUser
    total: int
    seen: int
    next: MediaItem | None = None

    @property
    def left(self) -> int:
        return self.total - self.seen


def waiting(limit: int) -> tuple[list[Waiting], int]:
    """The viewers most is waiting for, and how many are waited for in all. A constant number of queries."""
    total, seen = _counts()
    left = Counter({viewer: total[viewer] - seen[viewer] for viewer in total})
    behind = [viewer for viewer, count in left.most_common() if count > 0]
    viewers = _with_next(behind[:limit])
    titles = MediaItem.objects.select_related("show").in_bulk(viewer.next_pk for viewer in viewers.values())
    shown = [viewers[pk] for pk in behind[:limit]]
    return [
        Waiting(viewer, total[viewer.pk], seen[viewer.pk], titles.get(viewer.next_pk)) for viewer in shown
    ], len(behind)


def _counts() -> tuple[Counter[int], Counter[int]]:
    """For each viewer: the leaves he must see, and those of them he has."""
    total: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    views = Watch.objects.filter(item=OuterRef("leaf"), viewer=OuterRef("viewer"))
    is_seen = Exists(views.counting(OuterRef("counts_from")))
    for level, path in PATHS.items():
        pairs = _pairs(level, path).values("viewer").order_by()
        for row in pairs.annotate(n=Count("leaf"), seen=Count("leaf", filter=is_seen)):
            total[row["viewer"]] += row["n"]
            seen[row["viewer"]] += row["seen"]
    return total, seen


def _pairs(level: str, path: str) -> QuerySet[Assignment]:
    """A row for each viewer and leaf that assignments at this level, and at no nearer one, bring together.

    All that is known of the leaf is annotated first: a filter by its path would join the leaves once more.
    """
    pairs = Assignment.objects.annotate(
        leaf=F(path),
        kind=F(f"{path}__type"),
        gone=F(f"{path}__gone_at"),
        season=F(f"{path}__parent"),
        counts_from=F(f"{path}__views_count_from"),
    ).filter(kind__in=MediaItem.LEAVES, gone=None)
    nearer = Assignment.objects.filter(viewer=OuterRef("viewer"))
    if level != "own":
        pairs = pairs.filter(~Exists(nearer.filter(item=OuterRef("leaf"))))
    if level == "show":
        pairs = pairs.filter(~Exists(nearer.filter(item=OuterRef("season"))))
    return pairs


def _with_next(keys: list[int]) -> dict[int, Any]:
    """The viewers, each with the key of the first leaf he has not seen."""
    viewer = OuterRef(OuterRef("pk"))
    assigned = Assignment.objects.filter(viewer=viewer).values("item")
    views = Watch.objects.filter(item=OuterRef("pk"), viewer=viewer)
    unseen = MediaItem.objects.leaves().filter(
        Q(pk__in=assigned) | Q(parent__in=assigned) | Q(show__in=assigned),
        ~Exists(views.counting(OuterRef("views_count_from"))),
    )
    annotated = PlexUser.objects.annotate(next_pk=Subquery(unseen.in_order().values("pk")[:1]))
    return annotated.in_bulk(keys)
