"""What alice does in Plaxe."""

from datetime import timedelta

from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from accounts.errors import Refused
from deletions import alarms, queue, stops
from deletions.models import Deletion, Status
from media import assigning, questions, watching
from media.models import ALL, Assignment, MediaItem, Question
from plexclient.demo import Item
from tests.campaigns.property.frame import Frame, one_of, people, picks
from tests.campaigns.property.promise import Did, Order, level_of
from tests.campaigns.property.town import HOUR, PIN

VERBS = {"approve": queue.approve, "cancel": queue.cancel, "retry": queue.retry}


def order_of(assignment: Assignment) -> Order:
    return Order(assignment.assigned_at.timestamp(), assignment.is_optional, assignment.counts_earlier)


class Owner(Frame):
    def choose(self, pick: int) -> tuple[MediaItem, Item] | None:
        row = one_of(self.house.rows(), pick)
        return (row, self.house.item(row)) if row else None

    def look_again(self, row: MediaItem, item: Item) -> None:
        """After a rebuild or a return she goes by what Plaxe shows her, which may be less than before."""
        level = level_of(item)
        if level not in self.upset:
            return
        shown = self.house.assigned(row)
        self.promise.assigned[level] = {name: order_of(each) for name, each in shown.items()}
        self.promise.demand(level, row.quorum)
        if item.is_leaf and not row.deletions.filter(status=Status.CANCELLED).exists():
            self.promise.cancelled.discard(item)
        if row.rating_key == item.rating_key:
            self.upset.discard(level)

    @rule(pick=picks, who=people, optional=st.sampled_from([False] * 5 + [True]), earlier=st.booleans())
    def assigns(self, pick: int, who: str, optional: bool, earlier: bool) -> None:
        self.step()
        if chosen := self.choose(pick):
            self.look_again(*chosen)
            self.assign(*chosen, who, optional=optional, earlier=earlier)

    def assign(
        self, row: MediaItem, item: Item, who: str, *, optional: bool = False, earlier: bool = True
    ) -> None:
        try:
            assigning.assign(row, self.house.viewer(who), optional=optional, counts_earlier=earlier)
        except Refused:
            return
        orders = self.promise.assigned[level_of(item)]
        orders[who] = Order(orders[who].made_at if who in orders else self.town.wall, optional, earlier)

    @rule(pick=picks, who=people)
    def unassigns(self, pick: int, who: str) -> None:
        self.step()
        if chosen := self.choose(pick):
            row, item = chosen
            self.look_again(row, item)
            assigning.unassign(row, self.house.viewer(who))
            self.promise.assigned[level_of(item)].pop(who, None)

    @rule(pick=picks, quorum=st.sampled_from([None, ALL, 1, 2]))
    def demands(self, pick: int, quorum: int | None) -> None:
        self.step()
        if chosen := self.choose(pick):
            row, item = chosen
            self.look_again(row, item)
            assigning.demand_quorum(row, quorum)
            self.promise.demand(level_of(item), quorum)

    @rule(pick=picks, who=people, seen=st.booleans())
    def declares(self, pick: int, who: str, seen: bool) -> None:
        self.step()
        if not (chosen := self.choose(pick)):
            return
        row, _ = chosen
        leaves = [self.house.item(leaf) for leaf in row.leaves()]
        try:
            watching.declare(row, self.house.viewer(who), self.house.now, seen=seen)
        except Refused:
            return
        for leaf in leaves:
            self.promise.happened(who, Did.VOUCHED if seen else Did.DENIED, leaf, self.town.wall)

    @rule(pick=picks, verb=st.sampled_from(["approve", "approve", "cancel", "retry"]))
    def decides(self, pick: int, verb: str) -> None:
        self.step()
        if row := one_of(self.house.deletions(), pick):
            self.decide(row, verb)

    def decide(self, row: Deletion, verb: str) -> None:
        known = self.judge.known[row.pk]
        try:
            VERBS[verb](row, self.house.now)
        except Refused:
            return
        if verb == "cancel":
            self.promise.cancelled.add(known.item)
        elif known.status == Status.CANCELLED:
            self.judge.begin_to_wait(known)
        else:
            known.approved.add(known.hold)
            known.may_go_at_once = True
        if verb == "retry":
            self.promise.cancelled.discard(known.item)
        self.judge.look()

    @rule(what=st.sampled_from(["dry", "not dry", "at once", "an hour", "a day", "no limit", "limit"]))
    def sets(self, what: str) -> None:
        self.step()
        hours = {"at once": 0, "an hour": 1, "a day": 24}.get(what)
        self.set(
            dry_run={"dry": True, "not dry": False}.get(what), hours=hours,
            items={"no limit": 0, "limit": 2}.get(what),
        )  # fmt: skip

    def set(self, *, dry_run: bool | None = None, hours: int | None = None, items: int | None = None) -> None:
        changed: dict[str, object] = {}
        if dry_run is not None:
            self.judge.dry_run = changed["PLAXE_DRY_RUN"] = dry_run
        if hours is not None:
            self.judge.delay = hours * HOUR
            changed["PLAXE_DELETION_DELAY"] = timedelta(hours=hours)
        if items is not None:
            changed["PLAXE_BRAKE_ITEMS"] = items
        self._stack.enter_context(override_settings(**changed))

    @rule(is_told=st.booleans())
    def tells_the_pin(self, is_told: bool) -> None:
        self.step()
        self.house.viewer("mia").take_pin(PIN if is_told else "")
        self.town.pins = {"mia"} if is_told else set()

    def accept_all(self) -> None:
        for hold in alarms.SOURCES:
            if stops.accept(self.house.server, hold, self.house.now):
                self.judge.accept(hold)
        self.judge.look()

    @rule(pick=picks, same=st.booleans())
    def answers(self, pick: int, same: bool) -> None:
        """What Plaxe asks her: are history and libraries right, is this title the one of before?"""
        self.step()
        self.accept_all()
        question = one_of(list(Question.objects.open().whole().order_by("pk")), pick)
        if question is None:
            return
        old, new = self.house.item(question.old), self.house.item(question.new)
        try:
            questions.answer(question, self.house.now, same=same)
        except Refused:
            return
        if same and old.is_leaf:
            self.promise.is_the_one_of_before(old, new)
            self.judge.is_one_now(old, new)
        elif old is new and old.is_leaf:  # it is, and she says that it is not
            self.promise.forget(new)
