"""A full pass: what is there, what is gone, and when not to believe it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.connecting import WrongServer
from accounts.jobs import running
from accounts.models import Job, PlexServer
from media.models import LibrarySection, MediaItem
from media.sync import sync_server
from plexclient.errors import PlexError
from tests import factories
from tests.media.fake_plex import FakePlex, episode, movie, season, show

A_WHILE = timedelta(minutes=11)


def keys() -> set[str]:
    return set(MediaItem.objects.present().values_list("rating_key", flat=True))


@pytest.fixture
def library(plex: FakePlex) -> list[dict[str, Any]]:
    return plex.section("1", "movie", *(movie(str(number)) for number in range(100, 140)))


def test_movies_and_shows_of_all_levels_are_copied(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("1", "movie", movie("1"))
    plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))

    report = sync_server(server, now)

    assert (report.sections, report.items, report.gone, report.errors) == (2, 4, 0, [])
    leaf = MediaItem.objects.get(rating_key="12")
    assert (leaf.parent and leaf.parent.rating_key, leaf.show and leaf.show.rating_key) == ("11", "10")


def test_music_and_photos_are_left_alone(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("1", "movie", movie("1"))
    plex.section("5", "artist")
    plex.section("6", "photo")

    assert sync_server(server, now).sections == 1
    assert list(LibrarySection.objects.values_list("key", flat=True)) == ["1"]


def test_kinds_are_read_from_the_top_down(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("2", "show", show("10"))

    sync_server(server, now)

    asked = [page.partition("type=")[2][0] for page in plex.pages_of("/library/sections/2/all")]
    assert asked == ["2", "3", "4"]


def test_an_item_that_is_no_longer_listed_is_gone(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    del library[0]

    report = sync_server(server, now + A_WHILE, full=True)

    assert (report.items, report.gone, report.errors) == (39, 1, [])
    assert MediaItem.objects.get(rating_key="100").gone_at == now + A_WHILE


def test_what_another_job_has_found_meanwhile_is_not_gone(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    factories.movie(section=LibrarySection.objects.get(), rating_key="999", first_seen_at=now + A_WHILE)

    assert sync_server(server, now + A_WHILE, full=True).gone == 0


def test_an_item_that_comes_back_is_there_again(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    row = library.pop()
    sync_server(server, now + A_WHILE, full=True)
    library.append(row)

    sync_server(server, now + 2 * A_WHILE, full=True)

    assert MediaItem.objects.get(rating_key="139").gone_at is None


def test_an_incomplete_listing_marks_nothing(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    library.pop()
    library.append(movie("200"))
    plex.faults.total = 60

    report = sync_server(server, now + A_WHILE, full=True)

    section = LibrarySection.objects.get()
    assert (report.gone, section.synced_at, section.full_sync_at) == (0, now, now)
    assert "Only 40 of 60 movies could be read" in section.last_error
    assert {"139", "200"} <= keys()


def test_a_listing_of_another_kind_than_asked_for_marks_nothing(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))
    sync_server(server, now)
    plex.faults.ignores_type = True
    plex.rows["2"].pop()

    assert sync_server(server, now + A_WHILE, full=True).gone == 0
    assert "Nothing was marked as gone" in LibrarySection.objects.get().last_error


def test_a_listing_that_is_mostly_of_another_kind_is_no_listing(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))
    plex.faults.ignores_type = True
    assert sync_server(server, now).items == 0
    assert "other things" in LibrarySection.objects.get().last_error


def test_one_section_that_fails_stops_no_other(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("1", "movie", movie("1"), title="Broken")
    plex.section("2", "movie", movie("2"), title="Whole")
    plex.faults.broken["/library/sections/1/all"] = 404

    report = sync_server(server, now)

    broken, whole = LibrarySection.objects.order_by("key")
    assert (report.sections, keys()) == (2, {"2"})
    assert report.errors == [f"Broken: {broken.last_error}"]
    assert "plex.test" in broken.last_error
    assert (broken.synced_at, whole.synced_at, whole.last_error) == (None, now, "")


def test_an_error_is_forgotten_when_the_section_is_read_again(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    plex.faults.broken["/library/sections/1/all"] = 404
    sync_server(server, now)
    plex.faults.broken.clear()

    assert sync_server(server, now + A_WHILE).errors == []
    assert LibrarySection.objects.get().last_error == ""


def test_another_server_at_the_address_is_not_read(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    plex.machine_identifier = "machine-2"

    with pytest.raises(WrongServer):
        sync_server(server, now)
    assert not MediaItem.objects.exists()


def test_a_server_that_does_not_list_its_sections_says_so(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    plex.faults.broken["/library/sections"] = 401

    with pytest.raises(PlexError):
        sync_server(server, now + A_WHILE, full=True)
    server.refresh_from_db()
    assert "does not accept the token" in server.last_error
    assert len(keys()) == 40


def test_a_library_of_thousands_is_read_in_pages_of_constant_cost(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    library = plex.section("1", "movie", *(movie(str(number)) for number in range(2000)))
    sync_server(server, now)
    with CaptureQueriesContext(connection) as of_four_pages:
        sync_server(server, now + A_WHILE, full=True)
    library += [movie(str(number)) for number in range(2000, 4000)]
    sync_server(server, now + A_WHILE, full=True)

    with CaptureQueriesContext(connection) as of_eight_pages:
        sync_server(server, now + 2 * A_WHILE, full=True)

    # Per page a savepoint and its release, the lock, the items and their files; nothing to write.
    assert len(of_eight_pages) - len(of_four_pages) == 4 * 5
    assert len(plex.pages_of("/library/sections/1/all")) == 4 + 4 + 8 + 8
    assert len(keys()) == 4000


def test_the_job_keeps_its_lease_and_says_how_far_it_is(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    with running(server, Job.Kind.LIBRARIES) as job:
        sync_server(server, now, job=job)

    job.refresh_from_db()
    assert (job.progress, job.rows, job.total, job.share) == ("Section 1", 40, 40, 1000)


@pytest.mark.parametrize("odd", [{"type": "hologram"}, {"type": None}])
def test_one_row_of_another_kind_is_left_out_the_rest_is_copied_and_nothing_is_gone(
    server: PlexServer, plex: FakePlex, now: datetime, odd: dict[str, str | None]
) -> None:
    rows = plex.section("1", "movie", movie("7"), movie("8"), movie("9"))
    sync_server(server, now, full=True)
    plex.faults.ignores_type = True
    rows[0:1] = [{**movie("10"), **odd}]
    report = sync_server(server, now + timedelta(hours=1), full=True)
    assert "Only 2 of 3 movies could be read" in report.errors[0]
    assert report.gone == 0
    assert set(MediaItem.objects.present().values_list("rating_key", flat=True)) == {"7", "8", "9"}
