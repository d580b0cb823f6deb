"""When viewers are looked at. Messages are hints: what must happen is in the rows."""

import logging
from functools import partial

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone

from accounts import sync
from accounts.jobs import for_each_server

logger = logging.getLogger(__name__)


def hint(task: Task, *args: int) -> None:
    """Say "look now" once the rows are there. A message that gets lost loses nothing."""
    transaction.on_commit(partial(_publish, task, args))


def _publish(task: Task, args: tuple[int, ...]) -> None:
    try:
        task.apply_async(args)
    except Exception as problem:  # noqa: BLE001 -- whatever a broker comes up with, the caller has done its work
        logger.warning("No hint for %s: %s", task.name, problem)


@shared_task
def sync_viewers(server_id: int | None = None) -> None:
    for_each_server(server_id, lambda server: sync.sync_viewers(server, timezone.now()))
