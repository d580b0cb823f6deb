"""What was queued and why, kept so that the fresh reading at the trigger can be compared with it."""

from typing import Any

from accounts.models import PlexServer
from media.models import Assignment, MediaFile, MediaItem, Watch


def take(server: PlexServer, item: MediaItem) -> dict[str, Any]:
    """The contract of a deletion: what must still be true of the title when its time comes."""
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


def viewer(assignment: Assignment, watch: Watch) -> dict[str, Any]:
    """One of those everybody waited for: who, when, and how we know."""
    return {
        "plex_id": assignment.viewer.plex_id,
        "name": assignment.viewer.name,
        "viewed_at": watch.last_viewed_at.isoformat(),
        "source": watch.source,
    }


def reason(assignment: Assignment, watch: Watch) -> str:
    """`Bob watched it on 2026-11-20 21:14 UTC (Plex history), assigned to the show.`"""
    when = watch.last_viewed_at.strftime("%Y-%m-%d %H:%M UTC")
    level = assignment.item.get_type_display().lower()
    return (
        f"{assignment.viewer} watched it on {when} ({watch.get_source_display()}), assigned to the {level}."
    )
