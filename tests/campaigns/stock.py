"""A Plex with many titles that are all alike, one set for each kill, and a Plaxe in processes of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plexclient.demo import Item, World, serve
from tests.campaigns.process import Launcher, launched
from tests.campaigns.stage import SIZE, film, two_in_one_file
from tests.campaigns.truth import NOT_THERE, Told, lies, miscounted
from tests.neighbourhood import LAST_MONTH, inhabited

VIEWERS = ("carol", "ned")
A_YEAR = "365d"  # nothing goes before its time, which comes for each title when it is its turn
FILMS, PAIRS, UNSEEN = 80, 35, 50

Titles = list[Item]


class Stock:
    """Its films and pairs are queued; the unseen ones only wait for somebody to play them."""

    def __init__(self, plaxe: Launcher, world: World, share: int) -> None:
        self.plaxe, self.world = plaxe, world
        self._stranger = world.add_movie("Iron Orchard", added_at=LAST_MONTH)
        films = [film(world, f"Heron Lake {number}") for number in range(FILMS // share)]
        pairs = [two_in_one_file(world, f"Salt Road {number}") for number in range(PAIRS // share)]
        unseen = [film(world, f"The Glass Ferry {number}") for number in range(UNSEEN // share)]
        self.films, self.pairs, self.unseen = iter(films), iter(pairs), iter(unseen)
        self._prepare([*films, *pairs], unseen)

    def _prepare(self, seen: list[Titles], unseen: list[Titles]) -> None:
        titles = [title for group in (*seen, *unseen) for title in group]
        viewers = [word for name in VIEWERS for word in ("--viewer", name)]
        for group in seen:
            self.play(group)
        for words in (
            ["connect", "--token", self.world.issue_token(self.world.person("alice"))],
            ["sync"],
            ["assign", *keys(titles), *viewers],
            ["poll"],
            ["enqueue"],
        ):
            end = self.plaxe(*words)
            assert end.status == 0, end
        for group in (next(self.films), next(self.pairs)):
            self.steps(group)  # the first of all has more to do

    def play(self, titles: Titles) -> None:
        for title in titles:
            for name in VIEWERS:
                self.world.play(self.world.person(name), title)

    def steps(self, titles: Titles) -> list[str]:
        """Of a pass that is let live."""
        end = self.plaxe("execute", ripe=keys(titles))
        assert end.document["deleted"] + end.document["gone"] == len(titles)
        return end.steps

    def kill(self, titles: Titles, *words: str, at: int | str, act: str = "manage") -> None:
        end = self.plaxe(*words, act=act, ripe=keys(titles), kill_at=at)
        assert end.was_killed, f"there was no step {at}: {end}"

    def told(self, titles: Titles, act: str = "tell") -> list[Told]:
        return [Told(**row) for row in self.plaxe(*keys(titles), act=act).document]

    def wrongs(self, titles: Titles) -> list[str]:
        """In words what is wrong once these titles, which nobody else deletes, have been settled."""
        told = self.told(titles, act="settle")
        found = [words for one in told for words in self._lies(one)]
        if len(told) != len(titles) or {one.status for one in told} - set(NOT_THERE):
            found.append("not deleted in the end")
        return [f"{words}: {told}" for words in [*found, *miscounted(told, SIZE)]]

    def wrong_deletions(self) -> int:
        """Of what nobody has spoken of."""
        return int(self._stranger.rating_key not in self.world.server.items)

    def _lies(self, told: Told) -> Iterator[str]:
        arrived = sum(call.rating_key == told.key for call in self.world.deletes)
        return lies(told, is_there=told.key in self.world.server.items, deletes=arrived)


def keys(titles: Titles) -> list[str]:
    return [title.rating_key for title in titles]


@contextmanager
def stocked(folder: Path, share: int) -> Iterator[Stock]:
    """Of all titles one in so many: no more than will be asked for."""
    world = inhabited()
    settings = {"PLAXE_DELETION_DELAY": A_YEAR, "PLAXE_CLAIM_TIMEOUT": "1s", "PLAXE_QUEUE_INTERVAL": "1s"}
    with serve(world) as plex, launched(folder, plex.plex_tv_url, **settings) as plaxe:
        yield Stock(plaxe, world, share)
