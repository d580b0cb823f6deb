"""When leaves became complete: in any world the same leaves as `complete()` says, and at the right moment."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from media.completion import completions, views
from media.models import ALL, EVER, Assignment, LibrarySection, MediaItem, Watch
from media.models.watches import HALF_WAY
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TITLES = ("film", "show", "season", "e1", "e2", "gone")
LEAVES = ("film", "e1", "e2", "gone")
PEOPLE = ("alice", "bob", "carol")
HOURS = range(6)


def hour(number: int) -> Any:
    return NOW + timedelta(hours=number)


@dataclass
class World:
    titles: dict[str, MediaItem]
    people: dict[str, Any]

    def assign(self, title: str, who: str, since: int | None = None, *, optional: bool = False) -> None:
        row = factories.assignment(item=self.titles[title], viewer=self.people[who])
        begin = EVER if since is None else hour(since)
        Assignment.objects.filter(pk=row.pk).update(views_count_from=begin, is_optional=optional)

    def see(self, title: str, who: str, first: int, last: int | None = None, **fields: Any) -> None:
        watch = factories.watch(item=self.titles[title], viewer=self.people[who], at=hour(first))
        latest = hour(first if last is None else last)
        Watch.objects.filter(pk=watch.pk).update(last_viewed_at=latest, **fields)

    def demand(self, title: str, quorum: int | None) -> None:
        MediaItem.objects.filter(pk=self.titles[title].pk).update(quorum=quorum)

    def fill(self, asked: Any, seen: Any, needed: Any, added: Any) -> None:
        for title, since in added.items():
            MediaItem.objects.filter(pk=self.titles[title].pk).update(views_count_from=hour(since))
        for (title, who), words in asked.items():
            if words:
                self.assign(title, who, words[0], optional=words[1])
        for (title, who), (one, other, fields) in seen.items():
            if fields is not None:
                self.see(title, who, min(one, other), max(one, other), **fields)
        for title, number in needed.items():
            self.demand(title, number)

    def moments(self, quorum: int | None = None) -> dict[str, Any]:
        found = completions(MediaItem.objects.complete(quorum), quorum=quorum)
        names = {item.pk: name for name, item in self.titles.items()}
        return {names[one.leaf]: one.at for one in found}

    def complete(self, quorum: int | None = None) -> set[str]:
        keys = set(MediaItem.objects.complete(quorum).values_list("pk", flat=True))
        return {name for name, item in self.titles.items() if item.pk in keys}

    def complete_at(self, number: int, quorum: int | None = None) -> set[str]:
        """As it was then: later views had not been, and what was seen again was last seen before."""
        with transaction.atomic():
            Watch.objects.filter(first_viewed_at__gt=hour(number)).delete()
            again = Watch.objects.filter(last_viewed_at__gt=hour(number))
            again.update(last_viewed_at=F("first_viewed_at"))
            found = self.complete(quorum)
            transaction.set_rollback(True)
        return found


def build(films: LibrarySection, series: LibrarySection) -> World:
    show = factories.show(section=series, views_count_from=hour(-9))
    season = factories.season(show=show, views_count_from=hour(-9))
    known = {"views_count_from": hour(-9)}
    titles = {
        "film": factories.movie(section=films, **known),
        "show": show,
        "season": season,
        "e1": factories.episode(season=season, index=1, **known),
        "e2": factories.episode(season=season, index=2, **known),
        "gone": factories.movie(section=films, gone_at=NOW, **known),
    }
    people = {"alice": factories.owner, "bob": factories.bob, "carol": factories.carol}
    return World(titles, {name: make(on=films.server) for name, make in people.items()})


@pytest.fixture
def world(films: LibrarySection, series: LibrarySection) -> World:
    return build(films, series)


# A world in which most people have seen most of the little that they were asked to see.
ASKED = [None] * 6 + [(None, False)] * 4 + [(1, False), (3, False), (None, True), (None, True)]
SEEN = [None, {}, {}, {}, {}, {}, {}, {"withdrawn_at": NOW}, {"offset": HALF_WAY}, {"first_viewed_at": None}]


def each(names: tuple[str, ...], what: Any) -> Any:
    """For each of the titles and each of the people."""
    return st.fixed_dictionaries({(title, who): what for title in names for who in PEOPLE})


assignments = each(TITLES, st.sampled_from(ASKED))
watches = each(LEAVES, st.tuples(st.sampled_from(HOURS), st.sampled_from(HOURS), st.sampled_from(SEEN)))
quorums = st.dictionaries(st.sampled_from(TITLES), st.sampled_from([ALL, 1, 2, 3, 4]), max_size=3)
added = st.dictionaries(st.sampled_from(LEAVES), st.sampled_from(HOURS), max_size=2)
anywhere = st.sampled_from([None, ALL, 1, 2, 3])


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(assignments, watches, quorums, added, anywhere)
def test_in_any_world_leaves_complete_when_enough_have_seen_them(
    films: LibrarySection, series: LibrarySection, asked: Any, seen: Any, needed: Any, when: Any, quorum: Any
) -> None:
    with transaction.atomic():
        world = build(films, series)
        world.fill(asked, seen, needed, when)
        at = world.moments(quorum)
        assert at.keys() == world.complete(quorum)
        for number in HOURS:
            there = {title for title, moment in at.items() if moment <= hour(number)}
            assert there == world.complete_at(number, quorum)
        if quorum is not None:
            MediaItem.objects.update(quorum=quorum)
            assert world.moments() == at
        transaction.set_rollback(True)


def test_the_last_who_was_waited_for_completes_it(world: World) -> None:
    for who, number in {"alice": 3, "bob": 1, "carol": 2}.items():
        world.assign("film", who)
        world.see("film", who, number)
    assert world.moments() == {"film": hour(3)}


@pytest.mark.parametrize(("quorum", "number"), [(1, 1), (2, 2), (3, 3), (ALL, 3)])
def test_with_a_quorum_it_is_the_one_who_made_it_enough(world: World, quorum: int, number: int) -> None:
    for who, at in {"alice": 3, "bob": 1, "carol": 2}.items():
        world.assign("film", who)
        world.see("film", who, at)
    assert world.moments(quorum) == {"film": hour(number)}
    world.demand("film", quorum)
    assert world.moments() == {"film": hour(number)}


def test_to_see_it_again_does_not_make_it_later(world: World) -> None:
    world.assign("film", "bob")
    world.see("film", "bob", 1, 5)
    assert world.moments() == {"film": hour(1)}


@pytest.mark.parametrize("level", ["e1", "season", "show"])
def test_a_view_before_the_assignment_began_to_count_is_passed_over(world: World, level: str) -> None:
    world.assign(level, "bob", since=2)
    world.see("e1", "bob", 1, 4)
    assert world.moments() == {"e1": hour(4)}


def test_whoever_is_asked_twice_has_answered_when_both_are(world: World) -> None:
    world.assign("show", "bob")
    world.assign("e1", "bob", since=2)
    world.see("e1", "bob", 1, 4)
    assert world.moments() == {"e1": hour(4)}


def test_whose_views_it_took_is_told_in_their_order(world: World) -> None:
    for who, number in {"alice": 3, "bob": 1, "carol": 2}.items():
        world.assign("show", who)
        world.see("e1", who, number)
    leaf = world.titles["e1"].pk
    assert [view.name for view in views([leaf])] == ["Bob", "Carol", "Alice"]
    assert [(view.name, view.at) for view in views([leaf], quorum=1)] == [("Bob", hour(1))]


def test_all_of_that_is_three_queries(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.assign("show", "bob")
    world.see("e1", "bob", 1)
    with django_assert_num_queries(3):
        assert len(list(completions(MediaItem.objects.complete()))) == 1
