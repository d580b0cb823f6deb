"""What was seen of copies that are no more.

A title that was deleted and added again starts anew, although Plex takes it for watched. What its viewers had
seen before is shown, and counts only when the owner says so.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import PlexUser, User
from media import watching
from media.guids import is_matched
from media.models import MediaItem, Watch


@dataclass
class Earlier:
    """What a viewer has seen of earlier copies, and not of the leaves that are there."""

    viewer: PlexUser
    views: dict[int, datetime]  # leaf -> latest view

    @property
    def last_viewed_at(self) -> datetime:
        return max(self.views.values())

    def add(self, leaf: int, at: datetime) -> None:
        self.views[leaf] = max(at, self.views.get(leaf, at))


def seen_earlier(item: MediaItem) -> list[Earlier]:
    """By viewer, of all leaves of the title. Three queries."""
    leaves = {leaf.pk: leaf for leaf in item.leaves()}
    watches = list(Watch.objects.filter(item__in=leaves).select_related("viewer"))
    settled = {(row.item_id, row.viewer_id) for row in watches if _is_settled(row, leaves[row.item_id])}
    found: dict[int, Earlier] = {}
    for leaf, watch in (*((row.item_id, row) for row in watches), *_of_gone_copies(item, leaves)):
        if watch.last_viewed_at and (leaf, watch.viewer_id) not in settled:
            found.setdefault(watch.viewer_id, Earlier(watch.viewer, {})).add(leaf, watch.last_viewed_at)
    return sorted(found.values(), key=lambda each: (each.viewer.name, each.viewer.pk))


def accept(item: MediaItem, viewer: PlexUser, now: datetime, *, by: User | None = None) -> int:
    """The owner says that what this viewer saw of earlier copies counts. Returns of how many leaves."""
    earlier = next((each for each in seen_earlier(item) if each.viewer == viewer), None)
    leaves = MediaItem.objects.select_related("server", "show").in_bulk(earlier.views if earlier else [])
    return sum(watching.declare(leaf, viewer, now, seen=True, by=by) for leaf in leaves.values())


def _is_settled(watch: Watch, leaf: MediaItem) -> bool:
    """Something is known of this copy: it was seen, begun, or said not to have been seen."""
    is_of_this_copy = watch.last_viewed_at is not None and watch.last_viewed_at > leaf.views_count_from
    return is_of_this_copy or watch.withdrawn_at is not None or watch.is_half_way


def _of_gone_copies(item: MediaItem, leaves: dict[int, MediaItem]) -> Iterator[tuple[int, Watch]]:
    by_work = defaultdict(list)
    for leaf in leaves.values():
        if is_matched(leaf.guid):
            by_work[leaf.type, leaf.guid].append(leaf.pk)
    gone = MediaItem.objects.filter(server=item.server_id, guid__in={guid for _, guid in by_work})
    gone = gone.exclude(gone_at=None).exclude(pk__in=leaves)
    watches = Watch.objects.filter(item__in=gone, withdrawn_at=None).select_related("item", "viewer")
    for watch in watches:
        for pk in by_work[watch.item.type, watch.item.guid]:
            yield pk, watch
