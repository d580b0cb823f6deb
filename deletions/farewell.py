"""What is kept of a title before it goes: its picture, for which nobody can ask afterwards."""

from datetime import datetime

from accounts.models import PlexServer
from deletions.execution import ExecuteReport, execute_due
from deletions.models import Deletion
from media import posters

MOST = 50  # posters in one pass; what is kept already costs nothing


def take_leave(server: PlexServer, now: datetime) -> ExecuteReport:
    """Keep the posters of what is due, and delete it."""
    _keep_posters(server, now)
    return execute_due(server, now)


def _keep_posters(server: PlexServer, now: datetime) -> None:
    due = Deletion.objects.filter(server=server, item__isnull=False).due(now)
    rows = due.select_related("item__show__server", "item__server").order_by("scheduled_for", "pk")[:MOST]
    for subject in {posters.shown(row.item) for row in rows if row.item}:
        posters.poster(subject)
