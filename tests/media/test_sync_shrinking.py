"""A listing that suddenly lacks much is not believed until another one, a while later, says the same."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.sync import sync_server
from tests.media.fake_plex import FakePlex, episode, movie, season, show

A_WHILE = timedelta(minutes=11)
TOO_SOON = timedelta(minutes=9)


def keys() -> set[str]:
    return set(MediaItem.objects.present().values_list("rating_key", flat=True))


@pytest.fixture
def library(plex: FakePlex) -> list[dict[str, Any]]:
    return plex.section("1", "movie", *(movie(str(number)) for number in range(100, 140)))


@pytest.mark.parametrize("left", [29, 5, 0])
def test_a_listing_that_suddenly_shrinks_marks_nothing(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime, left: int
) -> None:
    sync_server(server, now)
    del library[left:]

    report = sync_server(server, now + A_WHILE, full=True)

    section = LibrarySection.objects.get()
    assert (report.items, report.gone, section.shrank_at) == (40, 0, now + A_WHILE)
    assert MediaItem.objects.filter(missing_since=now + A_WHILE).count() == 40 - left
    assert f"{40 - left} of 40 movies" in section.last_error
    assert report.errors == [f"{section}: {section.last_error}"]


@pytest.mark.parametrize("lost", [1, 10])
def test_ten_items_may_vanish_at_once(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime, lost: int
) -> None:
    del library[20:]
    sync_server(server, now)
    del library[:lost]

    assert sync_server(server, now + A_WHILE, full=True).gone == lost


def test_a_quarter_of_a_library_may_vanish_at_once(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    library += [movie(str(number)) for number in range(140, 148)]
    sync_server(server, now)
    del library[:12]

    assert sync_server(server, now + A_WHILE, full=True).gone == 12


def test_the_last_item_of_a_library_is_not_gone_at_first(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    library = plex.section("1", "movie", movie("1"))
    sync_server(server, now)
    library.clear()

    assert sync_server(server, now + A_WHILE, full=True).gone == 0
    assert sync_server(server, now + 2 * A_WHILE, full=True).gone == 1


def test_a_second_full_pass_a_while_later_is_believed(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    del library[5:]
    sync_server(server, now + A_WHILE, full=True)

    report = sync_server(server, now + 2 * A_WHILE, full=True)

    section = LibrarySection.objects.get()
    assert (report.items, report.gone, report.errors) == (5, 35, [])
    assert (section.shrank_at, section.last_error) == (None, "")
    assert not MediaItem.objects.exclude(missing_since=None).exists()


def test_a_second_full_pass_too_soon_is_not_believed(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    del library[5:]
    sync_server(server, now + A_WHILE, full=True)

    report = sync_server(server, now + A_WHILE + TOO_SOON, full=True)

    assert (report.gone, len(report.errors)) == (0, 1)
    assert LibrarySection.objects.get().shrank_at == now + A_WHILE
    assert set(MediaItem.objects.exclude(missing_since=None).values_list("missing_since", flat=True)) == {
        now + A_WHILE
    }


def test_a_second_pass_that_lacks_others_is_no_agreement(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    plex.faults.hidden = {str(number) for number in range(100, 115)}
    sync_server(server, now + A_WHILE, full=True)
    plex.faults.hidden = {str(number) for number in range(120, 135)}

    report = sync_server(server, now + 2 * A_WHILE, full=True)

    assert report.gone == 0
    assert set(MediaItem.objects.exclude(missing_since=None).values_list("rating_key", flat=True)) == (
        plex.faults.hidden
    )


def test_what_was_missing_and_is_seen_again_is_no_longer_doubted(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    plex.faults.hidden = {row["ratingKey"] for row in library}
    sync_server(server, now + A_WHILE, full=True)
    plex.faults.hidden = {"100"}

    report = sync_server(server, now + 2 * A_WHILE)

    section = LibrarySection.objects.get()
    assert (report.gone, report.errors, section.shrank_at) == (1, [], None)
    assert keys() == {row["ratingKey"] for row in library} - {"100"}
    assert not MediaItem.objects.exclude(missing_since=None).exists()


def test_episodes_that_vanish_are_doubted_though_their_shows_are_listed(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    episodes = [episode(str(20 + number), "11", "10", number) for number in range(15)]
    rows = plex.section("2", "show", show("10"), season("11", "10"), *episodes)
    sync_server(server, now)
    del rows[2:]

    report = sync_server(server, now + A_WHILE, full=True)

    assert report.gone == 0
    assert "15 of 15 episodes" in report.errors[0]
