"""Rows as the JSON of the commands shows them."""

from dataclasses import asdict
from typing import Any

from accounts.models import PlexServer, PlexUser
from deletions.models import Deletion, Hold, Quarantined, Status
from deletions.simulation import Departure
from media.completion import View
from media.keeping import Keeper, Rule
from media.models import LibrarySection, MediaItem, Protection, Watch
from media.protecting import Target
from media.versions import versions_of
from media.waiting import Waiting


def server(row: PlexServer) -> dict[str, Any]:
    return {
        "machine_identifier": row.machine_identifier,
        "name": row.name,
        "url": row.url,
        "version": row.version,
        "allows_deletion": row.allows_deletion,
    }


def deletion(row: Deletion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "server": row.server.machine_identifier,
        "rating_key": row.rating_key,
        "type": row.type,
        "title": row.snapshot.get("title", row.title),
        "full_title": row.title,
        "status": row.status,
        "enqueued_at": row.enqueued_at,
        "scheduled_for": row.scheduled_for,
        "finished_at": row.finished_at,
        "would_have_gone_at": row.would_have_gone_at,
        "bytes": row.bytes,
        "reasons": row.reasons,
        "hold": row.hold or None,
        "held_because": row.because or None,
        "failed_because": row.failure or None,
        "viewers": row.viewers,
        "version": row.version or None,
        "versions": _versions(row),
    }


def _versions(row: Deletion) -> list[dict[str, Any]]:
    """Among which somebody has to choose."""
    if row.status != Status.HELD or row.hold != Hold.VERSIONS or row.item is None:
        return []
    return [
        {
            "media_id": version.media_id,
            "bytes": version.bytes,
            "resolution": version.resolution or None,
            "files": [{"path": file.path, "size": file.size} for file in version.files],
        }
        for version in versions_of(row.item)
    ]


def departure(row: Departure, item: MediaItem, views: list[View]) -> dict[str, Any]:
    """A title that would have gone, or would be waiting."""
    return {
        **title(item),
        "server": item.server.machine_identifier,
        "bytes": row.size,
        "completed_at": row.completed_at,
        "would_go_at": row.at,
        "viewers": [_view(view) for view in views],
        "reasons": [_reason(view) for view in views],
    }


def _view(view: View) -> dict[str, Any]:
    return {"plex_id": view.plex_id, "name": view.name, "viewed_at": view.at, "source": view.source}


def _reason(view: View) -> str:
    return f"{view.name} watched it on {view.at:%Y-%m-%d %H:%M} UTC ({Watch.Source(view.source).label})."


def assignment(
    item: MediaItem,
    viewer: PlexUser,
    *,
    assigned: bool,
    optional: bool = False,
    any_server: bool = False,
) -> dict[str, Any]:
    return {
        "item": title(item),
        "viewer": person(viewer),
        "assigned": assigned,
        "optional": optional,
        "any_server": any_server,
    }


def title(item: MediaItem) -> dict[str, Any]:
    names = {"title": item.title, "full_title": item.full_title}
    return {"rating_key": item.rating_key, **names, "type": item.type}


def section(row: LibrarySection) -> dict[str, Any]:
    return {"key": row.key, "title": row.title, "type": row.type}


def protection(target: Target, row: Protection | None) -> dict[str, Any]:
    """What is protected and by whom; without a row what no longer is."""
    return {
        "item": title(target) if isinstance(target, MediaItem) else None,
        "section": section(target) if isinstance(target, LibrarySection) else None,
        "viewer": person(target) if isinstance(target, PlexUser) else None,
        "server": None if isinstance(target, PlexUser) else target.server.machine_identifier,
        "protected_at": row.protected_at if row else None,
        "by": row.by_name or None if row else None,
    }


def rule(keeper: Keeper, own: Rule, holds: Rule) -> dict[str, Any]:
    """What a show or a library says itself, and what holds for a show together with its library's word."""
    return {
        "item": title(keeper) if isinstance(keeper, MediaItem) else None,
        "section": section(keeper) if isinstance(keeper, LibrarySection) else None,
        "server": keeper.server.machine_identifier,
        **asdict(own),
        "holds": asdict(holds),
    }


def person(viewer: PlexUser) -> dict[str, Any]:
    return {"plex_id": viewer.plex_id, "name": viewer.name}


def waiting(row: Waiting) -> dict[str, Any]:
    return {
        "viewer": person(row.viewer),
        "total": row.total,
        "seen": row.seen,
        "left": row.left,
        "next": title(row.next) if row.next else None,
    }


def watched(item: MediaItem, viewer: PlexUser, *, seen: bool, leaves: int) -> dict[str, Any]:
    return {
        "item": title(item),
        "viewer": person(viewer),
        "seen": seen,
        "leaves": leaves,
    }


def quarantined(row: Quarantined) -> dict[str, Any]:
    return {
        "id": row.deletion_id,
        "server": row.deletion.server.machine_identifier,
        "full_title": row.deletion.title,
        "bytes": row.bytes,
        "at": row.at,
        "purge_for": row.purge_for,
        "trouble": row.trouble or None,
        "files": [{"path": file.path, "trash": file.trashed, "size": file.size} for file in row.files.all()],
    }


def told(row: dict[str, Any]) -> str:
    """A deletion for people: `12  SCHEDULED  2026-11-21 10:00  Title`, and why under it."""
    when = row["finished_at"] or row["scheduled_for"]
    why = row["held_because"] or row["failed_because"] or " ".join(row["reasons"])
    head = f"{row['id']:>5}  {row['status']:<9}  {when:%Y-%m-%d %H:%M}  {row['full_title']}"
    return f"{head}\n       {why}".rstrip()
