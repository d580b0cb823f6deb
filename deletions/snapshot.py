"""What was queued and why, kept so that the fresh reading at the trigger can be compared with it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from accounts.models import PlexServer
from media.models import Assignment, MediaFile, MediaItem, Watch

# An assignment that covers a leaf, and the view that answers it.
Pair = tuple[Assignment, Watch]


def evidence(items: Iterable[MediaItem]) -> dict[int, list[Pair]]:
    """For each leaf, by its primary key: who had to see it and did. Two queries however many leaves."""
    levels = {item.pk: [pk for pk in (item.pk, item.parent_id, item.show_id) if pk] for item in items}
    assignments = _assignments_to({pk for keys in levels.values() for pk in keys})
    views = {(watch.item_id, watch.viewer_id): watch for watch in Watch.objects.filter(item__in=levels)}
    pairs: dict[int, list[Pair]] = {}
    for leaf, keys in levels.items():
        covering = [assignment for key in keys for assignment in assignments[key]]
        covering.sort(key=lambda assignment: assignment.viewer.name)
        answered = ((assignment, views.get((leaf, assignment.viewer_id))) for assignment in covering)
        pairs[leaf] = [(assignment, watch) for assignment, watch in answered if watch]
    return pairs


def _assignments_to(keys: set[int]) -> dict[int, list[Assignment]]:
    by_item: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in Assignment.objects.filter(item__in=keys).select_related("viewer", "item"):
        by_item[assignment.item_id].append(assignment)
    return by_item


def facts(server: PlexServer, item: MediaItem, pairs: list[Pair]) -> dict[str, Any]:
    """What a deletion knows about its title and about those who watched it."""
    return {
        "rating_key": item.rating_key,
        "type": item.type,
        "title": item.full_title,
        "bytes": item.size,
        "snapshot": _contract(server, item),
        "viewers": list({pair[0].viewer_id: _viewer(*pair) for pair in pairs}.values()),
        "reasons": [_reason(*pair) for pair in pairs],
    }


def _contract(server: PlexServer, item: MediaItem) -> dict[str, Any]:
    """What must still be true of the title when its time comes."""
    return {
        "machine_identifier": server.machine_identifier,
        "rating_key": item.rating_key,
        "type": item.type,
        "guid": item.guid,
        "external_ids": item.external_ids,
        "title": item.full_title,
        "added_at": item.added_at.isoformat() if item.added_at else None,
        "files": [_described(file) for file in item.files.all() if not file.is_optimised],
    }


def _described(file: MediaFile) -> dict[str, Any]:
    return {"path": file.path, "size": file.size}


def _viewer(assignment: Assignment, watch: Watch) -> dict[str, Any]:
    return {
        "plex_id": assignment.viewer.plex_id,
        "name": assignment.viewer.name,
        "viewed_at": watch.last_viewed_at.isoformat(),
        "source": watch.source,
    }


def _reason(assignment: Assignment, watch: Watch) -> str:
    """`Bob watched it on 2026-11-20 21:14 UTC (Plex history), assigned to the show.`"""
    when = watch.last_viewed_at.strftime("%Y-%m-%d %H:%M UTC")
    level = assignment.item.get_type_display().lower()
    return (
        f"{assignment.viewer} watched it on {when} ({watch.get_source_display()}), assigned to the {level}."
    )
