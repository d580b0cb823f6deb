"""The state of one demo Plex Media Server."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plexclient.demo.announcing import Announcer
from plexclient.demo.history import History, row_of
from plexclient.demo.library import Item, Media, Part, Section
from plexclient.demo.people import Person, Share

OWNER_ACCOUNT = 1
FIRST_RATING_KEY = 101


@dataclass(slots=True)
class ViewState:
    """What the server knows of one account and one work (its guid, not its rating key)."""

    view_count: int = 0
    is_counted: bool = True  # some marks are in the list and have no `viewCount`
    last_viewed_at: int | None = None
    view_offset: int | None = None
    rating: float | None = None


@dataclass(eq=False)
class Session:
    key: str
    id: str
    person: Person
    item: Item
    started_at: int
    view_offset: int = 0
    state: str = "playing"


@dataclass(eq=False)
class Server:
    """A server and its switches; each switch is a behaviour some real server shows.

    `scans_at_once` off: emptied seasons and shows, and episodes whose shared file went with another,
    stay (with missing files) until `World.scan`. `page_limit` cuts pages silently, `paging_required`
    answers 400 to an unpaged listing, `guest_history_status` is what a non-owner gets for the history.
    `disk` says which folder of this machine stands for one of the server's: files there are real, a scan
    looks at them and a DELETE removes them.
    """

    machine_identifier: str
    name: str
    owner: Person
    access_token: str = field(repr=False)
    version: str = "1.43.3.10828-00f62d37d"
    allow_media_deletion: bool = True
    read_only: bool = False
    scans_at_once: bool = True
    page_limit: int | None = None
    paging_required: bool = False
    guest_history_status: int = 200
    subscription: bool = True
    remote_address: str | None = None
    played_threshold: float = 0.9
    has_event_source: bool = True
    announcer: Announcer = field(default_factory=Announcer, repr=False)
    sections: list[Section] = field(default_factory=list, repr=False)
    items: dict[str, Item] = field(default_factory=dict, repr=False)
    shares: list[Share] = field(default_factory=list, repr=False)
    accounts: dict[int, str] = field(default_factory=dict, repr=False)
    history: History = field(default_factory=History, repr=False)
    states: dict[tuple[int, str], ViewState] = field(default_factory=dict, repr=False)
    sessions: list[Session] = field(default_factory=list, repr=False)
    disk: dict[str, Path] = field(default_factory=dict, repr=False)
    missing_files: set[str] = field(default_factory=set, repr=False)
    revision: int = field(default=0, repr=False)
    _last_id: int = field(default=FIRST_RATING_KEY - 1, repr=False)

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def share_of(self, person: Person) -> Share | None:
        return next((share for share in self.shares if share.person is person), None)

    def account_id(self, person: Person) -> int:
        return OWNER_ACCOUNT if person is self.owner else person.plex_id

    def token_of(self, person: Person) -> str | None:
        """What opens this server as that person."""
        if person is self.owner:
            return self.access_token
        share = self.share_of(person)
        return share.token if share else None

    def state(self, person: Person, item: Item) -> ViewState | None:
        return self.states.get((self.account_id(person), item.guid))

    def opened_to(self, person: Person, section_key: str) -> bool:
        share = self.share_of(person)
        return person is self.owner or (share is not None and share.opens(section_key))

    def viewer_with(self, token: str) -> Person | None:
        """Whom a server token names; plex.tv tokens of anybody but the owner mean nothing here."""
        if token == self.access_token:
            return self.owner
        shares = (share for share in self.shares if share.token == token and not share.pending)
        return next((share.person for share in shares), None)

    def all_of(self, section: Section) -> Iterator[Item]:
        return (item for item in self.items.values() if item.section is section)

    def touch(self, section: Section | None = None) -> None:
        self.revision += 1
        if section:
            section.content_changed_at += 1

    def add_media(self, item: Item, *, file: str, size: int, proxy_type: int | None = None) -> Media:
        part = Part(id=self.next_id(), file=file, size=size)
        media = Media(id=self.next_id(), parts=[part], proxy_type=proxy_type)
        item.media.append(media)
        self.missing_files.discard(file)
        self.touch(item.section)
        return media

    def place(self, item: Item) -> None:
        self.items[item.rating_key] = item
        if item.parent:
            item.parent.children.append(item)
        self.touch(item.section)
        self.announce(item, state=5)

    def announce(self, item: Item, *, state: int) -> None:
        """State 5 is new or changed, 9 is gone."""
        ids = {"itemID": item.rating_key, "sectionID": item.section.key}
        entry = {"identifier": "com.plexapp.plugins.library", **ids, "title": item.title}
        self.announcer.say("timeline", **entry, state=state)

    def record_play(self, account_id: int, item: Item, viewed_at: int, device_id: int | None = 1) -> None:
        self.history.append(row_of(self.history.next_id(), account_id, item, viewed_at, device_id))
        self.touch()

    def remove(self, item: Item) -> None:
        """The item, all below it, and their files."""
        self._erase(file for leaf in item.leaves() for file in leaf.files)
        for child in [*item.children]:
            self.remove(child)
        self._take_out(item)
        if self.scans_at_once:
            self._tidy_after(item)

    def _tidy_after(self, item: Item) -> None:
        """Episodes and versions that shared the file go too, and whatever has nothing left in it."""
        top = [*item.lineage()][-1]
        for leaf in [*top.leaves()]:
            self._let_go(leaf)
        for holder in [*top.children, top]:
            if not holder.is_leaf and not holder.children:
                self._take_out(holder)

    def _let_go(self, leaf: Item) -> None:
        """Of versions without files; of the whole when none is left."""
        there = [media for media in leaf.media if not self.missing_files.issuperset(media.files)]
        if leaf.media and not there:
            self._take_out(leaf)
        elif len(there) < len(leaf.media):
            leaf.media = there
            self.touch(leaf.section)

    def remove_media(self, item: Item, media: Media) -> None:
        item.media.remove(media)
        self._erase(media.files)
        self.touch(item.section)
        if not item.media:
            self.remove(item)
        elif self.scans_at_once:
            self._tidy_after(item)

    def _erase(self, files: Iterable[str]) -> None:
        for file in files:
            self.missing_files.add(file)
            if real := self._on_disk(file):
                real.unlink(missing_ok=True)

    def _on_disk(self, file: str) -> Path | None:
        here = (
            there / file[len(name) + 1 :] for name, there in self.disk.items() if file.startswith(f"{name}/")
        )
        return next(here, None)

    def look_at(self, section: Section, folder: str, now: int) -> None:
        """A scan of one folder: what is no longer on the disk is marked as deleted, and what is back is not.
        With `scans_at_once` the trash is emptied as well."""
        for leaf in [item for item in self.all_of(section) if item.is_leaf]:
            real = {file: self._on_disk(file) for file in leaf.files if file.startswith(f"{folder}/")}
            self.missing_files -= {file for file, path in real.items() if path and path.is_file()}
            self.missing_files |= {file for file, path in real.items() if path and not path.is_file()}
            is_lost = bool(real) and self.missing_files.issuperset(leaf.files)
            leaf.deleted_at = (leaf.deleted_at or now) if is_lost else None
            if self.scans_at_once:
                self._tidy_after(leaf)
        self.touch(section)

    def scan(self) -> None:
        """Lets go of leaves without files, then of seasons and shows without leaves."""
        for item in [*self.items.values()]:
            if item.is_leaf:
                self._let_go(item)
        for item in reversed([*self.items.values()]):
            if not item.is_leaf and not item.children:
                self._take_out(item)

    def rebuild(self, shift: int, *, forgets: bool) -> None:
        """Every key passes to the item `shift` places before; the first ones come last."""
        keys = [*self.items]
        items = [*self.items.values()][shift:] + [*self.items.values()][:shift]
        self.items = dict(zip(keys, items, strict=True))
        named = {item.rating_key: key for key, item in self.items.items()}
        for key, item in self.items.items():
            item.rating_key = key
        if not forgets:
            for row in self.history:
                row.renumber(named)
        for section in self.sections:
            self.touch(section)

    def _take_out(self, item: Item) -> None:
        self.items.pop(item.rating_key, None)
        if item.parent and item in item.parent.children:
            item.parent.children.remove(item)
        self.sessions = [session for session in self.sessions if session.item is not item]
        self.touch(item.section)
        self.announce(item, state=9)
