from collections.abc import Callable, Iterator

import pytest

from plexclient.demo import Person, Running, World, serve, small_world
from tests.demo.asking import Client


@pytest.fixture
def world() -> World:
    return small_world()


@pytest.fixture
def running(world: World) -> Iterator[Running]:
    with serve(world) as running:
        yield running


@pytest.fixture
def server(world: World, running: Running) -> Client:
    """The media server, as alice."""
    return Client(running.server_url(), world.server.access_token)


@pytest.fixture
def as_person(world: World, running: Running) -> Callable[[str], Client]:
    """The media server, as somebody with whom it is shared."""

    def client(name: str) -> Client:
        return Client(running.server_url(), world.server.token_of(world.person(name)) or "")

    return client


@pytest.fixture
def cloud(world: World, running: Running) -> Client:
    """plex.tv, as alice."""
    return Client(running.plex_tv_url, world.person("alice").token)


@pytest.fixture
def stranger(running: Running) -> Client:
    return Client(running.plex_tv_url)


@pytest.fixture
def alice(world: World) -> Person:
    return world.person("alice")


@pytest.fixture
def bob(world: World) -> Person:
    return world.person("bob")


@pytest.fixture
def carol(world: World) -> Person:
    return world.person("carol")
