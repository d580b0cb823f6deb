"""What would go, and what would not, if the dry run ended at this moment."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from accounts.models import PlexServer
from deletions import alarms, brake
from deletions.models import Deletion, Hold, Policy
from deletions.models.deletion import DeletionQuerySet

SHOWN = 12


def prospect(now: datetime, server: PlexServer | None = None) -> dict[str, Any]:
    """What goes first, sorted by time, how much that is, what is held, and what would stop it all. Of one
    server, or of all that have no dry run of their own."""
    servers = _armed(server)
    rows = Deletion.objects.filter(server__in=servers)
    scheduled = rows.scheduled()
    due = scheduled.filter(scheduled_for__lte=now)
    return {
        "first": scheduled.select_related("item__show").order_by("scheduled_for", "pk")[:SHOWN],
        "due": _amount(due),
        "scheduled": _amount(scheduled),
        "held": _held(rows),
        "stops": [words for server in servers for words in _stops(server, due)],
    }


def _armed(server: PlexServer | None) -> list[PlexServer]:
    return (
        [server]
        if server
        else list(PlexServer.objects.selected(None).exclude(pk__in=Policy.load().rehearsing))
    )


def _amount(rows: DeletionQuerySet) -> dict[str, int]:
    return rows.aggregate(number=Count("pk"), bytes=Sum("bytes", default=0))


def _held(rows: DeletionQuerySet) -> list[tuple[str, int]]:
    """`[("Somebody is playing it", 3), ...]`, most first."""
    counts = rows.held().values_list("hold").annotate(n=Count("pk")).order_by("-n", "hold")
    return [(str(Hold(hold).label), number) for hold, number in counts]


def _stops(server: PlexServer, due: DeletionQuerySet) -> list[str]:
    rows = due.filter(server=server).select_related("item")
    return [*alarms.raised(server).values(), *filter(None, [brake.pulled(Policy.of(server), server, rows)])]
