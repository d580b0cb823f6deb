"""What happens to the titles, in Plex and on the disk."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from plexclient.demo import Item, Section
from tests.campaigns.property.frame import Frame, one_of, picks
from tests.campaigns.property.promise import level_of

CHANGES = ["size", "file", "match", "version", "optimised", "share", "Keep", "keep", "Other", ""]


class Shelf(Frame):
    @rule(
        pick=picks,
        kind=st.sampled_from(["movie", "copy", "episode", "season"]),
        ago=st.sampled_from([0, 9, -9]),
    )
    def comes(self, pick: int, kind: str, ago: float) -> None:
        self.step()
        town = self.town
        movie = one_of([item for item in town.leaves if item.type == "movie"], pick)
        season = one_of([item for item in town.server.items.values() if item.type == "season"], pick)
        if kind == "copy" and movie:
            self.arrived(town.add_movie(movie.title, ago, section=self._attic()))
        elif kind == "episode" and season:
            self.arrived(town.add_episode(season, days_ago=ago))
        elif kind == "season" and season and season.parent:
            self.arrived(town.add_episode(town.add_season(season.parent, days_ago=ago), days_ago=ago))
        else:
            self.arrived(town.add_movie(f"Film {len(town.dates)}", ago))

    def _attic(self) -> Section:
        attic = [section for section in self.town.server.sections if section.title == "Attic"]
        return attic[0] if attic else self.town.world.add_section("Attic", "movie")

    @rule(pick=picks)
    def goes(self, pick: int) -> None:
        self.step()
        if item := self.leaf(pick):
            self.town.remove(item)

    @rule(pick=picks)
    def comes_again(self, pick: int) -> None:
        self.step()
        there = {item.guid for item in self.town.leaves}
        if item := one_of([item for item in self.town.removed if item.guid not in there], pick):
            known = len(self.town.dates)
            self.arrived(self.town.add_again(item))
            self.upset.update(level_of(one) for one in [*self.town.dates.values()][known:])

    @rule(pick=picks, what=st.sampled_from(CHANGES))
    def changes(self, pick: int, what: str) -> None:
        self.step()
        if not (item := self.leaf(pick)) or not item.media:
            return
        if what in ("file", "match", "share"):
            self.change(item, what)
        if what == "size":
            self.town.change_size(item, 1)
        elif what == "file":
            self.town.change_file(item, f"/media/other {int(self.town.wall)}.mkv")
        elif what == "match":
            self.town.match_anew(item, int(self.town.wall))
        elif what in ("version", "optimised"):
            file, kind = f"/media/another {int(self.town.wall)}.mkv", 42 if what == "optimised" else None
            self.town.add_version(item, file, kind)
        elif what == "share":
            self._share_a_file(item, pick)
        else:
            item.labels[:] = [what] if what else []

    def _share_a_file(self, item: Item, pick: int) -> None:
        others = [other for other in item.parent.children if other is not item] if item.parent else []
        if other := one_of(others, pick // 7):
            item.media[0].parts[0].size = other.media[0].parts[0].size
            self.town.change_file(item, other.files[0])
