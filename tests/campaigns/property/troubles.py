"""What happens to the server and to who may use it."""

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from plexclient.demo import Fault
from plexclient.demo.faults import FaultKind
from tests.campaigns.property.frame import Frame, picks
from tests.campaigns.property.promise import level_of
from tests.campaigns.property.town import NAMES

FAULTS: list[tuple[FaultKind, int]] = [
    ("status", 400), ("status", 401), ("status", 403), ("status", 404), ("status", 404), ("status", 429),
    ("status", 500), ("status", 503), ("html", 0), ("reset", 0), ("reset_after", 0), ("half", 0), ("cut", 0),
    ("short_page", 0), ("repeat_page", 0), ("ignore_filter", 0),
]  # fmt: skip
PLACES = [
    "", "^/identity$", "^/$", "^/status/sessions$", "history", "^/library/metadata/", "^/library/sections",
    "^/api/", "shared_servers", "switch", "DELETE",
]  # fmt: skip

troubled = precondition(lambda machine: not machine.is_calm)


class Troubles(Frame):
    @troubled
    @rule(
        seed=picks,
        fresh=st.booleans(),
        dated=st.sampled_from([False, False, True]),
        share=st.sampled_from([1.0, 0.5]),
    )
    def is_rebuilt(self, seed: int, fresh: bool, dated: bool, share: float) -> None:
        self.step()
        for item in self.town.rebuild(Random(seed), fresh=fresh, dated=dated, share=share):
            self.upset.add(level_of(item))
            if "key" in self.changed[item] or self.town.wall < self.town.latest:
                self.change(item, "more")
            self.change(item, "key")

    @troubled
    @rule(what=st.sampled_from(["another", "no deletion", "scans late", "scans", "forgets", "libraries"]))
    def is_troubled(self, what: str) -> None:
        self.step()
        server = self.town.server
        if what == "another":
            server.machine_identifier = "machine-2"
        elif what == "no deletion":
            server.allow_media_deletion = False
        elif what == "forgets":
            self.town.shorten_history(2)
        elif what == "libraries":
            self.town.movies.uuid = f"{int(self.town.wall):036}"
        else:
            server.scans_at_once = what == "scans"
            if server.scans_at_once:
                self.town.world.scan()

    @troubled
    @rule(who=st.sampled_from(NAMES[1:]), how=st.sampled_from(["all", "all", "leaves", "movies", "shows"]))
    def is_shared(self, who: str, how: str) -> None:
        self.step()
        if how == "leaves":
            self.town.world.unshare(self.town.person(who))
        else:
            sections = {"movies": [self.town.movies], "shows": [self.town.shows]}
            self.town.reshare(who, sections.get(how))

    @troubled
    @rule(
        fault=st.sampled_from(FAULTS), place=st.sampled_from(PLACES), times=st.sampled_from([1, 2, 3, None]),
        after=st.integers(0, 12),
    )  # fmt: skip
    def fails(self, fault: tuple[FaultKind, int], place: str, times: int | None, after: int) -> None:
        self.step()
        kind, status = fault
        site = "machine-1" if status == 404 else "*"  # what plex.tv does not have is another matter
        if place == "DELETE":
            failing = Fault(kind, "DELETE", status=status or 500, times=times)
        else:
            failing = Fault(kind, "*", place, site, status=status or 500, times=times, after=after)
        self.town.world.faults.add(failing)

    @troubled
    @rule()
    def works_again(self) -> None:
        self.step()
        self.town.recover()
