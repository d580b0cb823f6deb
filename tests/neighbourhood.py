"""A Plex over HTTP with everybody on it: whoever may watch there, in all the ways there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from accounts.sync import sync_viewers
from media.models import Assignment, MediaItem, Watch
from media.sync import sync_server
from plexclient.demo import Item, Running, World, serve
from tests import factories

LAST_MONTH = timezone.now() - timedelta(days=30)
LAST_WEEK = timezone.now() - timedelta(days=7)


def inhabited() -> World:
    """alice owns the server; bob (with a share), mia (with a PIN) and ned are in her home; carol is a friend,
    erin has not accepted yet, frank's profile gets him no token."""
    world = World()
    alice = world.add_person("alice", plex_id=factories.ALICE, home=True, admin=True)
    world.add_server(alice, name="Cellar", machine_identifier="machine-1")
    world.add_section("Films", "movie")
    world.add_section("Series", "show")
    world.share(world.add_person("bob", plex_id=factories.BOB, home=True))
    world.share(world.add_person("carol", plex_id=factories.CAROL))
    world.share(world.add_person("mia", plex_id=1004, home=True, pin="1234"), listed=False)
    world.share(world.add_person("ned", plex_id=1005, home=True, restricted=True), listed=False)
    world.share(world.add_person("erin", plex_id=1006), pending=True)
    world.share(world.add_person("frank", plex_id=1007), with_token=False)
    return world


@contextmanager
def connected(world: World) -> Iterator[tuple[PlexServer, Running]]:
    """The server as Plaxe knows it, its viewers and libraries read."""
    with serve(world) as running, override_settings(PLAXE_PLEX_TV_URL=running.plex_tv_url):
        owner = factories.alice(plex_token=world.issue_token(world.person("alice")))
        url, token = running.server_url("machine-1"), world.server.access_token
        server = factories.server(owner=owner, url=url, token=token)
        sync_viewers(server, timezone.now())
        sync_server(server, timezone.now(), full=True)
        yield server, running


def viewer(name: str) -> PlexUser:
    return PlexUser.objects.get(name=name)


def known(item: Item) -> MediaItem:
    return MediaItem.objects.get(rating_key=item.rating_key)


def assign(item: Item, *names: str) -> list[Assignment]:
    return [factories.assignment(item=known(item), viewer=viewer(name)) for name in names]


def has_seen(item: Item, name: str) -> bool:
    """As far as Plaxe knows, and so that it counts."""
    return Watch.objects.counting().filter(item=known(item), viewer=viewer(name)).exists()


def calls(world: World, path: str) -> int:
    return sum(call.path.startswith(path) for call in world.requests)
