"""A small Plex with titles that everybody has seen, which may be queued and deleted over and over again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import PlexServer
from deletions import queue
from deletions.execution import execute_due
from deletions.models import Deletion, Hold
from deletions.models.deletion import DeletionQuerySet
from media.sources import poll
from media.sync import sync_server
from plexclient.demo import Item, Running, World
from tests.campaigns.memento import Memento
from tests.neighbourhood import LAST_MONTH, LAST_WEEK, assign, connected, inhabited

# With a token that Plex hands out, with one that takes a switch at plex.tv, with none at all.
VIEWERS = ("carol", "ned", "frank")
ARMED = {"PLAXE_DRY_RUN": False, "PLAXE_DELETION_DELAY": timedelta(0)}
PATIENCE = 6  # passes, until all is settled
SIZE = 700


class Shelve(Protocol):
    """Puts titles that go together on the shelf. Together they take `SIZE` bytes."""

    def __call__(self, world: World, name: str, /) -> list[Item]: ...


def film(world: World, name: str) -> list[Item]:
    return [world.add_movie(name, added_at=LAST_MONTH, size=SIZE)]


def two_films(world: World, name: str) -> list[Item]:
    return [world.add_movie(f"{name} {part}", added_at=LAST_MONTH, size=SIZE // 2) for part in ("I", "II")]


def two_versions(world: World, name: str) -> list[Item]:
    titles = [world.add_movie(name, added_at=LAST_MONTH, size=SIZE // 2)]
    world.add_version(titles[0], size=SIZE // 2)
    return titles


def episode(world: World, name: str) -> list[Item]:
    return [world.add_episode(_season(world, name), size=SIZE, added_at=LAST_MONTH)]


def two_in_one_file(world: World, name: str) -> list[Item]:
    season = _season(world, name)
    file = f"/media/Series/{name}/both.mkv"
    return [world.add_episode(season, file=file, size=SIZE, added_at=LAST_MONTH) for _ in range(2)]


def _season(world: World, name: str) -> Item:
    return world.add_season(world.add_show(name, added_at=LAST_MONTH), added_at=LAST_MONTH)


@dataclass
class Stage:
    world: World
    running: Running
    server: PlexServer
    titles: list[Item]
    strangers: list[Item]
    _chosen: ExitStack = field(default_factory=ExitStack, repr=False)

    def choose(self, **settings: Any) -> None:
        """Until all is as before."""
        self._chosen.enter_context(override_settings(**settings))

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Whatever happens meanwhile, the rows and the shelves are afterwards as they are now."""
        self.world.requests.clear()
        self.world.deletes.clear()
        shelves = Memento(self.world.server)
        with transaction.atomic(), ExitStack() as self._chosen:
            yield
            transaction.set_rollback(True)
        shelves.restore()
        self.world.faults.clear()
        self.server.refresh_from_db()

    @contextmanager
    def waiting(self, seconds: float) -> Iterator[None]:
        """No longer than this for an answer."""
        with override_settings(PLAXE_PLEX_TIMING=replace(settings.PLAXE_PLEX_TIMING, read=seconds)):
            yield

    def go(self, *, after: timedelta = timedelta(0)) -> None:
        execute_due(self.server, timezone.now() + after)

    def is_seen(self, title: Item) -> None:
        for name in VIEWERS:
            self.world.play(self.world.person(name), title, at=LAST_WEEK)

    def sync(self) -> None:
        sync_server(self.server, timezone.now(), full=True)

    def enqueue(self) -> None:
        queue.enqueue_complete(self.server, timezone.now())

    def settle(self) -> None:
        """Pass after pass, each as long after the other as a claim lasts, until nothing is open any more."""
        for _ in range(PATIENCE):
            if not self.rows().open().exists():
                return
            self.go(after=settings.PLAXE_CLAIM_TIMEOUT * 2)
            if self.rows().filter(hold=Hold.UNWATCHED).exists():
                self.enqueue()

    def switch_off(self, site: str) -> None:
        self.running.switch_plex_tv_off() if site == "plex.tv" else self.running.switch_off()

    def switch_on(self, site: str) -> None:
        self.running.switch_plex_tv_on() if site == "plex.tv" else self.running.switch_on()

    def gone(self) -> list[str]:
        """Titles that are not there any more."""
        return self._gone([*self.titles, *self.strangers])

    def strangers_gone(self) -> list[str]:
        """Titles that are gone although they were not queued."""
        return self._gone(self.strangers)

    def _gone(self, titles: list[Item]) -> list[str]:
        there = self.world.server.items.values()
        return [item.title for item in titles if item not in there]

    def rows(self) -> DeletionQuerySet:
        return Deletion.objects.order_by("pk")


@contextmanager
def stage(shelve: Shelve) -> Iterator[Stage]:
    """Everybody has seen the titles last week, and they are due. Plaxe is armed and in a hurry: no request is
    repeated, so that each fault strikes home."""
    world = inhabited()
    strangers = [world.add_movie("Iron Orchard", added_at=LAST_MONTH)]
    titles = shelve(world, "Heron Lake")
    if season := titles[0].parent:
        strangers.append(world.add_episode(season, added_at=LAST_MONTH))
    timing = replace(settings.PLAXE_PLEX_TIMING, attempts=1, proof_waits=(0, 0, 0))
    with override_settings(**ARMED, PLAXE_PLEX_TIMING=timing), connected(world) as (server, running):
        on = Stage(world, running, server, titles, strangers)
        for title in titles:
            assign(title, *VIEWERS)
            on.is_seen(title)
        assert poll(server, timezone.now()).complete
        on.enqueue()
        yield on
