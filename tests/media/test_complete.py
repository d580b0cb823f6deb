"""The first law: a leaf is complete when somebody is assigned to it and everybody who is has seen it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.watching import record
from plexclient.types import Play
from tests import factories
from tests.factories import (
    LAST_YEAR,
    NOW,
    YESTERDAY,
    assignment,
    bob,
    carol,
    episode,
    movie,
    owner,
    season,
    watch,
)
from tests.factories import show as show_of


@dataclass
class World:
    server: PlexServer
    film: MediaItem
    show: MediaItem
    season: MediaItem
    episode: MediaItem

    def level(self, name: str) -> MediaItem:
        item: MediaItem = getattr(self, name)
        return item


@pytest.fixture
def world(films: LibrarySection, series: LibrarySection) -> World:
    show = show_of(section=series, title="Bebop")
    first = season(show=show)
    return World(films.server, movie(section=films, title="Heat"), show, first, episode(season=first))


def complete() -> set[MediaItem]:
    return set(MediaItem.objects.complete())


def waiting() -> set[MediaItem]:
    return set(MediaItem.objects.waiting())


def test_what_nobody_is_assigned_to_is_never_complete(world: World) -> None:
    watch(item=world.film, viewer=bob(on=world.server))

    assert complete() == waiting() == set()


def test_what_nobody_has_seen_waits(world: World) -> None:
    assignment(item=world.film, viewer=bob(on=world.server))

    assert (complete(), waiting()) == (set(), {world.film})


@pytest.mark.parametrize("level", ["episode", "season", "show"])
def test_an_episode_is_covered_at_every_level(world: World, level: str) -> None:
    assignment(item=world.level(level), viewer=bob(on=world.server))
    assert waiting() == {world.episode}

    watch(item=world.episode, viewer=bob(on=world.server))
    assert (complete(), waiting()) == ({world.episode}, set())


@pytest.mark.parametrize("levels", [("show", "episode"), ("season", "show"), ("episode", "season")])
def test_assignments_of_different_levels_all_count(world: World, levels: tuple[str, str]) -> None:
    assignment(item=world.level(levels[0]), viewer=bob(on=world.server))
    assignment(item=world.level(levels[1]), viewer=carol(on=world.server))
    watch(item=world.episode, viewer=bob(on=world.server))
    assert waiting() == {world.episode}

    watch(item=world.episode, viewer=carol(on=world.server))
    assert complete() == {world.episode}


def test_everybody_has_to_see_it(world: World) -> None:
    for viewer in (owner(on=world.server), bob(on=world.server), carol(on=world.server)):
        assert complete() == set()
        assignment(item=world.film, viewer=viewer)
    for viewer in (owner(on=world.server), bob(on=world.server), carol(on=world.server)):
        assert complete() == set()
        watch(item=world.film, viewer=viewer)

    assert complete() == {world.film}


def test_somebody_else_does_not_see_it_for_one(world: World) -> None:
    assignment(item=world.film, viewer=bob(on=world.server))

    watch(item=world.film, viewer=carol(on=world.server))

    assert complete() == set()


@pytest.mark.parametrize(
    ("seen_at", "counts"),
    [
        (YESTERDAY - timedelta(seconds=1), False),
        (YESTERDAY, False),
        (YESTERDAY + timedelta(seconds=1), True),
    ],
)
def test_only_a_view_after_it_was_added_counts(
    films: LibrarySection, seen_at: datetime, counts: bool
) -> None:
    """Plex ties views to the work, so a title that was deleted and added again is instantly watched."""
    film = movie(section=films, added_at=YESTERDAY)
    assignment(item=film, viewer=bob(on=films.server))

    watch(item=film, viewer=bob(on=films.server), at=seen_at)

    assert (film in complete()) is counts
    assert (film in waiting()) is not counts


def test_an_assignment_made_after_the_plays_counts_them(world: World) -> None:
    viewer = bob(on=world.server)
    play = Play(
        rating_key=world.film.rating_key, account_id=viewer.plex_id, viewed_at=YESTERDAY, type="movie"
    )
    record(world.server, [play], NOW)
    assert complete() == set()

    assignment(item=world.film, viewer=viewer)

    assert complete() == {world.film}


def test_an_episode_that_comes_later_is_covered_by_its_show(world: World) -> None:
    assignment(item=world.show, viewer=bob(on=world.server))
    watch(item=world.episode, viewer=bob(on=world.server))

    later = episode(season=season(show=world.show, index=2))

    assert (complete(), waiting()) == ({world.episode}, {later})


def test_an_episode_without_a_season_is_covered_by_its_show(world: World) -> None:
    MediaItem.objects.filter(pk=world.episode.pk).update(parent=None)
    assignment(item=world.show, viewer=bob(on=world.server))

    assert waiting() == {world.episode}


def test_releasing_the_last_one_who_has_not_seen_it_completes_it(world: World) -> None:
    for viewer in (bob(on=world.server), carol(on=world.server)):
        assignment(item=world.film, viewer=viewer)
    watch(item=world.film, viewer=bob(on=world.server))
    assert complete() == set()

    carol(on=world.server).assignments.all().delete()

    assert complete() == {world.film}


def test_releasing_everybody_completes_nothing(world: World) -> None:
    assignment(item=world.film, viewer=bob(on=world.server))
    watch(item=world.film, viewer=bob(on=world.server))

    bob(on=world.server).assignments.all().delete()

    assert complete() == waiting() == set()


def test_what_somebody_had_seen_who_left_still_counts(world: World) -> None:
    left = carol(on=world.server, gone=True)
    assignment(item=world.film, viewer=left)
    watch(item=world.film, viewer=left)

    assert complete() == {world.film}


def test_what_somebody_had_not_seen_who_left_goes_on_waiting(world: World) -> None:
    assignment(item=world.film, viewer=carol(on=world.server, gone=True))

    assert waiting() == {world.film}


def test_what_is_gone_is_neither_complete_nor_waiting(world: World) -> None:
    for item in (world.film, world.episode):
        assignment(item=item, viewer=bob(on=world.server))
    watch(item=world.film, viewer=bob(on=world.server))

    world.film.gone(NOW)
    world.episode.gone(NOW)

    assert complete() == waiting() == set()


def test_shows_and_seasons_are_never_complete(world: World) -> None:
    for item in (world.show, world.season):
        assignment(item=item, viewer=bob(on=world.server))
        watch(item=item, viewer=bob(on=world.server))
    watch(item=world.episode, viewer=bob(on=world.server))

    assert complete() == {world.episode}


def test_the_owners_views_arrive_as_account_1(world: World) -> None:
    assignment(item=world.film, viewer=owner(on=world.server))

    record(
        world.server,
        [Play(rating_key=world.film.rating_key, account_id=1, viewed_at=YESTERDAY, type="movie")],
        NOW,
    )

    assert complete() == {world.film}


def test_the_same_film_in_two_libraries_is_two_titles(world: World) -> None:
    copy = movie(section=factories.section(on=world.server), guid=world.film.guid, title="Heat")
    for item in (world.film, copy):
        assignment(item=item, viewer=bob(on=world.server))

    watch(item=copy, viewer=bob(on=world.server))

    assert (complete(), waiting()) == ({copy}, {world.film})


def test_the_latest_of_several_views_decides(world: World) -> None:
    assignment(item=world.film, viewer=bob(on=world.server))
    row = watch(item=world.film, viewer=bob(on=world.server), at=LAST_YEAR - timedelta(days=1))
    assert complete() == set()

    row.last_viewed_at = YESTERDAY
    row.save()

    assert complete() == {world.film}


def test_one_title_is_judged_like_all(world: World) -> None:
    assignment(item=world.film, viewer=bob(on=world.server))
    assert not world.film.is_complete()

    watch(item=world.film, viewer=bob(on=world.server))

    assert world.film.is_complete()
    assert not world.episode.is_complete()


@pytest.mark.parametrize("level", ["episode", "season", "show"])
def test_what_one_viewer_must_see_and_has_not(world: World, level: str) -> None:
    viewer, other = bob(on=world.server), carol(on=world.server)
    assignment(item=world.level(level), viewer=viewer)
    assignment(item=world.film, viewer=other)
    watch(item=world.episode, viewer=other)

    to_see = MediaItem.objects.covered_for(viewer)

    assert set(to_see.unseen_by(viewer)) == {world.episode}
    watch(item=world.episode, viewer=viewer)
    assert set(to_see.unseen_by(viewer)) == set()
    assert set(to_see.seen_by(viewer)) == {world.episode}


def test_the_question_is_one_query(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assignment(item=world.show, viewer=bob(on=world.server))

    with django_assert_num_queries(1):
        assert list(MediaItem.objects.complete()) == []
