"""Rows as the JSON of the commands shows them."""

from typing import Any

from accounts.models import PlexServer, PlexUser
from deletions.models import Deletion
from media.models import MediaItem
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
        "held_because": row.held_because or None,
        "failed_because": row.failure or None,
        "viewers": row.viewers,
    }


def assignment(
    item: MediaItem, viewer: PlexUser, *, assigned: bool, optional: bool = False
) -> dict[str, Any]:
    return {
        "item": title(item),
        "viewer": person(viewer),
        "assigned": assigned,
        "optional": optional,
    }


def title(item: MediaItem) -> dict[str, Any]:
    names = {"title": item.title, "full_title": item.full_title}
    return {"rating_key": item.rating_key, **names, "type": item.type}


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


def told(row: dict[str, Any]) -> str:
    """A deletion for people: `12  SCHEDULED  2026-11-21 10:00  Title`, and why under it."""
    when = row["finished_at"] or row["scheduled_for"]
    why = row["held_because"] or row["failed_because"] or " ".join(row["reasons"])
    head = f"{row['id']:>5}  {row['status']:<9}  {when:%Y-%m-%d %H:%M}  {row['full_title']}"
    return f"{head}\n       {why}".rstrip()
