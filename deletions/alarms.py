"""What holds everything on a server until the owner has said that all is well.

An alarm is a state of the server, which whoever reads the server writes down; it is here that it holds what
becomes due, and no word about a single title overrides it. One kind of alarm is one line in SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import PlexServer
from accounts.wording import moment
from accounts.wording import sentence as _
from deletions import restored
from deletions.models import Deletion, Hold
from media.models import HistoryCursor
from media.sync import recognition


@dataclass(frozen=True)
class Source:
    """`words`, of a server that was just read, are empty while all is well; `accept` says False when there
    was nothing to accept.

    `mark` finds the servers it may be the matter with, so that pages need not ask each of them.
    """

    subject: str
    mark: Q
    words: Callable[[PlexServer], str]
    accept: Callable[[PlexServer, datetime], bool]


def _of_history(server: PlexServer) -> str:
    cursor = getattr(server, "history_cursor", None)
    return cursor.alarm if cursor else ""


def _accept_history(server: PlexServer, now: datetime) -> bool:
    return HistoryCursor.of(server).accept_shorter()


def _of_damage(server: PlexServer) -> str:
    if server.damaged_at is None:
        return ""
    return _(
        "%(server)s said on %(when)s that its database is damaged. What it says of who has seen what may be "
        "wrong. Nothing is deleted until you have repaired it and say so.",
        server=server,
        when=moment(server.damaged_at),
    )


def _accept_damage(server: PlexServer, now: datetime) -> bool:
    return server.trust()


SOURCES = {
    Hold.RESTORED: Source(_("Restored"), Q(restored_from__isnull=False), restored.alarm, restored.accept),
    Hold.DAMAGED: Source(_("Database"), Q(damaged_at__isnull=False), _of_damage, _accept_damage),
    Hold.SECTIONS: Source(
        _("Libraries"), Q(sections__changed_at__isnull=False), recognition.alarm, recognition.accept
    ),
    Hold.HISTORY: Source(
        _("Watch history"), Q(history_cursor__shrank_at__isnull=False), _of_history, _accept_history
    ),
}


def marked() -> Q:
    """Servers with which something may be the matter."""
    return reduce(or_, (source.mark for source in SOURCES.values()))


def told() -> list[str]:
    """What is the matter anywhere, in words."""
    return [
        words for found in of_each(PlexServer.objects.filter(marked())).values() for words in found.values()
    ]


def raised(server: PlexServer) -> dict[Hold, str]:
    """What is the matter, in words; empty when all is well."""
    return of_each(PlexServer.objects.filter(pk=server.pk))[server.pk]


def of_each(servers: QuerySet[PlexServer]) -> dict[int, dict[Hold, str]]:
    """The same of several, by primary key, as the rows say at this moment. Two queries however many."""
    read = recognition.with_changes(servers.distinct().select_related("history_cursor"))
    return {
        server.pk: {hold: words for hold, source in SOURCES.items() if (words := source.words(server))}
        for server in read
    }


def stopping(deletion: Deletion) -> tuple[Hold, str] | None:
    """The alarm that holds this deletion, or the doubt that may become one."""
    return next(iter(raised(deletion.server).items()), None) or doubted(deletion.server)


def doubted(server: PlexServer) -> tuple[Hold, str] | None:
    """What a second look will settle: then all goes on by itself, or there is an alarm."""
    cursor = HistoryCursor.objects.filter(server=server).select_related("server").first()
    return (Hold.DOUBT, cursor.doubt) if cursor and cursor.doubt else None
