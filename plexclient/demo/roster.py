"""People, their tokens, their servers, and who shares what with whom."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random
from threading import RLock
from typing import TypedDict, Unpack

from plexclient.demo.library import Section, digest
from plexclient.demo.people import Person, Share
from plexclient.demo.pins import Pin, Pins
from plexclient.demo.server import OWNER_ACCOUNT, Server

When = datetime | float | None
FIRST_PLEX_ID = 555_000_101


class Traits(TypedDict, total=False):
    home: bool
    admin: bool
    restricted: bool
    profile: str | None
    pin: str | None
    friendly_name: str


class Roster:
    def __init__(self, *, clock: Callable[[], float] = time.time, seed: int = 0) -> None:
        self.lock = RLock()
        self.clock = clock
        self.random = Random(seed)
        self.people: list[Person] = []
        self.servers: list[Server] = []
        self.pins = Pins(self.now, self.random)
        self._tokens: dict[str, Person] = {}

    def now(self) -> int:
        return int(self.clock())

    def epoch(self, when: When) -> int:
        if when is None:
            return self.now()
        return int(when.timestamp() if isinstance(when, datetime) else when)

    def add_person(self, name: str, *, plex_id: int | None = None, **traits: Unpack[Traits]) -> Person:
        """A restricted (managed) person has neither user name nor mail."""
        managed = traits.get("restricted", False)
        with self.lock:
            person = Person(
                plex_id=plex_id or FIRST_PLEX_ID + 101 * len(self.people),
                title=name,
                username="" if managed else name,
                email="" if managed else f"{name}@example.com",
                token=self._make_token(),
                **traits,
            )
            self.people.append(person)
            self._tokens[person.token] = person
            return person

    def person(self, who: str | int) -> Person:
        return next(p for p in self.people if who in {p.plex_id, p.title, p.username, p.uuid} - {""})

    def issue_token(self, person: Person) -> str:
        with self.lock:
            token = self._make_token()
            self._tokens[token] = person
            return token

    def revoke(self, token: str) -> None:
        with self.lock:
            self._tokens.pop(token, None)

    def person_with(self, token: str) -> Person | None:
        """Whom a plex.tv token names."""
        return self._tokens.get(token)

    def link_pin(self, code: str, person: Person) -> Pin | None:
        with self.lock:
            pin = self.pins.with_code(code)
            if pin and pin.token is None:
                pin.token = self.issue_token(person)
            return pin

    def add_server(
        self,
        owner: Person,
        *,
        name: str = "Attic",
        machine_identifier: str | None = None,
        version: str = "1.43.3.10828-00f62d37d",
        allow_media_deletion: bool = True,
    ) -> Server:
        with self.lock:
            server = Server(
                machine_identifier=machine_identifier or digest("server", name, len(self.servers))[:40],
                name=name,
                owner=owner,
                access_token=self._make_token(),
                version=version,
                allow_media_deletion=allow_media_deletion,
                accounts={0: "", OWNER_ACCOUNT: owner.title},
            )
            self.servers.append(server)
            return server

    @property
    def server(self) -> Server:
        return self.servers[0]

    def share(
        self,
        person: Person,
        *,
        server: Server | None = None,
        sections: Iterable[Section] | None = None,
        pending: bool = False,
        with_token: bool = True,
        listed: bool = True,
    ) -> Share:
        with self.lock:
            home = server or self.server
            now = self.now()
            share = Share(
                id=9_000_001 + self.random.randrange(900_000),
                person=person,
                token=self._make_token() if with_token and not pending else None,
                invited_at=now,
                accepted_at=None if pending else now,
                sections=None if sections is None else frozenset(section.key for section in sections),
                listed=listed,
            )
            home.shares = [kept for kept in home.shares if kept.person is not person] + [share]
            home.accounts[person.plex_id] = person.title
            return share

    def unshare(self, person: Person, *, server: Server | None = None) -> None:
        """The person leaves; the server goes on listing the account and remembering the plays."""
        with self.lock:
            home = server or self.server
            home.shares = [share for share in home.shares if share.person is not person]
            home.touch()

    def _make_token(self) -> str:
        return f"{self.random.getrandbits(160):040x}"[:20]
