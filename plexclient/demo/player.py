"""People who go on watching, so that there is something to see."""

from collections.abc import Iterator
from random import Random
from threading import Event, Thread
from typing import Self

from plexclient.demo.cast import at_home, leaves
from plexclient.demo.library import Item
from plexclient.demo.people import Person
from plexclient.demo.server import Session
from plexclient.demo.titles import invented_title
from plexclient.demo.world import World

FRIEND_WATCHES_EVERY = 5
LISTED = 100
EAGER_PLAYS = 60
CALM = 4


class Player:
    """Somebody watches something every `interval` seconds; each play is a session for `session` seconds.

    First come the titles for which the fewest people of the home are missing, movies and episodes in
    turn, so that some are soon seen by all of them. When everything has been seen, something new arrives.
    After the first plays they calm down, or whoever comes late would find nothing left to happen.
    """

    def __init__(self, world: World, *, seed: int = 0, interval: float = 2.0, session: float = 1.5) -> None:
        self.world = world
        self.interval = interval
        self.session = session
        self._random = Random(seed)
        self._plays = self._programme()
        self._played = 0
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="demo player", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Whatever is playing is broken off, and not counted."""
        self._stopping.set()
        self._thread.join()

    def play_one(self) -> tuple[Person, Item]:
        """The next play, at once and without waiting."""
        with self.world.lock:
            person, item = next(self._plays)
            self.world.play(person, item)
            return person, item

    def _run(self) -> None:
        while not self._stopping.wait(self._pause()):
            session = self._begin()
            finished = not self._stopping.wait(self.session)
            self._end(session, finished=finished)

    def _pause(self) -> float:
        self._played += 1
        interval = self.interval if self._played <= EAGER_PLAYS else self.interval * CALM
        return max(0.0, interval - self.session)

    def _begin(self) -> Session:
        with self.world.lock:
            person, item = next(self._plays)
            return self.world.start_session(person, item, view_offset=item.duration // 2)

    def _end(self, session: Session, *, finished: bool) -> None:
        with self.world.lock:
            self.world.stop_session(session)
            if finished and session.item.rating_key in session.item.server.items:
                self.world.play(session.person, session.item)

    def _programme(self) -> Iterator[tuple[Person, Item]]:
        count = 0
        while True:
            item = self._wanted(movie=count % 2 == 0) or self._arrival()
            for person in self._missing(item):
                count += 1
                if item.rating_key in item.server.items:
                    yield person, item
                if count % FRIEND_WATCHES_EVERY == 0:
                    yield self._friend(), self._random.choice(leaves(self.world))

    def _missing(self, item: Item) -> list[Person]:
        states = [(person, item.server.state(person, item)) for person in at_home(self.world)]
        return [person for person, state in states if state is None or not state.view_count]

    def _wanted(self, *, movie: bool) -> Item | None:
        """Of the items somebody at home has yet to see, the one that fewest lack."""
        lacking = [(item, len(self._missing(item))) for item in leaves(self.world)]
        wanted = [(item, count) for item, count in lacking if count]
        chosen = [pair for pair in wanted if (pair[0].type == "movie") == movie] or wanted
        return min(chosen, key=lambda pair: pair[1])[0] if chosen else None

    def _arrival(self) -> Item:
        number = self._random.randrange(LISTED)
        return self.world.add_movie(invented_title(number), year=2026, size=3_100_000_000)

    def _friend(self) -> Person:
        return self._random.choice([one for one in self.world.people if not one.home])
