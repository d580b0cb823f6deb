"""When the queue is looked at. Messages are hints: what must happen is in the rows."""

from celery import shared_task
from django.utils import timezone

from accounts.jobs import for_each_server
from deletions.execution import execute_due
from deletions.queue import enqueue_complete


@shared_task
def enqueue(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: enqueue_complete(server, timezone.now()))


@shared_task
def execute(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: execute_due(server, timezone.now()))
