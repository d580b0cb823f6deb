"""What stands on a demo server's shelves: sections, items, their versions and files."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from plexclient.demo.server import Server

Kind = Literal["movie", "show", "season", "episode"]
TYPE_NUMBERS: dict[Kind, int] = {"movie": 1, "show": 2, "season": 3, "episode": 4}


@dataclass(eq=False, slots=True)
class Part:
    id: int
    file: str
    size: int


@dataclass(eq=False, slots=True)
class Media:
    """One version of a leaf. `proxy_type` 42 is an optimised version made by Plex itself."""

    id: int
    parts: list[Part]
    proxy_type: int | None = None
    height: int = 1080

    @property
    def files(self) -> list[str]:
        return [part.file for part in self.parts]


@dataclass(eq=False)
class Section:
    key: str
    type: Literal["movie", "show"]
    title: str
    uuid: str
    location: str
    created_at: int
    server: "Server" = field(repr=False)
    content_changed_at: int = 1


@dataclass(eq=False, slots=True)
class Item:
    rating_key: str
    type: Kind
    title: str
    guid: str
    section: Section = field(repr=False)
    added_at: int
    updated_at: int
    year: int | None = None
    index: int | None = None
    duration: int = 0
    originally_available_at: str = ""
    summary: str = ""
    edition: str = ""
    guids: tuple[str, ...] = ()
    labels: list[str] = field(default_factory=list)
    deleted_at: int | None = None  # its files were lost, and the trash is not emptied yet
    parent: "Item | None" = field(default=None, repr=False)
    children: list["Item"] = field(default_factory=list, repr=False)
    media: list[Media] = field(default_factory=list, repr=False)

    @property
    def server(self) -> "Server":
        return self.section.server

    @property
    def is_leaf(self) -> bool:
        return self.type in {"movie", "episode"}

    @property
    def files(self) -> list[str]:
        return [file for media in self.media for file in media.files]

    def leaves(self) -> Iterator["Item"]:
        if self.is_leaf:
            yield self
        for child in self.children:
            yield from child.leaves()

    def lineage(self) -> Iterator["Item"]:
        yield self
        if self.parent:
            yield from self.parent.lineage()


def digest(*words: object) -> str:
    return hashlib.sha256("/".join(map(str, words)).encode()).hexdigest()


def plex_guid(kind: Kind, *words: object) -> str:
    """The same work has the same guid wherever and whenever it is added, as at Plex."""
    return f"plex://{kind}/{digest(kind, *words)[:24]}"


def external_guids(guid: str) -> tuple[str, ...]:
    number = int(digest(guid)[:6], 16)
    return (
        f"imdb://tt{number:08d}",
        f"tmdb://{number % 900_000 + 1000}",
        f"tvdb://{number % 700_000 + 1000}",
    )
