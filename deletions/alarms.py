"""What holds everything on a server until the owner has said that all is well.

An alarm is a state of the server, which whoever reads the server writes down; it is here that it holds what
becomes due, and no word about a single title overrides it. One kind of alarm is one line in SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from accounts.models import PlexServer
from accounts.wording import moment
from accounts.wording import sentence as _
from deletions import restored
from deletions.models import Deletion, Hold
from media.models import HistoryCursor
from media.sync import recognition


@dataclass(frozen=True)
class Source:
    """`words` are empty while all is well; `accept` says False when there was nothing to accept.

    `mark` finds the servers it may be the matter with, so that pages need not ask each of them.
    """

    subject: str
    mark: Q
    words: Callable[[PlexServer], str]
    accept: Callable[[PlexServer, datetime], bool]


def _of_history(server: PlexServer) -> str:
    cursor = HistoryCursor.objects.filter(server=server).select_related("server").first()
    return cursor.alarm if cursor else ""


def _accept_history(server: PlexServer, now: datetime) -> bool:
    return HistoryCursor.of(server).accept_shorter()


def _of_damage(server: PlexServer) -> str:
    damaged_at = PlexServer.objects.values_list("damaged_at", flat=True).get(pk=server.pk)
    if damaged_at is None:
        return ""
    return _(
        "%(server)s said on %(when)s that its database is damaged. What it says of who has seen what may be "
        "wrong. Nothing is deleted until you have repaired it and say so.",
        server=server,
        when=moment(damaged_at),
    )


def _accept_damage(server: PlexServer, now: datetime) -> bool:
    return server.trust()


def _of_restore(server: PlexServer) -> str:
    server.refresh_from_db(fields=["restored_from"])
    return restored.alarm(server)


SOURCES = {
    Hold.RESTORED: Source(_("Restored"), Q(restored_from__isnull=False), _of_restore, restored.accept),
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
    servers = PlexServer.objects.filter(marked()).distinct()
    return [words for server in servers for words in raised(server).values()]


def raised(server: PlexServer) -> dict[Hold, str]:
    """What is the matter, in words; empty when all is well."""
    return {hold: words for hold, source in SOURCES.items() if (words := source.words(server))}


def stopping(deletion: Deletion) -> tuple[Hold, str] | None:
    """The alarm that holds this deletion, or the doubt that may become one."""
    return next(iter(raised(deletion.server).items()), None) or doubted(deletion.server)


def doubted(server: PlexServer) -> tuple[Hold, str] | None:
    """What a second look will settle: then all goes on by itself, or there is an alarm."""
    cursor = HistoryCursor.objects.filter(server=server).select_related("server").first()
    return (Hold.DOUBT, cursor.doubt) if cursor and cursor.doubt else None
