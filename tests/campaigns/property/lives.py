"""What people do in front of their televisions."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from plexclient.demo import Item
from tests.campaigns.property.frame import Frame, one_of, people, picks
from tests.campaigns.property.promise import Did
from tests.campaigns.property.town import DAY

VIEWS = ["seen"] * 4 + ["late", "very late", "half-way", "begun", "marked", "unmarked"]


class Lives(Frame):
    def saw(self, who: str, item: Item, days_ago: float = 0) -> None:
        at = self.town.wall - days_ago * DAY
        self.town.world.play(self.town.person(who), item, at=at)
        self.promise.happened(who, Did.SAW, item, int(at))

    def broke_off(self, who: str, item: Item, *, is_half_way: bool) -> None:
        self.town.world.play(self.town.person(who), item, fraction=0.5 if is_half_way else 0.001)
        self.promise.happened(who, Did.STOPPED if is_half_way else Did.TRIED, item, self.town.wall)

    def marked(self, who: str, item: Item, *, is_seen: bool) -> None:
        mark = self.town.world.mark_watched if is_seen else self.town.world.mark_unwatched
        mark(self.town.person(who), item)
        self.promise.happened(who, Did.SAW if is_seen else Did.UNMARKED, item, int(self.town.wall))

    @rule(pick=picks, who=people, how=st.sampled_from(VIEWS))
    def watches(self, pick: int, who: str, how: str) -> None:
        self.step()
        if not (item := self.leaf(pick)):
            return
        if how in ("half-way", "begun"):
            self.broke_off(who, item, is_half_way=how == "half-way")
        elif how in ("marked", "unmarked"):
            self.marked(who, item, is_seen=how == "marked")
        else:
            self.saw(who, item, days_ago={"late": 1, "very late": 40}.get(how, 0))

    @rule(pick=picks, who=people)
    def begins(self, pick: int, who: str) -> None:
        self.step()
        if item := self.leaf(pick):
            self.town.world.start_session(self.town.person(who), item)

    @rule(pick=picks, to_the_end=st.booleans())
    def stops(self, pick: int, to_the_end: bool) -> None:
        self.step()
        if session := one_of(self.town.server.sessions, pick):
            self.town.world.stop_session(session)
            if to_the_end:
                self.saw(session.person.title, session.item)

    def all_have_seen(self, pick: int) -> None:
        if item := one_of(self.waiting, pick):
            for who in self.promise.waited_for(item):
                self.saw(who, item)

    @rule(pick=picks, then=st.sampled_from([(), ("poll", "enqueue"), ("poll", "enqueue", "execute")]))
    def all_see_it(self, pick: int, then: tuple[str, ...]) -> None:
        self.step()
        self.all_have_seen(pick)
        self.run(*then)
