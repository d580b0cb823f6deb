"""A server that Plaxe is no longer to look after: what is known of it is forgotten, and it is left as it is.

Nothing is asked of the server, so one that is gone for ever can be removed like any other.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser, User
from deletions.models import AuditEntry, Deletion, Quarantined, Status
from media.models import Assignment, LibrarySection, MediaItem, Watch

PORTION = 500  # what hangs on a row is named in the statement that takes it away


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
        viewers=_only_there(server).count(),
    )


def _only_there(server: PlexServer) -> models.QuerySet[PlexUser]:
    """Viewers who never could watch on another server of ours."""
    elsewhere = PlexUser.objects.filter(access__server__in=PlexServer.objects.exclude(pk=server.pk))
    return PlexUser.objects.filter(access__server=server).exclude(pk__in=elsewhere)


def obstacles(server: PlexServer) -> list[str]:
    """Why it cannot be removed now, and what to do."""
    return list(_obstacles(server))


def _obstacles(server: PlexServer) -> Iterator[str]:
    sent = Deletion.objects.filter(server=server, status=Status.RUNNING).exclude(sent_at=None)
    if deletion := sent.first():
        yield _("%s is being deleted.") % deletion.title
        yield _("Wait until it is known what became of it: the next pass over the queue looks.")
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
    """Forget it. Raises Refused while that would leave something behind that nobody looks after."""
    with transaction.atomic():
        _keep_workers_out(server)
        if words := obstacles(server):
            raise Refused(" ".join(words))
        forgotten = belongings(server)
        _record(server, forgotten, now, by)
        _forget(server)
    return forgotten


def _keep_workers_out(server: PlexServer) -> None:
    """Until the transaction ends nothing new can refer to it, and none of its deletions can be sent."""
    if not PlexServer.objects.select_for_update().filter(pk=server.pk).values_list("pk").first():
        raise Refused(_("It was removed already."))
    list(Deletion.objects.filter(server=server).open().select_for_update().values_list("pk"))


def _record(server: PlexServer, forgotten: Belongings, now: datetime, by: User | None) -> None:
    text = (
        f"Forgotten: {forgotten.titles} titles in {forgotten.sections} libraries, {forgotten.assignments} "
        f"assignments, {forgotten.open_deletions} open deletions. Nothing was deleted on the server."
    )
    verb, details = AuditEntry.Verb.DISCONNECTED, asdict(forgotten)
    AuditEntry.concerning(server, verb, now, title=server.name, text=text, by=by, **details).save()


def _forget(server: PlexServer) -> None:
    """From the ends to the root, where the database guards that nothing is left over."""
    viewers = _only_there(server)
    viewers = PlexUser.objects.filter(pk__in=list(viewers.values_list("pk", flat=True)))
    _drop(Quarantined.objects.filter(deletion__server=server))
    _drop(Deletion.objects.filter(server=server))
    _drop(MediaItem.objects.filter(server=server).order_by("type"))  # episode, movie, season, show
    _drop(PlexServer.objects.filter(pk=server.pk))
    _drop(viewers)


def _drop(rows: models.QuerySet[Any]) -> None:
    while keys := list(rows.values_list("pk", flat=True)[:PORTION]):
        rows.model.objects.filter(pk__in=keys).delete()
