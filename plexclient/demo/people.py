"""Who lives in the demo's plex.tv: people, and what a server's owner shares with them."""

import hashlib
from dataclasses import dataclass, field


@dataclass(eq=False)
class Person:
    plex_id: int
    title: str
    username: str
    email: str
    token: str = field(repr=False)
    home: bool = False
    admin: bool = False
    restricted: bool = False
    profile: str | None = None
    pin: str | None = field(default=None, repr=False)
    friendly_name: str = ""

    @property
    def uuid(self) -> str:
        return hashlib.sha256(str(self.plex_id).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        return self.friendly_name or self.title or self.username

    @property
    def protected(self) -> bool:
        return self.pin is not None


@dataclass(eq=False)
class Share:
    """One person's access to one server; `sections` None means all of them.

    An unlisted share is a home user's natural access: plex.tv's `shared_servers` does not name it,
    and only a switch to that user finds the token.
    """

    id: int
    person: Person
    token: str | None = field(repr=False)
    invited_at: int
    accepted_at: int | None
    sections: frozenset[str] | None = None
    listed: bool = True

    @property
    def pending(self) -> bool:
        return self.accepted_at is None

    def opens(self, section_key: str) -> bool:
        return self.sections is None or section_key in self.sections
