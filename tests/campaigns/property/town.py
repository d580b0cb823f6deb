"""The little Plex of the campaigns: its people, its shelves, and what befalls them."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from plexclient.demo import Fault, Faults, Item, Person, Section, World
from plexclient.demo.history import History
from plexclient.demo.library import plex_guid
from plexclient.demo.web import Request
from tests import factories

MINUTE, HOUR, DAY = 60, 3600, 86_400
NAMES = ("alice", "bob", "carol", "mia", "ned", "frank")
PIN = "1234"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived, by whom it was sent, and whether its answer was an honest one."""

    who: str
    method: str
    path: str
    is_honest: bool


class Listening(Faults):
    """Faults, and a record of who asked what and was answered honestly."""

    def __init__(self, name_of: Callable[[Request], str]) -> None:
        super().__init__()
        self._name_of = name_of
        self.asked: list[Asked] = []

    @property
    def is_quiet(self) -> bool:
        return not self._faults

    def take(self, request: Request) -> Fault | None:
        fault = super().take(request)
        self.asked.append(Asked(self._name_of(request), request.method, request.path, fault is None))
        return fault


class Town:
    """alice owns the server; bob, mia (with a PIN) and ned are in her home, carol and frank are friends, and
    frank's profile gets him no token."""

    def __init__(self, start: float, disk: Path) -> None:
        """What it has lies on this disk, where Plaxe sees it too."""
        self.wall = start
        self.world = world = World(clock=lambda: self.wall)
        self.server = world.add_server(
            world.add_person("alice", plex_id=factories.ALICE, home=True, admin=True),
            name="Cellar", machine_identifier="machine-1",
        )  # fmt: skip
        self.movies, self.shows = world.add_section("Films", "movie"), world.add_section("Series", "show")
        self.server.disk["/media"] = disk
        world.share(world.add_person("bob", plex_id=factories.BOB, home=True))
        world.share(world.add_person("carol", plex_id=factories.CAROL))
        world.share(world.add_person("mia", plex_id=1004, home=True, pin=PIN), listed=False)
        world.share(world.add_person("ned", plex_id=1005, home=True, restricted=True), listed=False)
        world.share(world.add_person("frank", plex_id=1007), with_token=False)
        self.listening = world.faults = Listening(self._name_of)
        self.pins: set[str] = set()  # of whom Plaxe was told the PIN
        self.dates: dict[tuple[str, int], Item] = {}  # every title that ever stood here, by type and date
        self.removed: list[Item] = []
        self.latest = start  # that the clock ever said
        self.heard: set[str] = set()  # who has been asked what he has seen, and has said it

    def _name_of(self, request: Request) -> str:
        token = request.plex("Token")
        person = self.server.viewer_with(token) or self.world.person_with(token)
        return person.title if person else ""

    @property
    def is_well(self) -> bool:
        return self.listening.is_quiet and self.server.machine_identifier == "machine-1"

    def recover(self) -> None:
        self.listening.clear()
        self.server.machine_identifier = "machine-1"
        self.server.allow_media_deletion = True

    # --- people

    def person(self, name: str) -> Person:
        return self.world.person(name)

    def can_be_asked(self, name: str) -> bool:
        person = self.person(name)
        is_open = not person.protected or name in self.pins or self._is_listed(person)
        return self.server.token_of(person) is not None and is_open

    def can_be_read(self, name: str) -> bool:
        """All that he says, of every library."""
        shown = (self.server.opened_to(self.person(name), section.key) for section in self.server.sections)
        return self.can_be_asked(name) and all(shown)

    def has_fallen_silent(self, name: str) -> bool:
        is_present = self.server.share_of(self.person(name)) is not None
        return name in self.heard and is_present and not self.can_be_asked(name)

    def _is_listed(self, person: Person) -> bool:
        share = self.server.share_of(person)
        return share is not None and share.listed

    def is_shown(self, name: str, item: Item) -> bool:
        return self.server.opened_to(self.person(name), item.section.key)

    def reshare(self, name: str, sections: Iterable[Section] | None) -> None:
        """As it was, but for the libraries."""
        listed, token = name not in ("mia", "ned"), name != "frank"
        self.world.share(self.person(name), sections=sections, listed=listed, with_token=token)

    # --- the disk

    def put(self, item: Item) -> None:
        """Its files are there, as large as it says."""
        for part in (part for media in item.media for part in media.parts):
            place = self._place_of(part.file)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
            os.truncate(place, part.size)

    def _place_of(self, file: str) -> Path:
        [(root, folder)] = self.server.disk.items()
        return folder / file.removeprefix(f"{root}/")

    def lost(self, item: Item) -> set[str]:
        """Files of it that are not there."""
        return {file for file in item.files if not self._place_of(file).exists()}

    # --- shelves

    @property
    def leaves(self) -> list[Item]:
        return [item for item in self.server.items.values() if item.is_leaf]

    def is_there(self, item: Item) -> bool:
        return any(one is item for one in self.server.items.values())

    def date(self, kind: str, days_ago: float = 0) -> int:
        """One that no other title of its kind ever bore: dates tell titles apart."""
        date = int(self.wall - days_ago * DAY)
        while (kind, date) in self.dates:
            date -= 1
        return date

    def remember(self, item: Item) -> Item:
        self.put(item)
        self.dates[item.type, item.added_at] = item
        return item

    def add_movie(self, title: str, days_ago: float = 0, section: Section | None = None) -> Item:
        date = self.date("movie", days_ago)
        return self.remember(self.world.add_movie(title, added_at=date, section=section or self.movies))

    def add_show(self, title: str, days_ago: float = 0) -> Item:
        return self.remember(self.world.add_show(title, added_at=self.date("show", days_ago)))

    def add_season(self, show: Item, index: int | None = None, days_ago: float = 0) -> Item:
        date = self.date("season", days_ago)
        index = index or 1 + max((each.index or 0 for each in show.children), default=0)
        return self.remember(self.world.add_season(show, index, added_at=date))

    def add_episode(
        self, season: Item, index: int | None = None, days_ago: float = 0, file: str = ""
    ) -> Item:
        date = self.date("episode", days_ago)
        index = index or 1 + max((each.index or 0 for each in season.children), default=0)
        details = {"file": file} if file else {}
        return self.remember(self.world.add_episode(season, "", index, added_at=date, **details))  # type: ignore[arg-type]

    def remove(self, item: Item) -> None:
        """Somebody deletes it in Plex."""
        before = self.leaves
        self.world.delete(item)
        self.removed += [leaf for leaf in before if not self.is_there(leaf)]

    def add_again(self, gone: Item, days_ago: float = 0) -> Item:
        """The same work in the same files; Plex takes it for watched at once."""
        file = gone.files[0]
        if gone.type == "movie":
            date = self.date("movie", days_ago)
            again = self.world.add_movie(
                gone.title, section=gone.section, added_at=date, file=file, guid=gone.guid
            )
            return self.remember(again)
        season = self._season_like(gone.parent or gone)
        return self.add_episode(season, gone.index, days_ago, file)

    def _season_like(self, gone: Item) -> Item:
        there = {item.guid: item for item in self.server.items.values()}
        if gone.guid in there:
            return there[gone.guid]
        show = gone.parent or gone
        return self.add_season(there.get(show.guid) or self.add_show(show.title), gone.index)

    def match_anew(self, item: Item, number: int) -> None:
        item.guid = plex_guid(item.type, "matched anew", number)
        self._touch(item)

    def _touch(self, item: Item) -> None:
        item.updated_at = self.world.now()
        self.server.touch(item.section)

    def change_size(self, item: Item, by: int) -> None:
        item.media[0].parts[0].size += by
        self.put(item)
        self._touch(item)

    def add_version(self, item: Item, file: str, proxy_type: int | None) -> None:
        self.world.add_version(item, file=file, proxy_type=proxy_type)
        self.put(item)

    def change_file(self, item: Item, file: str) -> None:
        item.media[0].parts[0].file = file
        self.server.missing_files.discard(file)
        self.put(item)
        self._touch(item)

    def rebuild(self, order: Random, *, fresh: bool, dated: bool = False, share: float = 1.0) -> list[Item]:
        """The database is built anew: every title, or a part of them, has another number; `fresh` ones no
        title ever had, else those of others. `dated`: all bear the date of the rebuild. Plex keeps its
        history by works, so that its rows follow."""
        items = [item for item in self.server.items.values() if order.random() < share]
        old = [item.rating_key for item in items]
        new = [str(self.server.next_id()) for _ in items] if fresh else old[1:] + old[:1]
        order.shuffle(items)
        renamed = {item.rating_key: key for item, key in zip(items, sorted(new), strict=True)}
        for item in items:
            item.rating_key = renamed[item.rating_key]
        others = [item for item in self.server.items.values() if not any(item is one for one in items)]
        self.server.items = {item.rating_key: item for item in [*others, *items]}
        for row in self.server.history:
            row.rating_key = renamed.get(row.rating_key, row.rating_key)
            row.parent_key = renamed.get(row.parent_key or "", row.parent_key)
            row.grandparent_key = renamed.get(row.grandparent_key or "", row.grandparent_key)
        for section in self.server.sections:
            self.server.touch(section)
        for item in items if dated else ():
            item.added_at = self.date(item.type)
            self.remember(item)
        return items

    def shorten_history(self, count: int) -> None:
        rows = list(self.server.history)
        self.server.history = History()
        for row in rows[count:]:
            self.server.history.append(row)
