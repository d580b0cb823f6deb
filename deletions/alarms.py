"""What holds everything on a server until the owner has said that all is well."""

from datetime import datetime

from django.db import transaction

from accounts.models import PlexServer, User
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import HistoryCursor


def of(server: PlexServer) -> str:
    """Empty when all is well."""
    cursor = HistoryCursor.objects.filter(server=server).select_related("server").first()
    return cursor.alarm if cursor else ""


def accept_shorter_history(server: PlexServer, now: datetime, *, by: User | None = None) -> bool:
    """Take the history for whole as it is now, and let go on what only that had held.

    False when there was nothing to accept.
    """
    cursor = HistoryCursor.of(server)
    with transaction.atomic():
        accepted = cursor.accept_shorter()
        if accepted:
            _entry(server, cursor.alarm, now, by).save()
            for deletion in Deletion.objects.filter(server=server, hold=Hold.HISTORY).held():
                _release(deletion, now, by)
    return accepted


def _entry(server: PlexServer, alarm: str, now: datetime, by: User | None) -> AuditEntry:
    return AuditEntry(
        at=now,
        verb=AuditEntry.Verb.APPROVED,
        by=by,
        by_name=by.username if by else "Plaxe",
        server=server,
        server_name=server.name,
        title="Watch history",
        text=alarm,
    )


def _release(deletion: Deletion, now: datetime, by: User | None) -> None:
    if deletion.move(Status.SCHEDULED, expect=(Status.HELD,)):
        AuditEntry.about(deletion, AuditEntry.Verb.APPROVED, now, by=by).save()
