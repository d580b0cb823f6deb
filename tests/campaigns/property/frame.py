"""What the state machine stands on: a town, a house in it, and what is noted of both."""

from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TypeVar

from django.db import transaction
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from plexclient.demo import Item, serve
from tests.campaigns.property.house import House
from tests.campaigns.property.judge import Judge
from tests.campaigns.property.promise import Level, Promise
from tests.campaigns.property.remembered import Figures
from tests.campaigns.property.town import NAMES, Town

T = TypeVar("T")
START = 1_800_000_000.0
LONG_AGO = 30
# Chooses one of whatever there is; how many there are makes no difference to what is drawn.
picks = st.integers(0, 2**10)
people = st.sampled_from(NAMES)


def one_of(things: list[T], pick: int) -> T | None:
    return things[pick % len(things)] if things else None


class Frame(RuleBasedStateMachine):
    """A town, a house in it, and what is noted of both."""

    total = Figures()

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._stack.enter_context(transaction.atomic())
        self._stack.callback(transaction.set_rollback, True)
        disk = Path(self._stack.enter_context(TemporaryDirectory(prefix="plaxe-films-")))
        self.town = town = Town(START, disk)
        town.world.random = Random(0)
        plex = self._stack.enter_context(serve(town.world))
        self._stack.enter_context(override_settings(PLAXE_PLEX_TV_URL=plex.plex_tv_url))
        roots = tuple(town.server.disk.items())
        self._stack.enter_context(override_settings(PLAXE_MEDIA_ROOTS=roots))
        self.sessions = town.server.sessions
        self.promise = Promise(town, lambda: self.sessions)
        for number in range(3):
            self.arrived(town.add_movie(f"Film {number}", LONG_AGO))
        show = town.add_show("Show", LONG_AGO)
        for episodes in (2, 1):
            season = town.add_season(show, days_ago=LONG_AGO)
            for _ in range(episodes):
                self.arrived(town.add_episode(season, days_ago=LONG_AGO))
        self.house = House(town, plex)
        self._stack.callback(self.house.leave)
        self.judge = Judge(town, self.house, self.promise, self.total)
        self.upset: set[Level] = set()
        self.is_calm = False  # nothing is the matter with the server
        self.changed: dict[Item, set[str]] = defaultdict(set)  # since the libraries were last read

    def arrived(self, item: Item) -> None:
        self.promise.counts_from[item] = item.added_at

    def teardown(self) -> None:
        self._stack.close()

    def change(self, item: Item, what: str) -> None:
        """A title that has another number and is otherwise not what it was cannot be known again."""
        self.changed[item].add(what)
        if "key" in self.changed[item] and len(self.changed[item]) > 1:
            self.promise.forget(item)

    def tick(self) -> None:
        """No two things happen at the same moment."""
        self.house.wait(7)

    def step(self) -> None:
        self.total.steps += 1
        self.tick()

    @property
    def waiting(self) -> list[Item]:
        """What somebody must see."""
        return [leaf for leaf in self.town.leaves if self.promise.waited_for(leaf)]

    def leaf(self, pick: int) -> Item | None:
        """More often than not one that matters."""
        return one_of([*self.waiting * 3, *self.town.leaves], pick)

    def learned_by(self, name: str) -> None:
        if name == "full sync":
            self.changed.clear()
        if name == "poll":
            needed = {who for leaf in self.waiting for who in self.promise.waited_for(leaf)}
            self.town.heard.update(who for who in needed if self.town.can_be_read(who))

    def run(self, *names: str) -> None:
        for name in names:
            self.tick()
            for item in self.town.leaves:
                self.promise.counts_from[item] = min(self.promise.counts_from[item], self.town.wall)
            self.sessions = [*self.town.server.sessions]
            before = self.judge.before()
            is_done = self.house.run(name)
            self.judge.after(name, before, is_done=is_done)
            if is_done and self.town.is_well:
                self.learned_by(name)
        self.sessions = self.town.server.sessions
