"""Reminders. A message can be lost, the row that asked for the work cannot."""

from celery import shared_task
from django.utils import timezone

import accounts.tasks
import deletions.tasks
import media.tasks
from accounts.models import Installation, Job, PlexServer
from media.models import Webhook
from plaxe import backup

TASKS = {
    Job.Kind.VIEWERS: accounts.tasks.sync_viewers,
    Job.Kind.LIBRARIES: media.tasks.sync_libraries,
    Job.Kind.POLL: media.tasks.poll,
    Job.Kind.ENQUEUE: deletions.tasks.enqueue,
    Job.Kind.EXECUTE: deletions.tasks.execute,
    Job.Kind.REMOVE: deletions.tasks.remove,
}


@shared_task
def reconcile() -> None:
    """Send again what was asked for and nobody does."""
    now = timezone.now()
    Installation.works(now)
    for pk in Webhook.objects.due(now).values_list("pk", flat=True):
        accounts.tasks.hint(media.tasks.handle_webhook, pk)
    for pk in PlexServer.objects.leaving().values_list("pk", flat=True):
        accounts.tasks.hint(deletions.tasks.remove, pk)
    for job in Job.objects.wanted().free(now):
        accounts.tasks.hint(TASKS[Job.Kind(job.kind)], job.server_id)


@shared_task
def back_up() -> None:
    backup.make(backup.Kind.DAILY, timezone.now())
