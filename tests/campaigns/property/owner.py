"""What alice does in Plaxe."""

from dataclasses import asdict
from datetime import timedelta

from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from accounts.errors import Refused
from deletions import alarms, protecting, queue, stops, trash
from deletions.models import Deletion, Status
from media import assigning, keeping, questions, watching
from media.keeping import Keeper
from media.models import ALL, Assignment, KeepRule, MediaItem, Protection, Question
from media.protecting import Target
from plexclient.demo import Item
from tests.campaigns.property.frame import Frame, one_of, people, picks
from tests.campaigns.property.promise import Did, Level, Order, Rule, level_of
from tests.campaigns.property.town import HOUR, PIN

SETTINGS = ["dry", "not dry", "at once", "an hour", "a day", "no limit", "limit", "trash", "no trash"]
SPARED = ["title", "title", "viewer", "library", "rule", "rule"]
RULES: list[Rule] = [
    {"newest": 1}, {"at_least": 2}, {"first_season": 1}, {"newest": 0, "at_least": 0, "first_season": 0}, {},
]  # fmt: skip
VERBS = {"approve": queue.approve, "cancel": queue.cancel, "retry": queue.retry, "put back": trash.put_back}


def rule_of(rule: Rule) -> keeping.Rule:
    first = rule.get("first_season")
    return keeping.Rule(rule.get("newest"), None if first is None else bool(first), rule.get("at_least"))


def said(rule: keeping.Rule) -> Rule:
    return {name: value for name, value in asdict(rule).items() if value is not None}


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
        self.promise.protected.discard(level)
        self.promise.protected |= {level} if row.protections.exists() else set()
        if item.type == "show":
            self.promise.rules[item.guid] = said(keeping.rule_of(row))
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

    @rule(
        pick=picks, what=st.sampled_from(SPARED), who=people, is_on=st.booleans(), rule=st.sampled_from(RULES)
    )  # fmt: skip
    def spares(self, pick: int, what: str, who: str, is_on: bool, rule: Rule) -> None:
        self.step()
        section = one_of(self.town.server.sections, pick)
        chosen = self.choose(pick) if what == "title" else None
        if what == "rule":
            self.keep_some(pick, rule, is_of_show=is_on)
        elif chosen:
            self.look_again(*chosen)
            self.protect(chosen[0], level_of(chosen[1]), is_on=is_on)
        elif what == "viewer":
            self.protect(self.house.viewer(who), who, is_on=is_on)
        elif section and (row := self.house.section(section.title)):
            self.protect(row, section.title, is_on=is_on)

    def protect(self, target: Target, word: Level, *, is_on: bool) -> None:
        (protecting.protect if is_on else protecting.unprotect)([target], self.house.now)
        self.promise.protected.discard(word)
        self.promise.protected |= {word} if is_on else set()

    def keep_some(self, pick: int, rule: Rule, *, is_of_show: bool) -> None:
        shows = [row for row in self.house.rows() if row.type == "show"]
        if is_of_show and (row := one_of(shows, pick)):
            item = self.house.item(row)
            self.look_again(row, item)
            self.keep(row, item.guid, rule)
        elif series := self.house.section(self.town.shows.title):
            self.keep(series, self.town.shows.title, rule)

    def keep(self, keeper: Keeper, name: str, rule: Rule) -> None:
        protecting.keep(keeper, rule_of(rule), self.house.now)
        self.promise.rules[name] = rule

    def lets_go_of_all(self) -> None:
        """Nothing is protected any more, and nothing kept by rule."""
        protecting.unprotect([row.target for row in Protection.objects.all()], self.house.now)
        self.promise.protected.clear()
        for row in KeepRule.objects.all():
            if keeper := row.item or row.section:
                protecting.keep(keeper, keeping.Rule(), self.house.now)
        self.promise.rules.clear()

    @rule(pick=picks, verb=st.sampled_from(["approve", "approve", "cancel", "retry", "put back"]))
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
        if verb == "put back":
            self.put_back(row, known.item)
        elif verb == "cancel":
            self.promise.cancelled.add(known.item)
        elif known.status == Status.CANCELLED:
            self.judge.begin_to_wait(known)
        else:
            known.approved.add(known.hold)
            known.may_go_at_once = True
        if verb == "retry":
            self.promise.cancelled.discard(known.item)
        self.judge.look()

    def put_back(self, row: Deletion, item: Item) -> None:
        trash.tell_plex(row, self.house.now)
        self.promise.cancelled.add(item)
        if not self.town.is_there(item):
            self.town.removed.append(item)  # it is to be found again by a scan

    @rule(what=st.sampled_from(SETTINGS))
    def sets(self, what: str) -> None:
        self.step()
        hours = {"at once": 0, "an hour": 1, "a day": 24}.get(what)
        self.set(
            dry_run={"dry": True, "not dry": False}.get(what), hours=hours,
            items={"no limit": 0, "limit": 2}.get(what),
            to_trash={"trash": True, "no trash": False}.get(what),
        )  # fmt: skip

    def set(
        self, *, dry_run: bool | None = None, hours: int | None = None, items: int | None = None,
        to_trash: bool | None = None,
    ) -> None:  # fmt: skip
        changed: dict[str, object] = {}
        if to_trash is not None:
            self.judge.to_trash = changed["PLAXE_QUARANTINE"] = to_trash
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
