"""A small real Plex over HTTP, one film and one show on it, and bob who has seen what he was assigned."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions import queue
from deletions.models import Deletion
from media.models import MediaItem
from media.sync import sync_server
from plexclient.demo.library import Item
from plexclient.demo.running import Running, serve
from plexclient.demo.world import World
from tests import factories
from tests.deletions.trashing import FILMS, SERIES, place_of

ADDED = timezone.now() - timedelta(days=30)


@pytest.fixture
def world() -> World:
    world = World()
    world.add_server(world.add_person("alice", plex_id=factories.ALICE), machine_identifier="machine-1")
    world.share(world.add_person("bob", plex_id=factories.BOB, home=True))
    world.add_section("Films", "movie")
    world.add_section("Series", "show")
    return world


@pytest.fixture
def plex(world: World) -> Iterator[Running]:
    with serve(world) as running:
        yield running


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=ADDED, size=700)


@pytest.fixture
def server(db: None, plex: Running, world: World, settings: Settings) -> PlexServer:
    settings.PLAXE_PLEX_TV_URL = plex.plex_tv_url
    settings.PLAXE_DRY_RUN = False
    settings.PLAXE_DELETION_DELAY = timedelta(0)
    alice = factories.alice(plex_token=world.person("alice").token)
    return factories.server(owner=alice, url=plex.server_url("machine-1"), token=world.server.access_token)


@pytest.fixture
def folder(world: World, settings: Settings, tmp_path: Path) -> Path:
    """Films, as Plaxe sees them, and their trash; there is another folder with series."""
    for name in (FILMS, SERIES):
        world.server.disk[name] = tmp_path / name.rpartition("/")[2]
        world.server.disk[name].mkdir()
    settings.PLAXE_MEDIA_ROOTS = tuple(world.server.disk.items())
    settings.PLAXE_QUARANTINE = True
    return world.server.disk[FILMS]


@pytest.fixture
def place(world: World, film: Item) -> Path:
    """Where the film lies."""
    return place_of(world, film)


@pytest.fixture
def queue_up(server: PlexServer, world: World) -> Callable[..., list[Deletion]]:
    """Copy the libraries, let bob have seen these titles, and queue them, due at once."""

    def queue_up(*titles: Item) -> list[Deletion]:
        sync_server(server, timezone.now(), full=True)
        for title in titles:
            known = MediaItem.objects.get(rating_key=title.rating_key)
            factories.assignment(item=known, viewer=factories.bob(on=server))
            factories.watch(item=known, viewer=factories.bob(on=server), at=timezone.now())
            world.play(world.person("bob"), title)
        sync_server(server, timezone.now(), full=True)  # it was still there under its key when he had seen it
        queue.enqueue_complete(server, timezone.now())
        return [Deletion.objects.get(rating_key=title.rating_key) for title in titles]

    return queue_up


@pytest.fixture
def due(queue_up: Callable[..., list[Deletion]], film: Item) -> Deletion:
    return queue_up(film)[0]
