"""A server that Plaxe is no longer to look after: what is known of it is forgotten, and it is left as it is.

Nothing is asked of the server, so one that is gone for ever can be removed like any other.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.errors import Refused
from accounts.models import PlexServer, User
from accounts.wording import sentence
from deletions.forgetting import forget, only_there
from deletions.models import AuditEntry, Deletion, Quarantined, Status
from deletions.models.states import UNHELD
from media.models import Assignment, LibrarySection, MediaItem, Watch


@dataclass(frozen=True)
class Belongings:
    """How much is forgotten along with a server."""

    sections: int
    titles: int
    assignments: int
    watches: int
    open_deletions: int
    past_deletions: int
    viewers: int


def belongings(server: PlexServer) -> Belongings:
    deletions = Deletion.objects.filter(server=server)
    return Belongings(
        sections=LibrarySection.objects.present().filter(server=server).count(),
        titles=MediaItem.objects.leaves().filter(server=server).count(),
        assignments=Assignment.objects.filter(server=server).count(),
        watches=Watch.objects.filter(server=server).count(),
        open_deletions=deletions.open().count(),
        past_deletions=deletions.finished().count(),
        viewers=only_there(server).count(),
    )


def obstacles(server: PlexServer) -> list[str]:
    """Why it cannot be removed now, and what to do."""
    return list(_obstacles(server))


def _obstacles(server: PlexServer) -> Iterator[str]:
    sent = Deletion.objects.filter(server=server, status=Status.RUNNING).exclude(sent_at=None)
    if deletion := sent.first():
        yield _("%s is being deleted.") % deletion.title
        yield _(
            "Wait until it is known what became of it: the next pass over the queue looks. If the server is"
            " gone for good, give it up in the queue."
        )
    trashed = Quarantined.objects.filter(deletion__server=server, restored_at=None, purged_at=None).count()
    if trashed:
        words = ngettext(
            "The files of %d title are in the trash, and nobody would know of them any more.",
            "The files of %d titles are in the trash, and nobody would know of them any more.",
            trashed,
        )
        yield words % trashed
        yield _("Put them back, or delete them for good first.")


def part_from(server: PlexServer, now: datetime, *, by: User | None = None) -> Belongings:
    """All of it at once. Raises Refused as `leave` does, Busy as `forget`."""
    forgotten = leave(server, now, by=by)
    forget(server, now)
    return forgotten


def leave(server: PlexServer, now: datetime, *, by: User | None = None) -> Belongings:
    """From now on nothing is done on it any more, and it is for `forget` to take away what is known of it.

    Raises Refused while that would leave something behind that nobody looks after.
    """
    with transaction.atomic():
        _keep_workers_out(server)
        if words := obstacles(server):
            raise Refused(" ".join(words))
        forgotten = belongings(server)
        if not server.leave(now):
            raise Refused(_("It is being removed already."))
        _call_off(server, now)
        _record(server, forgotten, now, by)
    server.leaving_at = now
    return forgotten


def _keep_workers_out(server: PlexServer) -> None:
    """Until the transaction ends nothing new can refer to it, and none of its deletions can be sent."""
    if not PlexServer.objects.select_for_update().filter(pk=server.pk).values_list("pk").first():
        raise Refused(_("It was removed already."))
    list(Deletion.objects.filter(server=server).open().select_for_update().values_list("pk"))


def _call_off(server: PlexServer, now: datetime) -> None:
    """Whoever has claimed one of its deletions holds nothing any more."""
    ended = {"status": Status.CANCELLED, "finished_at": now, "leased_until": None, "fence": F("fence") + 1}
    Deletion.objects.filter(server=server).open().update(**UNHELD, **ended)


FORGOTTEN = gettext_noop(
    "Forgotten: %(titles)s titles in %(sections)s libraries, %(assignments)s assignments, %(open_deletions)s "
    "open deletions. Nothing was deleted on the server."
)


def _record(server: PlexServer, forgotten: Belongings, now: datetime, by: User | None) -> None:
    text = sentence(FORGOTTEN, **asdict(forgotten))
    verb, details = AuditEntry.Verb.DISCONNECTED, asdict(forgotten)
    AuditEntry.concerning(server, verb, now, title=server.name, text=text, by=by, **details).save()
