"""Of leaves that have been read: who had to see each, and by which view he did so that it counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import QuerySet

from media import counterparts
from media.counterparts import answering
from media.models import Assignment, MediaItem, Watch

# An assignment that covers a leaf, and the view that answers it.
Pair = tuple[Assignment, Watch]


def answers(items: Iterable[MediaItem]) -> dict[int, list[Pair]]:
    """For each leaf, by its primary key, in the order of the viewers' names.

    Three queries however many leaves.
    """
    leaves = {item.pk: item for item in items}
    assignments = asked(leaves.values())
    here = {(watch.item_id, watch.viewer_id): watch for watch in _here(leaves)}
    there = counterparts.views(leaves.values())
    return {leaf: list(_answered(leaves[leaf], rows, here, there)) for leaf, rows in assignments.items()}


def _here(leaves: Iterable[int]) -> QuerySet[Watch]:
    return Watch.objects.filter(item__in=leaves).select_related("item__server")


def asked(leaves: Iterable[MediaItem]) -> dict[int, list[Assignment]]:
    """The assignments that wait for each leaf, at whatever level."""
    levels = {leaf.pk: [pk for pk in (leaf.pk, leaf.parent_id, leaf.show_id) if pk] for leaf in leaves}
    keys = {pk for level in levels.values() for pk in level}
    by_item: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in Assignment.objects.required().filter(item__in=keys).select_related("viewer", "item"):
        by_item[assignment.item_id].append(assignment)
    covering = {leaf: [row for key in level for row in by_item[key]] for leaf, level in levels.items()}
    return {leaf: sorted(rows, key=lambda row: row.viewer.name) for leaf, rows in covering.items()}


def _answered(
    leaf: MediaItem,
    covering: list[Assignment],
    here: Mapping[tuple[int, int], Watch],
    there: Mapping[tuple[int, int], list[Watch]],
) -> Iterator[Pair]:
    for assignment in covering:
        key = (leaf.pk, assignment.viewer_id)
        if watch := answering(assignment, leaf, here.get(key), there.get(key, ())):
            yield assignment, watch
