"""Who is waited for, and how many are enough: each row is a small world and the leaves that must be complete.

A show with one season of two episodes, and a film. The names are those of who was assigned and of who has
seen it; `+` before a name makes an assignment optional, `~` does not count what was seen before it.
"""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from accounts.models import PlexServer, PlexUser
from media.assigning import assign, demand_quorum
from media.models import ALL, LibrarySection, MediaItem, Watch
from tests import factories
from tests.factories import NOW, YESTERDAY

PEOPLE = {"alice": factories.owner, "bob": factories.bob, "carol": factories.carol}
Words = dict[str, str]

EVERYBODY = "alice bob carol"


class World:
    def __init__(self, films: LibrarySection, series: LibrarySection) -> None:
        self.server: PlexServer = films.server
        show = factories.show(section=series)
        season = factories.season(show=show)
        self.titles = {
            "film": factories.movie(section=films),
            "show": show,
            "season": season,
            "e1": factories.episode(season=season, index=1),
            "e2": factories.episode(season=season, index=2),
        }

    def person(self, name: str) -> PlexUser:
        return PEOPLE[name](on=self.server)

    def assign(self, words: Words) -> None:
        for title, names in words.items():
            for name in names.split():
                assign(
                    self.titles[title],
                    self.person(name.strip("+~")),
                    optional="+" in name,
                    counts_earlier="~" not in name,
                )

    def see(self, words: Words) -> None:
        for title, names in words.items():
            for name in names.split():
                factories.watch(item=self.titles[title], viewer=self.person(name))

    def demand(self, quorums: dict[str, int]) -> None:
        for title, quorum in quorums.items():
            demand_quorum(self.titles[title], quorum)

    def named(self, leaves: object) -> set[str]:
        return {name for name, item in self.titles.items() if item in leaves}  # type: ignore[operator]

    def complete(self) -> set[str]:
        return self.named(set(MediaItem.objects.complete()))

    def waiting(self) -> set[str]:
        return self.named(set(MediaItem.objects.waiting()))


@pytest.fixture
def world(films: LibrarySection, series: LibrarySection) -> World:
    return World(films, series)


def row(
    sentence: str,
    *,
    must: Words,
    saw: Words,
    complete: str = "",
    waiting: str = "",
    quorum: dict[str, int] | None = None,
) -> object:
    return pytest.param(must, saw, quorum or {}, complete, waiting, id=sentence)


