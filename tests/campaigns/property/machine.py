"""Anything may happen, in any order; whatever Plaxe deletes then is judged by the promise."""

import sys

from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from deletions.models import Deletion, Status
from plexclient.demo import Item
from tests.campaigns.property.frame import people, picks
from tests.campaigns.property.lives import Lives
from tests.campaigns.property.owner import Owner
from tests.campaigns.property.promise import levels
from tests.campaigns.property.shelf import Shelf
from tests.campaigns.property.town import DAY, HOUR, MINUTE
from tests.campaigns.property.troubles import Troubles


class Machine(Lives, Shelf, Troubles, Owner):
    ends_well = False

    @initialize(
        assigned=st.lists(st.tuples(picks, people), min_size=1, max_size=4),
        seen=st.lists(picks, min_size=1, max_size=4), hours=st.sampled_from([0, 0, 1, 24]),
        items=st.sampled_from([25, 25, 0, 2]), to_trash=st.sampled_from([False, False, True]),
        is_calm=st.booleans(), ends_well=st.sampled_from([False, False, True]),
    )  # fmt: skip
    def begin(
        self, assigned: list[tuple[int, str]], seen: list[int], hours: int, items: int, to_trash: bool,
        is_calm: bool, ends_well: bool,
    ) -> None:  # fmt: skip
        self.set(dry_run=False, hours=hours, items=items, to_trash=to_trash)
        for pick, who in assigned:
            if chosen := self.choose(pick):
                self.assign(*chosen, who)
        for pick in seen:
            self.all_have_seen(pick)
        self.run("poll", "enqueue")
        self.is_calm, self.ends_well = is_calm, ends_well
        self.total.examples += 1

    def teardown(self) -> None:
        try:
            if self.ends_well and sys.exc_info()[0] is None:
                self.all_ends_well()
        finally:
            super().teardown()

    def all_ends_well(self) -> None:
        """Where nothing stands against it any more, a title goes in the end."""
        self.town.recover()
        self.town.server.sessions.clear()
        self.house.wait(self.town.latest - self.town.wall + 10 * DAY)
        self.set(dry_run=False, hours=1, items=0, to_trash=False)
        self.lets_go_of_all()
        chosen = [leaf for leaf in self.waiting if self.stands_alone(leaf)][:3]
        for leaf in chosen:
            leaf.labels.clear()
            for who in self.promise.waited_for(leaf):
                self.saw(who, leaf)
        self.run("viewers")
        for _ in range(4):
            self.run("full sync", "poll", "enqueue")
            self.accept_all()
            self.house.wait(2 * HOUR)
            for row in Deletion.objects.filter(Q(status=Status.FAILED) | Q(status=Status.HELD)):
                self.decide(row, "retry" if row.status == Status.FAILED else "approve")
            self.run("execute")
        must_go = [leaf for leaf in chosen if self.must_go(leaf)]
        left = [leaf for leaf in must_go if self.town.is_there(leaf)]
        assert not left, (
            f"{left} should have gone: {[(row, row.held_because) for row in Deletion.objects.all()]}"
        )
        self.total.had_to_go += len(must_go)

    def stands_alone(self, leaf: Item) -> bool:
        """In files that are there and nobody else's."""
        shares = [one for one in self.town.leaves if one is not leaf and set(one.files) & set(leaf.files)]
        return not shares and not self.town.lost(leaf)

    def must_go(self, leaf: Item) -> bool:
        """Unless Plaxe may have lost sight of it, or of somebody who must see it."""
        is_upset = leaf in self.promise.forgotten or any(level in self.upset for level in levels(leaf))
        return not is_upset and not [*self.promise.against(leaf, self.town.leaves)]

    @rule(seconds=st.sampled_from([MINUTE, 11 * MINUTE, HOUR, 25 * HOUR, 8 * DAY]))
    def time_passes(self, seconds: float) -> None:
        self.step()
        self.house.wait(seconds)

    @rule(seconds=st.sampled_from([HOUR, 23 * HOUR, 3 * DAY, -HOUR, -2 * DAY]))
    def clock_is_set(self, seconds: float) -> None:
        self.step()
        self.house.set_clock(seconds)
        if seconds < 0:
            for item in [*self.changed]:
                self.change(item, "clock")

    @rule(name=st.sampled_from(["viewers", "sync", "full sync", "poll", "enqueue", "execute", "purge"]))
    def passes(self, name: str) -> None:
        self.step()
        self.run(name)

    @rule(seconds=st.sampled_from([HOUR, 25 * HOUR]))
    def night_falls(self, seconds: float) -> None:
        self.step()
        self.run("poll", "enqueue")
        self.house.wait(seconds)
        self.run("execute")

    @rule(name=st.sampled_from(["sync", "full sync", "viewers"]))
    def morning_comes(self, name: str) -> None:
        self.step()
        self.run(name, "poll", "enqueue", "execute")

    # Rules are drawn evenly: what Plaxe does and what leads to a deletion comes more often so.
    night_falls_again = it_is_night = night_falls
    morning_comes_again = it_is_morning = morning_comes
    they_see_it = all_of_them_see_it = Lives.all_see_it
    she_assigns = Owner.assigns
    it_is_decided = Owner.decides
