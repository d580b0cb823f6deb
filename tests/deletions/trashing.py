"""A Plex whose files are real and lie where Plaxe sees them too."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import PlexServer
from deletions import queue
from deletions.models import Deletion
from media.sync import sync_server
from plexclient.demo import Item, World

QueueUp = Callable[..., list[Deletion]]
FILMS, SERIES = "/data/films", "/data/series"
LONG_AGO = timezone.now() - timedelta(days=9)


def add(world: World, title: str = "Heron Lake") -> Item:
    """A film whose file is there."""
    path = f"{FILMS}/{title}/film.mkv"
    put(world, path, b"heron")
    return world.add_movie(title, added_at=LONG_AGO, file=path, size=5)


def enqueued(server: PlexServer) -> int:
    """How many titles a full look at the libraries, and then at the queue, brings into it."""
    sync_server(server, timezone.now(), full=True)
    return queue.enqueue_complete(server, timezone.now()).enqueued


def put(world: World, path: str, content: bytes) -> Path:
    """A file under the path by which the server knows it."""
    root = next(name for name in world.server.disk if path.startswith(f"{name}/"))
    place = world.server.disk[root] / path.removeprefix(f"{root}/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def place_of(world: World, item: Item) -> Path:
    [path] = item.files
    root = next(name for name in world.server.disk if path.startswith(f"{name}/"))
    return world.server.disk[root] / path.removeprefix(f"{root}/")
