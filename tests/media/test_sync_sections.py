from datetime import datetime, timedelta

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.sync import sync_server
from tests.media.fake_plex import FakePlex, movie

A_WHILE = timedelta(minutes=11)


def test_a_section_that_vanishes_is_gone_only_when_it_is_missing_twice(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("1", "movie", movie("1"), title="Films")
    plex.section("2", "movie", movie("2"))
    sync_server(server, now)
    del plex.sections[0]

    first = sync_server(server, now + A_WHILE)
    films = LibrarySection.objects.get(key="1")
    assert (films.gone_at, films.missing_since) == (None, now + A_WHILE)
    assert first.errors == [f"Films: {films.last_error}"]

    too_soon = sync_server(server, now + A_WHILE + timedelta(minutes=9))
    assert len(too_soon.errors) == 1

    later = sync_server(server, now + 2 * A_WHILE)
    films.refresh_from_db()
    assert (films.gone_at, later.errors, later.sections) == (now + 2 * A_WHILE, [], 1)


def test_the_items_of_a_section_that_vanished_are_left_alone_and_not_counted(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("1", "movie", movie("1"))
    sync_server(server, now)
    plex.sections.clear()
    sync_server(server, now + A_WHILE)

    report = sync_server(server, now + 2 * A_WHILE, full=True)

    assert (report.items, report.gone) == (0, 0)
    assert MediaItem.objects.get().gone_at is None


def test_a_section_that_comes_back_is_there_again(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    plex.section("1", "movie", movie("1"))
    sync_server(server, now)
    listed = plex.sections.copy()
    plex.sections.clear()
    for passes in range(1, 4):
        sync_server(server, now + passes * A_WHILE)
    plex.sections = listed

    report = sync_server(server, now + 5 * A_WHILE)

    section = LibrarySection.objects.get()
    assert (section.gone_at, section.missing_since, section.last_error) == (None, None, "")
    assert (report.sections, report.items) == (1, 1)


def test_a_section_keeps_its_row_when_it_is_renamed(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("1", "movie", title="Films")
    sync_server(server, now)
    plex.sections[0]["title"] = "<script>alert(1)</script> 🎬"

    sync_server(server, now + A_WHILE)

    assert LibrarySection.objects.get().title == "<script>alert(1)</script> 🎬"


def test_another_library_under_the_same_key_is_read_in_full(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.section("1", "movie", movie("1"), movie("2"))
    sync_server(server, now)
    plex.sections[0]["uuid"] = "another"
    del plex.rows["1"][0]

    assert sync_server(server, now + A_WHILE).gone == 1
