"""The whole state of the demo, and the verbs of watching."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from plexclient.demo.faults import Faults
from plexclient.demo.library import Item
from plexclient.demo.people import Person
from plexclient.demo.roster import When
from plexclient.demo.server import Session, ViewState
from plexclient.demo.shelves import Shelves


@dataclass(frozen=True)
class Call:
    """A request as a site received it. Status 0: nothing was answered; `delivered` False: lost on the way."""

    at: float
    site: str
    method: str
    path: str
    query: str
    status: int
    delivered: bool = True
    client_identifier: str = ""

    @property
    def rating_key(self) -> str:
        return self.path.removeprefix("/library/metadata/").partition("/")[0]


class World(Shelves):
    """Everything the sites answer from; take `lock` to look at several things at one moment."""

    def __init__(self, *, clock: Callable[[], float] = time.time, seed: int = 0) -> None:
        super().__init__(clock=clock, seed=seed)
        self.faults = Faults()
        self.deletes: list[Call] = []
        self.requests: deque[Call] = deque(maxlen=50_000)

    def record(self, call: Call, *, at_a_server: bool) -> None:
        with self.lock:
            self.requests.append(call)
            if at_a_server and call.method == "DELETE":
                self.deletes.append(call)

    def play(self, person: Person, item: Item, at: When = None, fraction: float = 1.0) -> None:
        """Past the threshold it counts and is written into the history; below it leaves an offset."""
        with self.lock:
            server = item.server
            moment = self.epoch(at)
            state = self._state(person, item)
            state.last_viewed_at = max(moment, state.last_viewed_at or 0)
            if fraction < server.played_threshold:
                state.view_offset = int(item.duration * fraction)
                server.touch()
                return
            state.view_count += 1
            state.view_offset = None
            server.record_play(server.account_id(person), item, moment)

    def mark_watched(self, person: Person, item: Item, at: When = None) -> None:
        """Leaves no row in the history, like everywhere since 2024."""
        with self.lock:
            for leaf in item.leaves():
                state = self._state(person, leaf)
                state.view_count += 1
                state.last_viewed_at = self.epoch(at)
                state.view_offset = None
            item.server.touch()

    def mark_unwatched(self, person: Person, item: Item) -> None:
        with self.lock:
            for leaf in item.leaves():
                item.server.states.pop((item.server.account_id(person), leaf.guid), None)
            item.server.touch()

    def rate(self, person: Person, item: Item, rating: float) -> None:
        with self.lock:
            self._state(person, item).rating = rating

    def start_session(
        self, person: Person, item: Item, *, view_offset: int = 0, state: str = "playing"
    ) -> Session:
        with self.lock:
            number = self.random.randrange(16**20)
            session = Session(
                key=str(item.server.next_id()),
                id=f"{number:020x}",
                person=person,
                item=item,
                started_at=self.now(),
                view_offset=view_offset,
                state=state,
            )
            item.server.sessions.append(session)
            self.announce(session)
            return session

    def stop_session(self, session: Session) -> None:
        with self.lock:
            server = session.item.server
            server.sessions = [going for going in server.sessions if going is not session]
            session.state = "stopped"
            self.announce(session)

    def announce(self, session: Session) -> None:
        """As a server does about every ten seconds, and when something changes; it does not say who it is."""
        item = session.item
        entry = {"sessionKey": session.key, "ratingKey": item.rating_key, "state": session.state}
        item.server.announcer.say("playing", **entry, viewOffset=session.view_offset)

    def _state(self, person: Person, item: Item) -> ViewState:
        return item.server.states.setdefault((item.server.account_id(person), item.guid), ViewState())
