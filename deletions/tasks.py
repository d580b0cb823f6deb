"""When the queue is looked at. Messages are hints: what must happen is in the rows."""

from celery import shared_task
from django.utils import timezone

from accounts.jobs import for_each_server
from accounts.models import Job
from deletions import trash
from deletions.farewell import take_leave
from deletions.models import Deletion
from deletions.queue import enqueue_complete


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
def purge_trash() -> None:
    trash.settle(timezone.now())
    trash.purge_due(timezone.now())


@shared_task
def look_again(deletion_id: int) -> None:
    trash.tell_plex(Deletion.objects.get(pk=deletion_id), timezone.now())
