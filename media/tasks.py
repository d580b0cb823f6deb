"""When libraries and histories are read. Messages are hints: a run that is wanted is a row."""

from celery import shared_task
from django.utils import timezone

from accounts.connecting import reach
from accounts.jobs import for_each_server, running
from accounts.models import Allowance, Job, PlexServer
from accounts.tasks import hint
from media import playing, sources, sync
from media.models import HistoryCursor, Webhook
from media.webhooks.handling import handle


@shared_task
def sync_libraries(server_id: int | None = None, full: bool = False) -> None:
    for_each_server(server_id, lambda server: _sync_libraries(server, full=full))


@shared_task
def poll(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: sources.poll(server, timezone.now()), kind=Job.Kind.POLL)


@shared_task
def handle_webhook(pk: int) -> None:
    for webhook in Webhook.objects.filter(pk=pk).select_related("server__owner", "viewer"):
        handle(webhook, timezone.now())


@shared_task
def refresh_sessions(server_id: int | None = None) -> None:
    for_each_server(server_id, _refresh_sessions)


def _refresh_sessions(server: PlexServer) -> None:
    """Only where the server does not tell by itself."""
    now = timezone.now()
    if server.is_live(now) or Webhook.objects.told_lately(server, now):
        return
    playing.refresh(server, reach(server, now), now)


@shared_task
def forget() -> None:
    now = timezone.now()
    Webhook.objects.forget(now)
    Allowance.forget(now)


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
