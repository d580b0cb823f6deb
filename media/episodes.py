"""Who has seen which leaf: the grid of a title's page, and the people beside it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import Access, PlexUser
from media.models import Assignment, MediaItem, Watch


@dataclass(frozen=True)
class Cell:
    viewer: PlexUser
    is_assigned: bool
    watch: Watch | None
    counts: bool  # the view lies after the title was added

    @property
    def is_seen(self) -> bool:
        return self.watch is not None and self.counts


@dataclass(frozen=True)
class Row:
    leaf: MediaItem
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    viewers: list[PlexUser]
    rows: list[Row]


def grid(leaves: Sequence[MediaItem]) -> Grid:
    """In two queries: everybody who must see one of these leaves, or has."""
    covering = _covering(leaves)
    watches = {
        (w.item_id, w.viewer_id): w for w in Watch.objects.filter(item__in=leaves).select_related("viewer")
    }
    people = {viewer.pk: viewer for viewer, _ in covering} | {w.viewer_id: w.viewer for w in watches.values()}
    must = {(viewer.pk, item) for viewer, item in covering}
    assigned = {viewer for viewer, _ in must}
    viewers = sorted(people.values(), key=lambda viewer: (viewer.pk not in assigned, viewer.name.lower()))

    def cell(leaf: MediaItem, viewer: PlexUser) -> Cell:
        watch = watches.get((leaf.pk, viewer.pk))
        is_assigned = any((viewer.pk, level) in must for level in _levels(leaf))
        return Cell(viewer, is_assigned, watch, bool(watch and watch.counts(leaf.views_count_from)))

    return Grid(viewers, [Row(leaf, [cell(leaf, viewer) for viewer in viewers]) for leaf in leaves])


def _covering(leaves: Sequence[MediaItem]) -> list[tuple[PlexUser, int]]:
    levels = {level for leaf in leaves for level in _levels(leaf)}
    rows = Assignment.objects.filter(item__in=levels).select_related("viewer")
    return [(row.viewer, row.item_id) for row in rows]


def _levels(leaf: MediaItem) -> list[int]:
    return [level for level in (leaf.pk, leaf.parent_id, leaf.show_id) if level]


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

    @property
    def is_concerned(self) -> bool:
        return self.is_assigned or bool(self.through) or bool(self.below)


def people(item: MediaItem) -> list[Person]:
    """Everybody on the item's server. A constant number of queries."""
    access = (
        Access.objects.filter(server=item.server_id).select_related("viewer").order_by("viewer__name", "pk")
    )
    seen, below = _seen(item), _below(item)
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
        if assignment.item_id == item.pk:
            person.is_assigned = True
            person.is_optional, person.counts_earlier = assignment.is_optional, assignment.counts_earlier
        else:
            person.through.append(assignment.item)
    return list(everybody.values())


def _seen(item: MediaItem) -> Counter[int]:
    """How many of the leaves each viewer has seen."""
    counting = Watch.objects.counting().filter(item__in=item.leaves())
    return Counter(dict(counting.values_list("viewer").annotate(n=Count("pk")).order_by()))


def _below(item: MediaItem) -> Counter[int]:
    """How many of the item's seasons and episodes each viewer is assigned to."""
    lower = Assignment.objects.filter(Q(item__parent=item) | Q(item__show=item)).exclude(item=item)
    return Counter(dict(lower.values_list("viewer").annotate(n=Count("pk")).order_by()))
