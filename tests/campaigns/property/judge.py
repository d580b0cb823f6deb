"""What is asserted after every pass: each DELETE might be sent, and each row tells the truth."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from deletions.models import PASSING, STICKY, Deletion, Hold, Status
from plexclient.demo import Call, Item
from tests.campaigns.property.house import House
from tests.campaigns.property.promise import Promise
from tests.campaigns.property.remembered import Figures, History, Known, contract_of, date_of, facts_of
from tests.campaigns.property.town import Asked, Town

ONE_TITLE = re.compile(r"/library/metadata/(\d+)")


@dataclass
class Before:
    """What was so when a pass began; during one nothing happens but what Plaxe does."""

    items: dict[str, Item]
    lost: dict[Item, set[str]]
    calls: int
    asked: int


@dataclass
class Act:
    """A title was deleted, or moved to the trash, by a row."""

    item: Item
    row: Deletion
    call: Call | None
    asked: list[Asked]  # since the one before
    there: list[Item]  # when it went

    @property
    def succeeded(self) -> bool:
        return self.call is None or self.call.status == 200


class Judge:
    def __init__(self, town: Town, house: House, promise: Promise, figures: Figures) -> None:
        self.town, self.house, self.promise, self.figures = town, house, promise, figures
        self.known: dict[int, Known] = {}
        self.dry_run = self.to_trash = False
        self.delay = 0.0
        self.history = History()

    def look(self, *, after: str = "") -> None:
        """Remember how the rows are now; `after` names the pass that has changed them."""
        for row in self.house.deletions():
            known = self.known.setdefault(row.pk, self._meet(row))
            if after == "enqueue" and (known.hold, row.status) == (Hold.UNWATCHED, Status.SCHEDULED):
                self.begin_to_wait(known)
            known.look(row)

    def _meet(self, row: Deletion) -> Known:
        item = self.town.dates[row.type, date_of(row)]
        return Known(
            item, row.status, row.hold, contract_of(row), date_of(row), item.section.uuid,
            sent=0, waits_since=self.house.lived, delay=self.delay,
        )  # fmt: skip

    def begin_to_wait(self, known: Known) -> None:
        known.begin_to_wait(self.house.lived, self.delay)

    def accept(self, hold: str) -> None:
        """The owner says that the server is all right as it is."""
        if hold == Hold.HISTORY:
            self.history.accept()
        for known in self.known.values():
            known.library = known.item.section.uuid if hold == Hold.SECTIONS else known.library

    def is_one_now(self, old: Item, new: Item) -> None:
        for known in self.known.values():
            known.item = new if known.item is old else known.item

    def before(self) -> Before:
        asked, calls = len(self.town.listening.asked), len(self.town.world.deletes)
        items = dict(self.town.server.items)
        lost = {item: self.town.lost(item) for item in items.values() if item.is_leaf}
        return Before(items, lost, calls, asked)

    def after(self, name: str, before: Before, *, is_done: bool) -> None:
        self.figures.passes += 1
        calls = self.town.world.deletes[before.calls :]
        if name != "execute":
            assert not calls, f"a pass of {name} has sent {calls}"
            assert all(self.town.lost(item) <= lost for item, lost in before.lost.items()), (
                f"{name} has moved"
            )
        if name == "poll":
            self._polled(is_done=is_done)
        rows = self.house.deletions()
        if name == "execute":
            self._judge_acts(calls, before, rows)
        for row in rows:
            if row.pk in self.known and row.status != self.known[row.pk].status:
                self._judge_row(row, self.known[row.pk])
        self.look(after=name)

    def _polled(self, *, is_done: bool) -> None:
        if self.town.is_well and is_done:
            self.history.polled(len(self.town.server.history), self.town.wall)
        else:
            self.history.short_since = None

    # --- what was sent

    def _judge_acts(self, calls: list[Call], before: Before, rows: list[Deletion]) -> None:
        self.figures.deletes += len(calls)
        paths = [call.path for call in calls]
        assert len(paths) == len(set(paths)), f"sent twice in one pass: {paths}"
        sent = [row for row in rows if row.deletes_sent > self._sent_before(row)]
        acts = list(self._acts(calls, before, sent))
        self.figures.moves += len(acts) - len(calls)
        self._judge_disk(acts, before)
        for act in acts:
            wrong = [*self._wrong(act, before)]
            assert not wrong, f"{act.row.title} must not go: {'; '.join(wrong)}"
        freely = [act for act in acts if act.succeeded and Hold.BRAKE not in self.known[act.row.pk].approved]
        limit = settings.PLAXE_BRAKE_ITEMS
        assert not limit or len(freely) <= limit, f"{len(freely)} went in one pass, and {limit} is the limit"

    def _acts(self, calls: list[Call], before: Before, sent: list[Deletion]) -> Iterator[Act]:
        """What was deleted, in that order, and then what was moved."""
        begin, there = before.asked, [*before.lost]
        for call in calls:
            row = next((one for one in sent if call.path == f"/library/metadata/{one.rating_key}"), None)
            assert row, f"no row says why {call.path} was deleted"
            match = ONE_TITLE.fullmatch(call.path)
            item = before.items.get(match[1]) if match else None
            assert item is not None, f"{call.path} is no title"
            assert item.is_leaf, f"{call.path} is no movie and no episode"
            end = self._place_of(call, begin)
            yield Act(item, row, call, self.town.listening.asked[begin:end], there)
            begin, there = end, [one for one in there if one is not item or not self._has_lost(item, before)]
        deleted = {row.pk for row in sent if f"/library/metadata/{row.rating_key}" in {c.path for c in calls}}
        for row in (row for row in sent if row.pk not in deleted):
            item = self._item_of(row)
            assert item is not None, f"{row.title} was sent before it was queued"
            yield Act(item, row, None, self.town.listening.asked[before.asked :], there)
            there = [one for one in there if one is not item]

    def _judge_disk(self, acts: list[Act], before: Before) -> None:
        """Nothing but what was acted on has lost files that are on nobody else's account."""
        accounted = {file for act in acts for file in act.item.files}
        for item, lost in before.lost.items():
            astray = self.town.lost(item) - lost - accounted
            assert not astray, f"{astray} of {item.title} went, and no row says why"

    def _has_lost(self, item: Item, before: Before) -> bool:
        return self.town.lost(item) != before.lost[item]

    def _item_of(self, row: Deletion) -> Item | None:
        return self.known[row.pk].item if row.pk in self.known else None

    def _sent_before(self, row: Deletion) -> int:
        return self.known[row.pk].sent if row.pk in self.known else 0

    def _place_of(self, call: Call, begin: int) -> int:
        """Behind it, among all that was asked."""
        asked = [(each.method, each.path) for each in self.town.listening.asked]
        return asked.index(("DELETE", call.path), begin) + 1

    def _wrong(self, act: Act, before: Before) -> Iterator[str]:
        item, known = act.item, self.known.get(act.row.pk)
        if known is None or known.item is not item:
            yield f"its number stands for {item.title} ({item.guid})"
        else:
            yield from self._wrong_by_row(known)
            yield from self._wrong_by_way(act, known)
            yield from self._wrong_by_server(known)
            yield from self._wrong_by_title(known, item)
            yield from self._unknown(item, act.asked)
            yield from self.promise.against(item, act.there)
            yield from self._wrong_by_neighbours(item, before, act.there)

    def _wrong_by_way(self, act: Act, known: Known) -> Iterator[str]:
        if act.call and self.to_trash and Hold.QUARANTINE not in known.approved:
            yield "it belongs into the trash"
        if act.call is None and not self.to_trash:
            yield "it does not belong into the trash"

    def _wrong_by_row(self, known: Known) -> Iterator[str]:
        if known.status in STICKY or (known.status == Status.HELD and known.hold not in PASSING):
            yield f"it was {known.status} {known.hold} and nobody has said that it may go on"
        if self.dry_run:
            yield "it is a dry run"
        waited = self.house.lived - known.waits_since
        if waited < known.delay and not known.may_go_at_once:
            yield f"it has waited {waited} s of {known.delay}"

    def _wrong_by_server(self, known: Known) -> Iterator[str]:
        if self.town.server.machine_identifier != "machine-1":
            yield "it is another server"
        if not self.town.server.allow_media_deletion:
            yield "Plex does not allow it"
        if self.history.is_alarmed:
            yield "the history has shrunk"
        if self.history.short_since is not None:
            yield "the history may have shrunk"
        if known.item.section.uuid != known.library:
            yield "its library is another"

    def _wrong_by_title(self, known: Known, item: Item) -> Iterator[str]:
        if facts_of(item) != known.contract:
            yield f"it was {known.contract} and is {facts_of(item)}"
        versions = [media for media in item.media if media.proxy_type is None]
        if len(versions) > 1 and Hold.VERSIONS not in known.approved:
            yield "it has several versions"

    def _wrong_by_neighbours(self, item: Item, before: Before, there: list[Item]) -> Iterator[str]:
        for other in before.items.values():
            if other is not item and set(other.files) & set(item.files):
                keeps = self._keeps(other, there)
                yield from (f"{other.title}, which shares its file: {words}" for words in keeps)

    def _keeps(self, other: Item, there: list[Item]) -> Iterator[str]:
        yield from self.promise.against(other, there)
        if not any(known.item is other and known.status not in STICKY for known in self.known.values()):
            yield "it was not queued"

    def _unknown(self, item: Item, asked: list[Asked]) -> Iterator[str]:
        """What was not asked since the DELETE before, or not answered honestly."""
        heard = Counter((each.who, each.path) for each in asked if each.method == "GET" and each.is_honest)
        path = f"/library/metadata/{item.rating_key}"
        must = Counter({("alice", "/"): 1, ("alice", "/status/sessions"): 1, ("alice", path): 1})
        must.update((who, path) for who in self.promise.must_be_asked(item))
        yield from (f"{who} was not heard about {path}" for who, path in must - heard)

    # --- what rows say

    def _judge_row(self, row: Deletion, known: Known) -> None:
        self.figures.holds += row.status == Status.HELD
        if row.status in (Status.DELETED, Status.GONE):
            assert not self._is_there(known), f"{row.title} is {row.status}, and it is there"
        if row.status == Status.FAILED:
            assert self._is_there(known), f"{row.title} has failed, and it is gone"

    def _is_there(self, known: Known) -> bool:
        """In a file in which it was queued, which is still on the disk, and with the date of then."""
        files = set(known.item.files) - self.town.lost(known.item)
        is_it = known.item.added_at == known.date and known.item not in self.promise.forgotten
        return is_it and bool(files & known.contract[2].keys()) and self.town.is_there(known.item)
