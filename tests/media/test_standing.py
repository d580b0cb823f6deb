"""Standing orders: everyone who may watch, and what arrives in a section. Read off `complete()`."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Access, PlexServer, PlexUser
from media.assigning import assign, unassign
from media.models import Assignment, LibrarySection, MediaItem
from media.standing import ask_everyone, drop_default, fulfil, release_everyone, set_default
from tests import factories
from tests.factories import LAST_YEAR, NOW, YESTERDAY, bob, carol, episode, movie, season, show, watch

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    """bob and carol may watch it."""
    bob(on=films.server)
    carol(on=films.server)
    return movie(section=films, title="Heat")


@pytest.fixture
def shelf(films: LibrarySection) -> LibrarySection:
    """A section that has been read whole, and bob and carol may watch there."""
    bob(on=films.server)
    carol(on=films.server)
    films.synced(YESTERDAY, full=True)
    return films


def arrive(section: LibrarySection, *, at: datetime = LATER, title: str = "") -> MediaItem:
    film = movie(section=section, first_seen_at=at, title=title)
    fulfil(section.server, at)
    return film


def leave(server: PlexServer, viewer: PlexUser, at: datetime | None = NOW) -> None:
    Access.objects.filter(server=server, viewer=viewer).update(gone_at=at)
    fulfil(server, NOW)


def viewers_of(item: MediaItem) -> list[str]:
    return sorted(item.assignments.values_list("viewer__name", flat=True))


def is_complete(item: MediaItem) -> bool:
    return item.is_complete()


def test_everyone_is_whoever_may_watch(film: MediaItem) -> None:
    factories.viewer(1009, "Dave", on=film.server, gone=True)
    ask_everyone(film, by=factories.alice())
    assert viewers_of(film) == ["Bob", "Carol"]
    assert {row.assigned_by for row in film.assignments.all()} == {factories.alice()}
    watch(item=film, viewer=bob(on=film.server))
    assert not is_complete(film)
    watch(item=film, viewer=carol(on=film.server))
    assert is_complete(film)


def test_everyone_follows_a_person_who_joins_and_one_who_leaves(film: MediaItem) -> None:
    ask_everyone(film)
    for viewer in (bob(on=film.server), carol(on=film.server)):
        watch(item=film, viewer=viewer)
    dave = factories.viewer(1009, "Dave", on=film.server)
    assert fulfil(film.server, NOW) == 1
    assert not is_complete(film)
    leave(film.server, dave)
    assert is_complete(film)
    leave(film.server, dave, at=None)
    assert not is_complete(film)


def test_nobody_is_left_of_everyone_and_nothing_is_complete(film: MediaItem) -> None:
    ask_everyone(film)
    for viewer in (bob(on=film.server), carol(on=film.server)):
        watch(item=film, viewer=viewer)
        leave(film.server, viewer)
    assert not is_complete(film)


def test_everyone_must_see_all_of_a_show_also_what_comes_later(series: LibrarySection) -> None:
    viewer = bob(on=series.server)
    serial = show(section=series)
    ask_everyone(serial)
    part = episode(season=season(show=serial))
    watch(item=part, viewer=viewer)
    assert set(MediaItem.objects.complete()) == {part}


def test_whom_a_person_assigned_stays_when_he_leaves_and_when_the_order_ends(film: MediaItem) -> None:
    assign(film, bob(on=film.server))
    ask_everyone(film)
    leave(film.server, bob(on=film.server))
    assert viewers_of(film) == ["Bob", "Carol"]
    assert release_everyone(film) is True
    assert release_everyone(film) is False
    assert viewers_of(film) == ["Bob"]


def test_whoever_is_released_by_name_is_not_caught_by_the_order_again(film: MediaItem) -> None:
    ask_everyone(film)
    unassign(film, bob(on=film.server))
    fulfil(film.server, NOW)
    assert viewers_of(film) == ["Carol"]
    assign(film, bob(on=film.server))
    unassign(film, bob(on=film.server))
    fulfil(film.server, NOW)
    assert viewers_of(film) == ["Carol"]
    ask_everyone(film)
    assert viewers_of(film) == ["Bob", "Carol"]


def test_an_order_that_changes_its_words_changes_what_it_gave_and_no_word_of_a_person(
    film: MediaItem,
) -> None:
    ask_everyone(film)
    assign(film, carol(on=film.server))
    ask_everyone(film, optional=True, counts_earlier=False)
    rows = {row.viewer.name: row for row in film.assignments.all()}
    assert (rows["Bob"].is_optional, rows["Bob"].counts_earlier) == (True, False)
    assert (rows["Carol"].is_optional, rows["Carol"].counts_earlier) == (False, True)


def test_the_default_viewers_of_a_section_must_see_what_arrives_there(
    shelf: LibrarySection, series: LibrarySection
) -> None:
    before = movie(section=shelf, first_seen_at=YESTERDAY)
    set_default(shelf, bob(on=shelf.server), now=NOW)
    set_default(shelf, carol(on=shelf.server), now=NOW, optional=True)
    film, elsewhere = arrive(shelf), arrive(series)
    assert (viewers_of(before), viewers_of(film), viewers_of(elsewhere)) == ([], ["Bob", "Carol"], [])
    watch(item=film, viewer=bob(on=shelf.server))
    assert is_complete(film)


def test_a_default_is_given_to_shows_and_not_to_each_season_and_episode(series: LibrarySection) -> None:
    series.synced(YESTERDAY, full=True)
    set_default(series, bob(on=series.server), now=NOW)
    serial = show(section=series, first_seen_at=LATER)
    part = episode(season=season(show=serial, first_seen_at=LATER), first_seen_at=LATER)
    assert fulfil(series.server, LATER) == 1
    assert set(MediaItem.objects.waiting()) == {part}


def test_what_the_first_whole_reading_of_a_section_finds_has_not_arrived(films: LibrarySection) -> None:
    set_default(films, bob(on=films.server), now=NOW)
    there = arrive(films, at=NOW + timedelta(minutes=1))
    films.synced(NOW + timedelta(minutes=1), full=True)
    fulfil(films.server, NOW + timedelta(minutes=1))
    assert viewers_of(there) == []
    assert viewers_of(arrive(films, at=LATER)) == ["Bob"]


def test_a_default_never_overrides_a_removal_by_hand(shelf: LibrarySection) -> None:
    set_default(shelf, bob(on=shelf.server), now=NOW)
    film = arrive(shelf)
    unassign(film, bob(on=shelf.server))
    assert fulfil(shelf.server, LATER) == 0
    assert viewers_of(film) == []


def test_what_arrives_can_be_for_everyone(shelf: LibrarySection) -> None:
    set_default(shelf, None, now=NOW)
    film = arrive(shelf)
    assert viewers_of(film) == ["Bob", "Carol"]
    dave = factories.viewer(1009, "Dave", on=shelf.server)
    fulfil(shelf.server, LATER)
    assert viewers_of(film) == ["Bob", "Carol", "Dave"]
    leave(shelf.server, dave)
    assert viewers_of(film) == ["Bob", "Carol"]


def test_the_default_of_one_viewer_is_a_nearer_word_than_that_of_everyone(shelf: LibrarySection) -> None:
    set_default(shelf, None, now=NOW)
    set_default(shelf, bob(on=shelf.server), now=NOW, optional=True)
    film = arrive(shelf)
    assert {row.viewer.name: row.is_optional for row in film.assignments.all()} == {
        "Bob": True,
        "Carol": False,
    }


def test_a_default_that_ends_leaves_what_it_gave(shelf: LibrarySection) -> None:
    set_default(shelf, bob(on=shelf.server), now=NOW)
    film = arrive(shelf)
    assert drop_default(shelf, bob(on=shelf.server)) is True
    assert drop_default(shelf, bob(on=shelf.server)) is False
    assert (viewers_of(film), viewers_of(arrive(shelf))) == (["Bob"], [])


def test_a_viewer_of_another_server_gets_nothing_here(shelf: LibrarySection) -> None:
    other = factories.server(machine_identifier="machine-2")
    factories.viewer(1009, "Dave", on=other)
    set_default(shelf, None, now=NOW)
    film = arrive(shelf)
    fulfil(other, LATER)
    assert viewers_of(film) == ["Bob", "Carol"]


def test_an_order_that_does_not_count_what_was_seen_before(film: MediaItem) -> None:
    for viewer in (bob(on=film.server), carol(on=film.server)):
        watch(item=film, viewer=viewer, at=LAST_YEAR + timedelta(days=1))
    ask_everyone(film, counts_earlier=False)
    assert not is_complete(film)
    ask_everyone(film)
    assert is_complete(film)


def test_fulfilling_twice_is_once(film: MediaItem) -> None:
    ask_everyone(film)
    assert fulfil(film.server, NOW) == 0
    assert Assignment.objects.count() == 2
