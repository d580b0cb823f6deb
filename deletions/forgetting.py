"""What is known of a server that is leaving is taken away, a portion at a time: that may take a while."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.errors import Busy
from accounts.jobs import running
from accounts.models import Job, PlexServer, PlexUser
from accounts.wording import sentence as _
from deletions.models import Deletion, Quarantined
from media.models import MediaItem

PORTION = 500  # what hangs on a row is named in the statement that takes it away


def forget(server: PlexServer, now: datetime) -> None:
    """What a crash leaves the next run takes.

    Raises Busy while other work on it is under way, which ends by itself.
    """
    with running(server, Job.Kind.REMOVE) as job:
        if other := Job.objects.filter(server=server).held(now).exclude(pk=job.pk).first():
            raise Busy(
                _("%(job)s on %(server)s is under way.", job=_(Job.Kind(other.kind).label), server=server)
            )
        Forgetting(server, job).all()


class Forgetting:
    """From the ends to the root, where the database guards that nothing is left over."""

    def __init__(self, server: PlexServer, job: Job) -> None:
        self._server, self._job = server, job
        self._kinds: tuple[models.QuerySet[Any], ...] = (
            Quarantined.objects.filter(deletion__server=server),
            Deletion.objects.filter(server=server),
            MediaItem.objects.filter(server=server).order_by("type"),  # episode, movie, season, show
        )
        self._rows, self._total = 0, sum(rows.count() for rows in self._kinds)

    def all(self) -> None:
        for rows in self._kinds:
            self._drop(rows)
        with transaction.atomic():
            viewers = list(only_there(self._server).values_list("pk", flat=True))
            self._drop(PlexServer.objects.filter(pk=self._server.pk))
            self._drop(PlexUser.objects.filter(pk__in=viewers))

    def _drop(self, rows: models.QuerySet[Any]) -> None:
        while keys := list(rows.values_list("pk", flat=True)[:PORTION]):
            rows.model.objects.filter(pk__in=keys).delete()
            self._rows += len(keys)
            self._job.renew(timezone.now(), "", self._rows, max(self._total, self._rows))


def only_there(server: PlexServer) -> models.QuerySet[PlexUser]:
    """Viewers who never could watch on another server of ours."""
    elsewhere = PlexUser.objects.filter(access__server__in=PlexServer.objects.exclude(pk=server.pk))
    return PlexUser.objects.filter(access__server=server).exclude(pk__in=elsewhere)
