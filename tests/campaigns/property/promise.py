"""The promise in plain words: who must see what, who has seen what, and so what may go.

It knows nothing of Plaxe, only the titles of the little Plex themselves. A copy of a movie or an episode is
its object, whatever number it bears; a season or a show is its guid, as it may be emptied and filled again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from plexclient.demo import Item, Session

Level = Item | str
EVER = 0.0


class Did(Enum):
    SAW = auto()  # to the end, or marked it
    UNMARKED = auto()
    STOPPED = auto()  # half-way
    TRIED = auto()  # stopped within the first minute
    VOUCHED = auto()  # the owner says that he has seen it
    DENIED = auto()  # the owner says that he has not


SAID = (Did.VOUCHED, Did.DENIED)


@dataclass(frozen=True)
class Event:
    did: Did
    at: float
    item: Item
    guid: str

    def concerns(self, leaf: Item) -> bool:
        """Whoever has seen a work has seen every copy of it; the owner speaks of one copy."""
        return self.item is leaf or (self.guid == leaf.guid and self.did not in SAID)


@dataclass
class Order:
    made_at: float
    optional: bool
    counts_earlier: bool

    @property
    def since(self) -> float:
        return EVER if self.counts_earlier else self.made_at


def level_of(item: Item) -> Level:
    return item if item.is_leaf else item.guid


def levels(leaf: Item) -> list[Level]:
    return [level_of(one) for one in leaf.lineage()]


def place_of(episode: Item) -> tuple[int, int]:
    return (episode.parent and episode.parent.index) or 0, episode.index or 0


class Voices(Protocol):
    def can_be_asked(self, name: str) -> bool:
        """There is a token with which to act as this person."""

    def has_fallen_silent(self, name: str) -> bool:
        """There was one, and he still may watch."""

    def is_shown(self, name: str, item: Item) -> bool:
        """What is shared with him includes the title."""


# What a show keeps, or every show of a library: `newest`, `at_least` and `first_season`, where it is said.
Rule = dict[str, int]


class Promise:
    def __init__(self, voices: Voices, sessions: Callable[[], list[Session]]) -> None:
        self.voices, self.sessions = voices, sessions
        self.protected: set[Level] = set()  # also libraries and people, by their names
        self.rules: dict[str, Rule] = {}  # of shows, and of libraries by their names
        self.assigned: dict[Level, dict[str, Order]] = defaultdict(dict)
        self.enough: dict[Level, int] = {}  # 0 is all
        self.cancelled: set[Item] = set()
        self.forgotten: set[Item] = set()
        self.once: dict[Item, dict[str, Order]] = defaultdict(dict)
        self.counts_from: dict[Item, float] = {}
        self._events: dict[str, list[Event]] = defaultdict(list)

    def happened(self, who: str, did: Did, item: Item, at: float) -> None:
        self._events[who].append(Event(did, at, item, item.guid))

    def demand(self, level: Level, quorum: int | None) -> None:
        self.enough.pop(level, None)
        if quorum is not None:
            self.enough[level] = quorum

    def forget(self, leaf: Item) -> None:
        """Nothing tells any more that it is the title that somebody spoke of; whoever knows it all the same
        may go by what was said then."""
        self.once[leaf] = self.assigned.pop(leaf, {}) | self.once[leaf]
        self.enough.pop(leaf, None)
        self.cancelled.discard(leaf)
        self.protected.discard(leaf)
        self.forgotten.add(leaf)

    def is_the_one_of_before(self, old: Item, new: Item) -> None:
        """The owner says so: all that was said of the old copy is said of the new one."""
        if old is new:
            return
        self.assigned[new] = self.assigned.pop(old, {}) | self.assigned[new]
        self.counts_from[new] = min(self.counts_from[old], self.counts_from[new])
        if old in self.enough:
            self.enough[new] = self.enough[old]
        if old in self.cancelled:
            self.cancelled.add(new)
        if old in self.protected:
            self.protected.add(new)
        for who, events in self._events.items():
            said = [Event(event.did, event.at, new, new.guid) for event in events if event.item is old]
            self._events[who] = [*events, *(event for event in said if event.did in SAID)]

    def waited_for(self, leaf: Item) -> dict[str, float]:
        """Who must see it, and from when on his views count."""
        found: dict[str, float] = {}
        orders = [order for level in levels(leaf) for order in self.assigned[level].items()]
        for who, order in orders or self.once[leaf].items():
            if not order.optional:
                found[who] = max(order.since, found.get(who, EVER))
        return found

    def has_seen(self, who: str, leaf: Item, since: float = EVER) -> bool:
        """Of somebody who cannot be asked only views and the owner's word are known."""
        start = max(since, self.counts_from[leaf])
        seen = vouched = False
        for event in self._of(who, leaf):
            if event.did in (Did.SAW, Did.VOUCHED):
                seen = seen or event.at > start
            if event.did in SAID:
                vouched = seen = event.did is Did.VOUCHED and event.at > start
            if event.did is Did.UNMARKED and not vouched and self.voices.can_be_asked(who):
                seen = False
        return vouched if self._is_unknown(who, leaf) else seen

    def is_in_the_middle(self, who: str, leaf: Item) -> bool:
        events = [event.did for event in self._of(who, leaf) if event.did is not Did.DENIED]
        return self._can_tell(who, leaf) and events[-1:] == [Did.STOPPED]

    def must_be_asked(self, leaf: Item) -> set[str]:
        return {who for who in self.waited_for(leaf) if self._can_tell(who, leaf)}

    def against(self, leaf: Item, there: list[Item]) -> Iterator[str]:
        """Why it may not go, where these are all the leaves that are there."""
        waited_for = self.waited_for(leaf)
        seen = {who for who, since in waited_for.items() if self.has_seen(who, leaf, since)}
        enough = next((self.enough[level] for level in levels(leaf) if level in self.enough), 0)
        if not waited_for:
            yield "nobody is assigned to it"
        if len(seen) < (enough or len(waited_for)):
            yield f"not seen by {sorted(waited_for.keys() - seen)}, and {enough or 'all'} must see it"
        yield from (f"{who} is half-way" for who in waited_for if self.is_in_the_middle(who, leaf))
        yield from (f"{session.person.name} is playing it" for session in self._playing(leaf))
        if "keep" in (label.lower() for label in leaf.labels):
            yield "it bears the label"
        if leaf in self.cancelled:
            yield "it was cancelled"
        yield from (f"{word} is protected" for word in self._protected(leaf))
        yield from self._ruled(leaf, there)

    def _protected(self, leaf: Item) -> Iterator[str]:
        assigned = {who for level in levels(leaf) for who in self.assigned[level]}
        words = [*levels(leaf), leaf.section.title, *assigned]
        return (str(word) for word in words if word in self.protected)

    def _ruled(self, leaf: Item, there: list[Item]) -> Iterator[str]:
        """What goes in the same file is not there for long."""
        show = [*leaf.lineage()][-1]
        rule = {**self.rules.get(leaf.section.title, {}), **self.rules.get(show.guid, {})}
        if not rule or leaf is show:
            return
        alone = (one for one in there if one is leaf or not set(one.files) & set(leaf.files))
        episodes = [one for one in alone if [*one.lineage()][-1].guid == show.guid]
        if len({place_of(one) for one in episodes if place_of(one) > place_of(leaf)}) < rule.get("newest", 0):
            yield "it is one of the newest"
        if rule.get("first_season") and place_of(leaf)[0] == 1:
            yield "it is of the first season"
        if len(episodes) <= rule.get("at_least", 0):
            yield "its show would have too few"

    def _of(self, who: str, leaf: Item) -> list[Event]:
        return [event for event in self._events[who] if event.concerns(leaf)]

    def _can_tell(self, who: str, leaf: Item) -> bool:
        return self.voices.can_be_asked(who) and self.voices.is_shown(who, leaf)

    def _is_unknown(self, who: str, leaf: Item) -> bool:
        """For whoever never could be asked the history is enough."""
        if self.voices.can_be_asked(who):
            return not self.voices.is_shown(who, leaf)
        return self.voices.has_fallen_silent(who)

    def _playing(self, leaf: Item) -> list[Session]:
        """It, or anything of its season or show."""
        mine = set(map(id, leaf.lineage()))
        return [session for session in self.sessions() if mine & set(map(id, session.item.lineage()))]
