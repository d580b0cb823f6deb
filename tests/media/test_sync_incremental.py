"""An incremental pass reads from the newest change back; only a full one can tell what is gone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.sync import sync_server
from tests.media.fake_plex import ADDED, FakePlex, movie

LATER = timedelta(hours=6)
LISTING = "/library/sections/1/all"


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@pytest.fixture
def library(server: PlexServer, plex: FakePlex, now: datetime) -> list[dict[str, Any]]:
    """1,200 films, read whole at `now`."""
    rows = plex.section("1", "movie", *(movie(str(n), updatedAt=ADDED + n) for n in range(1200)))
    sync_server(server, now)
    plex.requests.clear()
    return rows


def test_the_first_pass_is_a_full_one(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("1", "movie", movie("1"))

    sync_server(server, now)

    section = LibrarySection.objects.get()
    assert (section.synced_at, section.full_sync_at) == (now, now)
    assert "sort" not in plex.pages_of(LISTING)[0]


def test_only_pages_that_hold_something_newer_are_read(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    library[7] |= {"title": "Renamed", "updatedAt": seconds(now + LATER / 2)}
    library.append(movie("5000", updatedAt=seconds(now + LATER / 2)))

    report = sync_server(server, now + LATER)

    assert (report.items, report.gone, report.errors) == (1201, 0, [])
    assert MediaItem.objects.get(rating_key="7").title == "Renamed"
    assert len(plex.pages_of(LISTING)) == 1
    section = LibrarySection.objects.get()
    assert (section.synced_at, section.full_sync_at) == (now + LATER, now)


def test_a_change_just_before_the_last_pass_began_is_read(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    library += [movie(str(n), updatedAt=seconds(now - timedelta(minutes=10))) for n in range(2000, 2500)]
    library.append(movie("5000", updatedAt=seconds(now - timedelta(minutes=50))))

    sync_server(server, now + LATER)

    assert MediaItem.objects.filter(rating_key="5000").exists()


@pytest.mark.parametrize("undated", [False, True])
def test_a_listing_that_is_not_sorted_is_read_to_its_end(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime, undated: bool
) -> None:
    plex.faults.ignores_sort = True
    if undated:
        library.sort(key=lambda row: -row["updatedAt"])
        del library[3]["updatedAt"]
    library.append(movie("5000", updatedAt=seconds(now + LATER / 2)))

    report = sync_server(server, now + LATER)

    assert (report.items, report.errors) == (1201, [])
    assert len(plex.pages_of(LISTING)) == 3


def test_an_incremental_pass_marks_nothing_gone(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    library.clear()

    report = sync_server(server, now + LATER)

    assert (report.items, report.gone, report.errors) == (1200, 0, [])


def test_an_incomplete_reading_is_repeated_from_the_same_moment(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    for row in library:
        row["updatedAt"] = seconds(now + LATER / 2)
    plex.faults.total = 5000

    report = sync_server(server, now + LATER)

    assert LibrarySection.objects.get().synced_at == now
    assert "Only 1200 of 5000" in report.errors[0]


def test_after_a_doubtful_pass_the_next_one_is_full(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    del library[100:]
    sync_server(server, now + LATER, full=True)

    assert sync_server(server, now + 2 * LATER).gone == 1100
