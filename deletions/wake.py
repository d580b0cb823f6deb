"""Something was learned: look at the queue now. An accelerator only, the periodic pull stays the truth."""

from typing import Any

from accounts.models import PlexServer
from accounts.tasks import hint
from deletions import tasks
from media.counterparts import waiting_on
from media.signals import plays_recorded, protected


def connect() -> None:
    plays_recorded.connect(enqueue_soon, dispatch_uid="deletions.wake")
    protected.connect(enqueue_soon, dispatch_uid="deletions.wake")


def enqueue_soon(sender: type, server: PlexServer, **kwargs: Any) -> None:
    for pk in (server.pk, *waiting_on(server)):
        hint(tasks.enqueue, pk)
