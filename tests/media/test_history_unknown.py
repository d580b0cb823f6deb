"""Titles and people that the history knows before Plaxe does, and the cursor that comes back for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import PlexServer
from media.models import HistoryCursor, LibrarySection, MediaItem, Watch
from media.sources import history
from media.sources.report import PollReport
from media.sync import sync_server
from tests import factories
from tests.factories import BOB, CAROL, NOW
from tests.media.fake_plex import FakePlex, episode, movie, season, show

START = int((NOW - timedelta(days=30)).timestamp())
DAY = 86400


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


@pytest.fixture
def library(server: PlexServer, plex: FakePlex) -> list[dict[str, Any]]:
    rows = plex.section("1", "movie", *(movie(str(number)) for number in range(1, 6)))
    sync_server(server, NOW - timedelta(days=60))
    factories.bob(on=server)
    return rows


def read(server: PlexServer) -> PollReport:
    return history.read(server, server.connect(), NOW)


def cursor() -> HistoryCursor:
    return HistoryCursor.objects.get()


def seen() -> set[str]:
    return set(Watch.objects.values_list("item__rating_key", flat=True))


def test_a_title_newer_than_the_last_sync_is_looked_up_in_the_same_run(
    server: PlexServer, plex: FakePlex, library: list[Any]
) -> None:
    library.append(movie("9"))
    plex.play("9", BOB, START)
    plex.play("404", BOB, START + 1)

    assert read(server) == PollReport(rows=2, watches=1, skipped=1)
    assert seen() == {"9"}


@pytest.mark.usefixtures("library")
def test_an_episode_is_looked_up_with_its_show(server: PlexServer, plex: FakePlex) -> None:
    LibrarySection.objects.create(server=server, key="2", type="show", title="Series")
    plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))
    plex.play("12", BOB, START, type="episode")

    assert read(server).watches == 1
    assert MediaItem.objects.get(rating_key="12").show is not None


def test_when_the_look_up_fails_the_views_come_with_the_next_sync(
    server: PlexServer, plex: FakePlex, library: list[Any]
) -> None:
    library.append(movie("9"))
    plex.play("9", BOB, START)
    plex.faults.broken["/library/metadata/9"] = 403

    report = read(server)
    assert (report.watches, report.complete, len(report.errors)) == (0, True, 1)

    plex.faults.broken.clear()
    sync_server(server, NOW, full=True)
    assert read(server).watches == 1


@pytest.mark.usefixtures("library")
def test_views_of_somebody_who_becomes_known_later_are_read_then(server: PlexServer, plex: FakePlex) -> None:
    plex.play("1", CAROL, START)
    plex.play("2", BOB, START + 20 * DAY)
    assert read(server) == PollReport(rows=2, watches=1, skipped=1)

    factories.carol(on=server)

    assert read(server) == PollReport(rows=2, watches=1)
    assert set(Watch.objects.values_list("viewer__name", flat=True)) == {"Bob", "Carol"}
    assert read(server).rows == 1


def test_what_another_job_rewinds_while_it_runs_stays_rewound(server: PlexServer) -> None:
    running = HistoryCursor.of(server)
    running.advance(at(10 * DAY), rows=1)

    HistoryCursor.rewind(server, at(DAY))
    running.advance(at(20 * DAY), rows=1)

    assert cursor().read_until == at(DAY)


def test_the_cursor_never_goes_back_by_advancing(server: PlexServer) -> None:
    moving = HistoryCursor.of(server)
    moving.advance(at(10 * DAY), rows=1)

    moving.advance(at(DAY), rows=1)
    moving.advance(None, rows=1)

    assert (cursor().read_until, cursor().rows) == (at(10 * DAY), 3)
