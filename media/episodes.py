"""Who has seen which leaf: the grid of a title's page, with a line for the show and one for the season."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import PlexUser
from media import counterparts
from media.models import Assignment, MediaItem, Watch
from media.people import Person, seen_of

WIDEST = 24  # viewers side by side, unless all are asked for


@dataclass(frozen=True)
class Cell:
    """A viewer and a leaf."""

    viewer: PlexUser
    is_assigned: bool
    watch: Watch | None
    counts: bool  # the view lies after the title was added
    problem: str = ""  # why what this viewer says is not known
    server: str = ""  # the other one that he has seen it on

    @property
    def is_seen(self) -> bool:
        return self.watch is not None and self.counts

    @property
    def is_unknown(self) -> bool:
        return bool(self.problem) and self.watch is None


@dataclass(frozen=True)
class Row:
    leaf: MediaItem
    cells: list[Cell]


@dataclass(frozen=True)
class Mark:
    """A viewer and a whole season or show."""

    viewer: PlexUser
    is_assigned: bool
    seen: int
    total: int

    @property
    def is_done(self) -> bool:
        return 0 < self.total <= self.seen


@dataclass(frozen=True)
class Level:
    item: MediaItem
    total: int
    marks: list[Mark]


@dataclass(frozen=True)
class Grid:
    people: list[Person]
    levels: list[Level]
    rows: list[Row]
    hidden: int  # viewers there is no room for

    @property
    def viewers(self) -> list[PlexUser]:
        return [person.viewer for person in self.people]


def grid(
    everybody: list[Person], levels: Sequence[MediaItem], leaves: Sequence[MediaItem], *, widest: int = WIDEST
) -> Grid:
    """Of everybody who must see something of it, or has seen one of these leaves."""
    watches = {(row.item_id, row.viewer_id): row for row in Watch.objects.filter(item__in=leaves)}
    elsewhere = counterparts.views(leaves)
    watching = {viewer for _, viewer in watches}
    shown = [person for person in everybody if person.is_concerned or person.viewer.pk in watching]
    shown.sort(key=lambda person: (not person.is_concerned, person.viewer.name.lower(), person.viewer.pk))
    people, must = shown[:widest], _assigned([*levels, *leaves])

    def cell(leaf: MediaItem, person: Person) -> Cell:
        key = (leaf.pk, person.viewer.pk)
        watch = watches.get(key)
        is_assigned = any((person.viewer.pk, level) in must for level in _levels(leaf))
        counts = bool(watch and watch.counts(leaf.views_count_from))
        if not counts and person.on_any_server and (there := elsewhere.get(key)):
            return Cell(person.viewer, is_assigned, there[0], True, server=str(there[0].item.server))
        return Cell(person.viewer, is_assigned, watch, counts, person.problem)

    rows = [Row(leaf, [cell(leaf, person) for person in people]) for leaf in leaves]
    return Grid(people, [_level(item, people, must) for item in levels], rows, len(shown) - len(people))


def _level(item: MediaItem, people: list[Person], must: set[tuple[int, int]]) -> Level:
    seen, total = seen_of(item), item.leaves().count()
    marks = [
        Mark(person.viewer, (person.viewer.pk, item.pk) in must, seen[person.viewer.pk], total)
        for person in people
    ]
    return Level(item, total, marks)


def _assigned(items: Sequence[MediaItem]) -> set[tuple[int, int]]:
    """Who to what, of these items and of what is above them."""
    levels = {level for item in items for level in _levels(item)}
    return set(Assignment.objects.filter(item__in=levels).values_list("viewer", "item"))


def _levels(leaf: MediaItem) -> list[int]:
    return [level for level in (leaf.pk, leaf.parent_id, leaf.show_id) if level]
