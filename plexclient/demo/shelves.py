"""Putting titles on a demo server's shelves, and taking them off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack

from plexclient.demo.library import Item, Kind, Media, Section, digest, external_guids, plex_guid
from plexclient.demo.roster import Roster
from plexclient.demo.server import Server

MINUTE = 60_000


class Details(TypedDict, total=False):
    """What may be said of a new item; everything has a plausible default."""

    year: int
    duration: int
    size: int
    file: str
    added_at: datetime | float
    updated_at: datetime | float
    guid: str
    guids: Sequence[str]
    edition: str
    labels: Sequence[str]
    summary: str
    originally_available_at: str


class Shelves(Roster):
    def add_section(
        self, title: str, kind: Literal["movie", "show"] = "movie", *, server: Server | None = None
    ) -> Section:
        with self.lock:
            home = server or self.server
            key = str(len(home.sections) + 1)
            uuid = digest("section", home.machine_identifier, key)
            section = Section(
                key=key,
                type=kind,
                title=title,
                uuid=f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:32]}",
                location=f"/media/{title}",
                created_at=self.now(),
                server=home,
            )
            home.sections.append(section)
            return section

    def add_movie(self, title: str, *, section: Section | None = None, **details: Unpack[Details]) -> Item:
        with self.lock:
            shelf = section or self._section("movie")
            year = details.get("year", 2020)
            name = f"{title} ({year})" + (f" - {details['edition']}" if "edition" in details else "")
            item = self._new("movie", title, shelf, plex_guid("movie", title, year), details)
            item.year = year
            self._fill(item, f"{shelf.location}/{title} ({year})/{name}.mkv", 104 * MINUTE, details)
            return item

    def add_show(self, title: str, *, section: Section | None = None, **details: Unpack[Details]) -> Item:
        with self.lock:
            shelf = section or self._section("show")
            year = details.get("year", 2020)
            item = self._new("show", title, shelf, plex_guid("show", title, year), details)
            item.year, item.index, item.duration = year, 1, details.get("duration", 45 * MINUTE)
            return item

    def add_season(self, show: Item, index: int | None = None, **details: Unpack[Details]) -> Item:
        """Index 0 holds the specials."""
        with self.lock:
            number = len(show.children) + 1 if index is None else index
            title = f"Season {number}" if number else "Specials"
            item = self._new("season", title, show, plex_guid("season", show.guid, number), details)
            item.index = number
            return item

    def add_episode(
        self, season: Item, title: str = "", index: int | None = None, **details: Unpack[Details]
    ) -> Item:
        """Two episodes given one `file` share it."""
        with self.lock:
            show = season.parent or season
            number = len(season.children) + 1 if index is None else index
            guid = plex_guid("episode", season.guid, number)
            name = title or f"Episode {number}"
            item = self._new("episode", name, season, guid, details)
            item.index, item.year = number, details.get("year", show.year)
            folder = f"{season.section.location}/{show.title}/Season {season.index:02d}"
            file = f"{folder}/{show.title} - S{season.index:02d}E{number:02d}.mkv"
            self._fill(item, file, 45 * MINUTE, details)
            return item

    def add_version(
        self, item: Item, *, file: str = "", size: int = 1_500_000_000, proxy_type: int | None = None
    ) -> Media:
        with self.lock:
            name = file or f"{item.section.location}/{item.title} - version {len(item.media) + 1}.mkv"
            return item.server.add_media(item, file=name, size=size, proxy_type=proxy_type)

    def delete(self, item: Item) -> None:
        """As if its file had been deleted by somebody in Plex: no DELETE is logged."""
        with self.lock:
            item.server.remove(item)

    def scan(self, server: Server | None = None) -> None:
        with self.lock:
            (server or self.server).scan()

    def swap_keys(self, one: Item, other: Item) -> None:
        """What a rebuilt or restored database does: rating keys name other items than before."""
        with self.lock:
            one.rating_key, other.rating_key = other.rating_key, one.rating_key
            one.server.items[one.rating_key] = one
            other.server.items[other.rating_key] = other
            one.server.touch(one.section)

    def rebuild(self, server: Server | None = None, *, shift: int = 1, forgets: bool = False) -> None:
        """As a database that was built anew numbers it: each item has the key of another one. Its history
        follows the items, as Plex keeps it by guid; or it `forgets`, and its rows bear the keys of before."""
        with self.lock:
            (server or self.server).rebuild(shift, forgets=forgets)

    def _section(self, kind: Literal["movie", "show"]) -> Section:
        return next(section for section in self.server.sections if section.type == kind)

    def _new(self, kind: Kind, title: str, shelf: Section | Item, guid: str, details: Details) -> Item:
        parent = shelf if isinstance(shelf, Item) else None
        section = shelf.section if isinstance(shelf, Item) else shelf
        server = section.server
        added_at = self.epoch(details.get("added_at"))
        guid = details.get("guid", guid)
        item = Item(
            rating_key=str(server.next_id()),
            type=kind,
            title=title,
            guid=guid,
            section=section,
            added_at=added_at,
            updated_at=self.epoch(details.get("updated_at", added_at)),
            originally_available_at=details.get("originally_available_at", ""),
            summary=details.get("summary", ""),
            edition=details.get("edition", ""),
            guids=tuple(details.get("guids", external_guids(guid))),
            labels=[*details.get("labels", ())],
            parent=parent,
        )
        server.place(item)
        return item

    def _fill(self, item: Item, file: str, duration: int, details: Details) -> None:
        item.duration = details.get("duration", duration)
        size = details.get("size", 2_400_000_000)
        item.server.add_media(item, file=details.get("file", file), size=size)