TABLE = [
    row("nobody must see it and all have", must={}, saw={"film": EVERYBODY}),
    row("a quorum alone covers nothing", must={}, saw={"film": EVERYBODY}, quorum={"film": 1}),
    row("all is the default", must={"film": "bob carol"}, saw={"film": "bob"}, waiting="film"),
    row("all have seen it", must={"film": "bob carol"}, saw={"film": "bob carol"}, complete="film"),
    row(
        "any is one of them",
        must={"film": EVERYBODY}, saw={"film": "carol"}, quorum={"film": 1}, complete="film",
    ),
    row("any is not none", must={"film": EVERYBODY}, saw={}, quorum={"film": 1}, waiting="film"),
    row(
        "any is not somebody who was not asked",
        must={"film": "bob"}, saw={"film": "alice carol"}, quorum={"film": 1}, waiting="film",
    ),
    row(
        "two of three are not one",
        must={"film": EVERYBODY}, saw={"film": "bob"}, quorum={"film": 2}, waiting="film",
    ),
    row(
        "two of three",
        must={"film": EVERYBODY}, saw={"film": "bob alice"}, quorum={"film": 2}, complete="film",
    ),
    row(
        "three of three",
        must={"film": EVERYBODY}, saw={"film": EVERYBODY}, quorum={"film": 3}, complete="film",
    ),
    row(
        "more than there are is never enough",
        must={"film": "bob carol"}, saw={"film": "bob carol"}, quorum={"film": 3}, waiting="film",
    ),
    row(
        "the quorum of the show is that of its episodes",
        must={"show": "bob carol"}, saw={"e1": "bob"}, quorum={"show": 1}, complete="e1", waiting="e2",
    ),
    row(
        "the season is nearer than the show",
        must={"show": "bob carol"}, saw={"e1": "bob"}, quorum={"show": 1, "season": 2}, waiting="e1 e2",
    ),
    row(
        "the episode is nearer than the season",
        must={"show": "bob carol"}, saw={"e1": "bob", "e2": "bob"}, quorum={"season": 2, "e2": 1},
        complete="e2", waiting="e1",
    ),
    row(
        "an episode can want all again",
        must={"show": "bob carol"}, saw={"e1": "bob", "e2": "bob"}, quorum={"show": 1, "e2": ALL},
        complete="e1", waiting="e2",
    ),
    row(
        "a quorum counts people and not assignments",
        must={"show": "bob", "season": "bob", "e1": "bob carol"}, saw={"e1": "bob"}, quorum={"show": 2},
        waiting="e1 e2",
    ),
    row(
        "a quorum takes people of all levels together",
        must={"show": "alice", "season": "bob", "e1": "carol"}, saw={"e1": "alice carol"},
        quorum={"e1": 2}, complete="e1", waiting="e2",
    ),
    row(
        "an optional viewer is not waited for",
        must={"film": "bob +carol"}, saw={"film": "bob"}, complete="film",
    ),
    row("an optional viewer alone covers nothing", must={"film": "+bob"}, saw={"film": "bob"}),
    row(
        "an optional viewer fills no place",
        must={"film": "bob +carol"}, saw={"film": "carol"}, waiting="film",
    ),
    row(
        "an optional viewer does not make the quorum",
        must={"film": "alice bob +carol"}, saw={"film": "alice carol"}, quorum={"film": 2}, waiting="film",
    ),
    row(
        "optional for the show and required for an episode of it",
        must={"show": "+bob", "e1": "bob"}, saw={}, waiting="e1",
    ),
    row(
        "what was seen before the assignment does not count when it shall not",
        must={"film": "~bob"}, saw={"film": "bob"}, waiting="film",
    ),
    row(
        "and counts for the other one",
        must={"film": "~bob carol"}, saw={"film": "bob carol"}, quorum={"film": 1}, complete="film",
    ),
    row(
        "every assignment of a viewer must be answered",
        must={"show": "bob", "e1": "~bob"}, saw={"e1": "bob", "e2": "bob"}, complete="e2", waiting="e1",
    ),
    row(
        "also for a quorum",
        must={"show": "bob", "e1": "~bob"}, saw={"e1": "bob"}, quorum={"show": 1}, waiting="e1 e2",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("must", "saw", "quorum", "complete", "waiting"), TABLE)
def test_a_leaf_is_complete_when_enough_of_those_who_must_see_it_have(
    world: World, must: Words, saw: Words, quorum: dict[str, int], complete: str, waiting: str
) -> None:
    world.assign(must)
    world.demand(quorum)
    world.see(saw)
    assert (world.complete(), world.waiting()) == (set(complete.split()), set(waiting.split()))
    assert {name for name, item in world.titles.items() if item.is_complete()} == world.complete()


def test_a_view_after_the_assignment_counts_that_counts_nothing_earlier(world: World) -> None:
    world.assign({"film": "~bob"})
    world.see({"film": "bob"})
    row = world.titles["film"].assignments.get()
    Watch.objects.update(last_viewed_at=row.views_count_from + timedelta(seconds=1))
    assert world.complete() == {"film"}


def test_an_assignment_never_counts_what_was_seen_of_an_earlier_copy(world: World) -> None:
    world.assign({"film": "bob"})
    world.see({"film": "bob"})
    MediaItem.objects.update(views_count_from=NOW)
    assert YESTERDAY < NOW
    assert world.waiting() == {"film"}


def test_whoever_is_not_needed_any_more_has_nothing_left_to_see(world: World) -> None:
    world.assign({"show": "bob carol"})
    world.demand({"show": 1})
    world.see({"e1": "bob"})
    assert world.named(set(MediaItem.objects.waiting_for(world.person("carol")))) == {"e2"}


def test_all_of_that_is_one_query(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    world.assign({"show": "bob ~carol", "film": "+bob"})
    world.demand({"season": 1})
    with django_assert_num_queries(1):
        assert list(MediaItem.objects.complete()) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the size of its tables")
def test_the_query_starts_from_the_assignments_and_never_walks_through_the_library(world: World) -> None:
    leaves = MediaItem.objects.filter(server=world.server).complete()
    steps = leaves.values("pk").explain().splitlines()
    walks = [step for step in steps if "SCAN" in step]
    aliases = {step.split("SCAN ")[1].split()[0] for step in walks}
    assert walks
    assert aliases == {"U0"}
    assert connection.ops.quote_name("media_assignment") + " U0" in str(leaves.query)
