"""Standing orders follow a Plex: people come and go at plex.tv, titles arrive on the server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from accounts.sync import sync_viewers
from media.models import LibrarySection, MediaItem
from media.standing import ask_everyone, set_default
from media.sync import sync_server
from plexclient.demo import Running, World, serve
from tests import factories
from tests.factories import watch

ADDED = timezone.now() - timedelta(days=30)


@pytest.fixture
def world() -> World:
    world = World()
    alice = world.add_person("alice", plex_id=factories.ALICE, home=True, admin=True)
    world.add_server(alice, machine_identifier="machine-1")
    world.add_person("bob", plex_id=factories.BOB, home=True)
    world.add_section("Films", "movie")
    world.add_movie("Heron Lake", added_at=ADDED)
    return world


@pytest.fixture
def plex(world: World) -> Iterator[Running]:
    with serve(world) as running:
        yield running


@pytest.fixture
def server(db: None, plex: Running, world: World, settings: Settings) -> PlexServer:
    """Its people and its films have been read."""
    settings.PLAXE_PLEX_TV_URL = plex.plex_tv_url
    owner = factories.alice(plex_token=world.issue_token(world.person("alice")))
    server = factories.server(owner=owner, url=plex.server_url("machine-1"), token=world.server.access_token)
    sync_viewers(server, timezone.now())
    sync_server(server, timezone.now())
    return server


def viewers_of(title: str) -> set[str]:
    item = MediaItem.objects.get(title=title)
    return set(item.assignments.values_list("viewer__name", flat=True))


def test_everyone_follows_who_joins_and_who_leaves(server: PlexServer, world: World) -> None:
    film = MediaItem.objects.get()
    ask_everyone(film)
    assert viewers_of("Heron Lake") == {"alice", "bob"}
    for name in ("alice", "bob"):
        watch(item=film, viewer=factories.viewer(world.person(name).plex_id, name, on=server))
    assert film.is_complete()
    carol = world.add_person("carol", plex_id=factories.CAROL)
    world.share(carol)
    sync_viewers(server, timezone.now())
    assert viewers_of("Heron Lake") == {"alice", "bob", "carol"}
    assert not film.is_complete()
    world.unshare(carol)
    sync_viewers(server, timezone.now())
    assert viewers_of("Heron Lake") == {"alice", "bob"}
    assert film.is_complete()


def test_what_arrives_in_a_section_is_for_its_default_viewers(server: PlexServer, world: World) -> None:
    bob = factories.viewer(factories.BOB, "bob", on=server)
    set_default(LibrarySection.objects.get(), bob, now=timezone.now())
    world.add_movie("Iron Orchard", added_at=ADDED)
    sync_server(server, timezone.now(), full=True)
    assert (viewers_of("Heron Lake"), viewers_of("Iron Orchard")) == (set(), {"bob"})
