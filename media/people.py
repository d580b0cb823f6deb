"""Everybody on a title's server, as seen from the title: who must see it, and how far they are."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import Access, PlexUser
from media import counterparts
from media.models import Assignment, MediaItem, Watch
from media.models.library import MediaItemQuerySet


@dataclass
class Person:
    """A viewer, as seen from one title."""

    viewer: PlexUser
    gone_at: datetime | None
    problem: str = ""  # why his own state is unknown
    is_assigned: bool = False
    through: list[MediaItem] = field(default_factory=list)
    below: int = 0
    seen: int = 0
    is_waited_for: bool = False
    is_optional: bool = False
    counts_earlier: bool = True
    on_any_server: bool = False  # some assignment of his to it is one to the title on all servers

    @property
    def is_concerned(self) -> bool:
        return self.is_assigned or bool(self.through) or bool(self.below)


def people(item: MediaItem) -> list[Person]:
    """By name. A constant number of queries."""
    access = (
        Access.objects.filter(server=item.server_id).select_related("viewer").order_by("viewer__name", "pk")
    )
    seen, below = seen_of(item), _below(item)
    everybody = {
        row.viewer_id: Person(
            row.viewer, row.gone_at, row.state_problem, below=below[row.viewer_id], seen=seen[row.viewer_id]
        )
        for row in access
    }
    for assignment in item.covering_assignments().select_related("item__show"):
        viewer = assignment.viewer
        person = everybody.setdefault(viewer.pk, Person(viewer, None, seen=seen[viewer.pk]))
        person.is_waited_for |= not assignment.is_optional
        person.on_any_server |= assignment.on_any_server
        if assignment.item_id == item.pk:
            person.is_assigned = True
            person.is_optional, person.counts_earlier = assignment.is_optional, assignment.counts_earlier
        else:
            person.through.append(assignment.item)
    return list(everybody.values())


def seen_of(item: MediaItem) -> Counter[int]:
    """How many of the leaves each viewer has seen."""
    leaves = item.leaves()
    counting = Watch.objects.counting().filter(item__in=leaves)
    seen = Counter(dict(counting.values_list("viewer").annotate(n=Count("pk")).order_by()))
    return seen + _seen_elsewhere(leaves, counting)


def _seen_elsewhere(leaves: MediaItemQuerySet, here: QuerySet[Watch]) -> Counter[int]:
    """Of whom an assignment asks to have seen it on any server."""
    there = counterparts.views(leaves)
    if not there:
        return Counter()
    asked = set(Assignment.objects.filter(on_any_server=True).values_list("viewer", flat=True))
    known = set(here.values_list("item", "viewer"))
    return Counter(viewer for leaf, viewer in there.keys() - known if viewer in asked)


def _below(item: MediaItem) -> Counter[int]:
    """How many of the item's seasons and episodes each viewer is assigned to."""
    lower = Assignment.objects.filter(Q(item__parent=item) | Q(item__show=item)).exclude(item=item)
    return Counter(dict(lower.values_list("viewer").annotate(n=Count("pk")).order_by()))
