"""A server was taken: read its libraries now. Its people were read: the standing orders follow them.

Accelerators only: the wanted run is a row, and every reading of the libraries fulfils the orders too.
"""

from typing import Any

from django.utils import timezone

from accounts.models import PlexServer
from accounts.signals import server_taken, viewers_synced
from accounts.tasks import hint
from media import standing, tasks


def connect() -> None:
    server_taken.connect(sync_soon, dispatch_uid="media.wake")
    viewers_synced.connect(follow_viewers, dispatch_uid="media.wake")


def sync_soon(sender: type, server: PlexServer, **kwargs: Any) -> None:
    hint(tasks.sync_libraries, server.pk)


def follow_viewers(sender: type, server: PlexServer, **kwargs: Any) -> None:
    standing.fulfil(server, timezone.now())
