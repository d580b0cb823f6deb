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
    behind = [one for one in _by_what_is_left(viewers()) if one.left]
    return _told(behind[:limit]), len(behind)


def of_viewers(*, server: PlexServer | None = None, viewer: PlexUser | None = None) -> list[Waiting]:
    """Everybody who must see something, also who has: whoever is most behind comes first."""
    people = viewers(server).filter(**{"pk": viewer.pk} if viewer else {})
    return _told(_by_what_is_left(people), server)


def of_titles(*, server: PlexServer | None = None, viewer: PlexUser | None = None) -> list[Title]:
    """The assigned titles that wait for somebody; with a viewer, those that wait for him."""
    rows = assignments(server).select_related("viewer").order_by("viewer__name", "pk")
    behind = [row for row in rows if row.left]
    nexts = _titles(row.next_pk for row in behind)
    missing: dict[int, list[Waiting]] = defaultdict(list)
    for row in behind:
        missing[row.item_id].append(
            Waiting(row.viewer, row.total, row.total - row.unseen, row.left, nexts.get(row.next_pk))
        )
    items = MediaItem.objects.filter(pk__in=missing).select_related("show", "parent__show", "server")
    titles = (Title(item, missing[item.pk]) for item in items.in_order())
    return [title for title in titles if viewer is None or viewer in (who.viewer for who in title.missing)]


def viewers(server: PlexServer | None = None) -> QuerySet[Any]:
    """Those who must see something, each with how many leaves, how many of them unseen, and left to see."""
    required = Assignment.objects.required().filter(**_on(server)).values("viewer")
    numbers = {name: _number_of(leaves) for name, leaves in _leaves_of_viewer(server).items()}
    return PlexUser.objects.filter(pk__in=required).annotate(**numbers)


def assignments(server: PlexServer | None = None) -> QuerySet[Any]:
    """Those that are waited for, each with the same about its own leaves, and the next of them."""
    item = OuterRef("item")
    below = MediaItem.objects.leaves().filter(Q(pk=item) | Q(parent=item) | Q(show=item))
    leaves = _divided(below, OuterRef(OuterRef("viewer")))
    numbers = {name: _number_of(some) for name, some in leaves.items()}
    required = Assignment.objects.required().filter(item__gone_at=None, **_on(server))
    return required.annotate(next_pk=_first_of(leaves["left"]), **numbers)


def _on(server: PlexServer | None) -> dict[str, Any]:
    return {"server": server} if server else {}


def _leaves_of_viewer(server: PlexServer | None) -> dict[str, MediaItemQuerySet]:
    viewer = OuterRef(OuterRef("pk"))
    return _divided(MediaItem.objects.filter(**_on(server)).covered_for(viewer), viewer)


def _divided(leaves: MediaItemQuerySet, viewer: Combinable) -> dict[str, MediaItemQuerySet]:
    unseen = leaves.filter(Exists(unanswered().filter(viewer=viewer)))
    return {"total": leaves, "unseen": unseen, "left": unseen.seen_by_too_few()}


def _number_of(leaves: MediaItemQuerySet) -> Coalesce:
    counted = leaves.order_by().values(together=Value(1)).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def _first_of(leaves: MediaItemQuerySet) -> Subquery:
    return Subquery(leaves.in_order().values("pk")[:1])


def _by_what_is_left(people: Iterable[Any]) -> list[Any]:
    """Sorted here: to sort by a number, a database would count once more."""
    return sorted(people, key=lambda one: (-one.left, one.pk))


def _told(people: list[Any], server: PlexServer | None = None) -> list[Waiting]:
    first = PlexUser.objects.annotate(next_pk=_first_of(_leaves_of_viewer(server)["left"]))
    next_of = dict(first.filter(pk__in=[one.pk for one in people]).values_list("pk", "next_pk"))
    nexts = _titles(next_of.values())
    return [
        Waiting(one, one.total, one.total - one.unseen, one.left, nexts.get(next_of[one.pk]))
        for one in people
    ]


def _titles(keys: Iterable[int | None]) -> dict[int | None, MediaItem]:
    found = MediaItem.objects.select_related("show").in_bulk({key for key in keys if key})
    return {**found}
