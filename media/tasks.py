"""When libraries and histories are read. Messages are hints: a run that is wanted is a row."""

from celery import shared_task
from django.utils import timezone

from accounts.jobs import for_each_server, running
from accounts.models import Job, PlexServer
from accounts.tasks import hint
from media import sources, sync
from media.models import HistoryCursor


@shared_task
def sync_libraries(server_id: int | None = None, full: bool = False) -> None:
    for_each_server(server_id, lambda server: _sync_libraries(server, full=full))


@shared_task
def poll(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: sources.poll(server, timezone.now()))


def ask_sync(server: PlexServer, *, full: bool = False) -> None:
    Job.of(server, Job.Kind.LIBRARIES).want(timezone.now(), full=full)
    hint(sync_libraries, server.pk)


def _sync_libraries(server: PlexServer, *, full: bool) -> None:
    if full:  # written down first: when another run is under way, the full one follows it
        Job.of(server, Job.Kind.LIBRARIES).want(timezone.now(), full=True)
    with running(server, Job.Kind.LIBRARIES) as job:
        sync.sync_server(server, timezone.now(), job=job)
    if (
        HistoryCursor.of(server).caught_up_at is None
    ):  # a new server: who saw what need not wait for the clock
        Job.of(server, Job.Kind.POLL).want(timezone.now())
        hint(poll, server.pk)
