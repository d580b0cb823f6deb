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
from tests.media.fake_plex import FakePlex, episode, movie, season, show

A_WHILE = timedelta(minutes=11)
TOO_SOON = timedelta(minutes=9)


def keys(**conditions: Any) -> set[str]:
    return set(MediaItem.objects.present().filter(**conditions).values_list("rating_key", flat=True))


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


def test_an_item_that_comes_back_is_there_again(
    server: PlexServer, plex: FakePlex, library: list[Any], now: datetime
) -> None:
    sync_server(server, now)
    row = library.pop()
    sync_server(server, now + A_WHILE, full=True)
    library.append(row)

    sync_server(server, now + 2 * A_WHILE, full=True)

    assert MediaItem.objects.get(rating_key="139").gone_at is None


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
    assert job.progress == "Section 1: 40"
