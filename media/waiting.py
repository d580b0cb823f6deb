"""Who still has to see how much, and what next: for each viewer, and for each title that is assigned."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.models import PlexServer, PlexUser
from media.models import Assignment, MediaItem
from media.models.completeness import unanswered
from media.models.library import MediaItemQuerySet


@dataclass(frozen=True)
class Waiting:
    """A viewer, as far as he is with all he must see, or with one title."""

    viewer: PlexUser
    total: int
    seen: int
    left: int  # less than he has not seen where others were enough
    next: MediaItem | None = None


@dataclass(frozen=True)
class Title:
    """Something that was assigned, and who of those assigned to it is missing."""

    item: MediaItem
    missing: list[Waiting]


def waiting(limit: int) -> tuple[list[Waiting], int]:
    """The viewers most is waiting for, and how many are waited for in all. A constant number of queries."""
    behind = list(viewers().filter(left__gt=0).order_by("-left", "pk"))
    return _told(behind[:limit]), len(behind)


def of_viewers(*, server: PlexServer | None = None, viewer: PlexUser | None = None) -> list[Waiting]:
    """Everybody who must see something, also who has: whoever is most behind comes first."""
    people = viewers(server).filter(**{"pk": viewer.pk} if viewer else {})
    return _told(people.order_by("-left", "pk"))


def of_titles(*, server: PlexServer | None = None, viewer: PlexUser | None = None) -> list[Title]:
    """The assigned titles that wait for somebody; with a viewer, those that wait for him."""
    rows = assignments(server).filter(left__gt=0).select_related("viewer")
    nexts = _titles(row.next_pk for row in rows)
    missing: dict[int, list[Waiting]] = defaultdict(list)
    for row in rows.order_by("viewer__name", "pk"):
        missing[row.item_id].append(
            Waiting(row.viewer, row.total, row.total - row.unseen, row.left, nexts.get(row.next_pk))
        )
    items = MediaItem.objects.filter(pk__in=missing).select_related("show", "parent", "server")
    titles = (Title(item, missing[item.pk]) for item in items.in_order())
    return [title for title in titles if viewer is None or viewer in (who.viewer for who in title.missing)]


def viewers(server: PlexServer | None = None) -> QuerySet[Any]:
    """Those who must see something, each with how many leaves, how many of them unseen, and left to see."""
    viewer = OuterRef(OuterRef("pk"))
    there = MediaItem.objects.filter(**{"server": server} if server else {})
    required = Assignment.objects.required().filter(**{"server": server} if server else {})
    return PlexUser.objects.filter(pk__in=required.values("viewer")).annotate(
        **_progress(there.covered_for(viewer), viewer)
    )


def assignments(server: PlexServer | None = None) -> QuerySet[Any]:
    """Those that are waited for, each with the same about its own leaves."""
    item = OuterRef("item")
    below = MediaItem.objects.leaves().filter(Q(pk=item) | Q(parent=item) | Q(show=item))
    required = Assignment.objects.required().filter(**{"server": server} if server else {})
    return required.filter(item__gone_at=None).annotate(**_progress(below, OuterRef(OuterRef("viewer"))))


def _progress(leaves: MediaItemQuerySet, viewer: Combinable) -> dict[str, Combinable]:
    unseen = leaves.filter(Exists(unanswered().filter(viewer=viewer)))
    left = unseen.seen_by_too_few()
    return {
        "total": _number_of(leaves),
        "unseen": _number_of(unseen),
        "left": _number_of(left),
        "next_pk": Subquery(left.in_order().values("pk")[:1]),
    }


def _number_of(leaves: MediaItemQuerySet) -> Coalesce:
    counted = leaves.order_by().values(together=Value(1)).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def _told(people: Iterable[Any]) -> list[Waiting]:
    people = list(people)
    nexts = _titles(one.next_pk for one in people)
    return [
        Waiting(one, one.total, one.total - one.unseen, one.left, nexts.get(one.next_pk)) for one in people
    ]


def _titles(keys: Iterable[int | None]) -> dict[int | None, MediaItem]:
    found = MediaItem.objects.select_related("show").in_bulk({key for key in keys if key})
    return {**found}
