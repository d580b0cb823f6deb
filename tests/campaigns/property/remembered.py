"""What is remembered of Plaxe from one pass to the next, to judge the next by."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deletions.models import Deletion
from plexclient.demo import Item
from tests.campaigns.property.town import MINUTE

Contract = tuple[str, str, dict[str, int]]


@dataclass
class Known:
    """A deletion as its row was when it was last looked at."""

    item: Item
    status: str
    hold: str
    contract: Contract
    date: int
    library: str
    sent: int
    waits_since: float
    delay: float
    approved: set[str] = field(default_factory=set)  # holds the owner has accepted
    may_go_at_once: bool = False  # she has said so

    def begin_to_wait(self, since: float, delay: float) -> None:
        self.waits_since, self.delay, self.may_go_at_once = since, delay, False

    def look(self, row: Deletion) -> None:
        self.status, self.hold, self.sent = row.status, row.hold, row.deletes_sent
        self.contract = contract_of(row)


@dataclass
class History:
    """Of the server: how much of it a poll has read, and since when it is shorter."""

    rows: int = 0
    short_since: float | None = None
    is_alarmed: bool = False

    def polled(self, rows: int, at: float) -> None:
        """A second look, ten minutes later, is believed."""
        if rows >= self.rows:
            self.rows, self.short_since = rows, None
        elif self.short_since is None:
            self.short_since = at
        else:
            self.is_alarmed |= at - self.short_since >= 10 * MINUTE

    def accept(self) -> None:
        self.rows, self.short_since, self.is_alarmed = 0, None, False


@dataclass
class Figures:
    examples: int = 0
    steps: int = 0
    passes: int = 0
    deletes: int = 0
    moves: int = 0  # to the trash
    holds: int = 0
    had_to_go: int = 0  # titles that had to go in the end, and did
    wrong_deletions: int = 0  # the first one ends the campaign


def date_of(row: Deletion) -> int:
    return int(datetime.fromisoformat(row.snapshot["added_at"]).timestamp())


def contract_of(row: Deletion) -> Contract:
    told: dict[str, Any] = row.snapshot
    return told["type"], told["guid"], {file["path"]: file["size"] for file in told["files"]}


def facts_of(item: Item) -> Contract:
    versions = [media for media in item.media if media.proxy_type is None]
    return item.type, item.guid, {part.file: part.size for media in versions for part in media.parts}
