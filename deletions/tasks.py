"""When the queue is looked at. Messages are hints: what must happen is in the rows."""

import logging

from celery import shared_task
from django.utils import timezone

from accounts.errors import Busy
from accounts.jobs import for_each_server
from accounts.models import Job, PlexServer
from deletions import trash
from deletions.farewell import take_leave
from deletions.forgetting import forget
from deletions.models import Deletion
from deletions.queue import enqueue_complete

logger = logging.getLogger(__name__)


@shared_task
def enqueue(server_id: int | None = None) -> None:
    for_each_server(
        server_id,
        lambda server: enqueue_complete(server, timezone.now()),
        asks=False,
        kind=Job.Kind.ENQUEUE,
    )


@shared_task
def execute(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: take_leave(server, timezone.now()), kind=Job.Kind.EXECUTE)


@shared_task
def remove(server_id: int) -> None:
    for server in PlexServer.objects.leaving().filter(pk=server_id):
        try:
            forget(server, timezone.now())
        except Busy as busy:
            logger.info("%s is not removed yet: %s", server, busy)


@shared_task
def purge_trash() -> None:
    trash.settle(timezone.now())
    trash.purge_due(timezone.now())


@shared_task
def look_again(deletion_id: int) -> None:
    trash.tell_plex(Deletion.objects.get(pk=deletion_id), timezone.now())
