"""A server was taken: read its libraries now. An accelerator only, the wanted run is a row."""

from typing import Any

from accounts.models import PlexServer
from accounts.signals import server_taken
from accounts.tasks import hint
from media import tasks


def connect() -> None:
    server_taken.connect(sync_soon, dispatch_uid="media.wake")


def sync_soon(sender: type, server: PlexServer, **kwargs: Any) -> None:
    hint(tasks.sync_libraries, server.pk)
