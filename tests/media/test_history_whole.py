"""A history that became shorter is an alarm, not news; once a week all of it is read again."""

from datetime import datetime, timedelta

import pytest

from accounts.models import PlexServer
from media.models import HistoryCursor, Watch
from media.sources import history
from media.sources.report import PollReport
from media.sync import sync_server
from tests import factories
from tests.factories import BOB, NOW
from tests.media.fake_plex import FakePlex, movie

HISTORY = "/status/sessions/history/all"
START = int((NOW - timedelta(days=300)).timestamp())
HOUR, DAY = 3600, 86400
A_WHILE = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def library(server: PlexServer, plex: FakePlex) -> None:
    plex.section("1", "movie", *(movie(str(number), addedAt=START - DAY) for number in range(1, 6)))
    sync_server(server, NOW - timedelta(days=200))
    factories.bob(on=server)
    for number in range(10):
        plex.play("1", BOB, START + number * HOUR)


def read(server: PlexServer, now: datetime = NOW) -> PollReport:
    return history.read(server, server.connect(), now)


def cursor() -> HistoryCursor:
    return HistoryCursor.objects.select_related("server").get()


def test_its_length_is_remembered(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    assert cursor().total == 10
    plex.play("2", BOB, START + 20 * HOUR)

    read(server, NOW + A_WHILE)

    assert (cursor().total, cursor().alarm) == (11, "")


def test_the_look_at_its_length_costs_one_row(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    plex.requests.clear()
    plex.faults.page_size = None

    read(server)

    assert len(plex.pages_of(HISTORY)) == 2


@pytest.mark.parametrize("left", [9, 1, 0])
def test_a_single_short_answer_is_a_failed_reading(server: PlexServer, plex: FakePlex, left: int) -> None:
    read(server)
    before = (cursor().read_until, cursor().caught_up_at, Watch.objects.get().last_viewed_at)
    rows, plex.history = plex.history, plex.history[:left]

    report = read(server, NOW + A_WHILE)

    assert (report.complete, report.rows) == (False, 0)
    assert f"{left} rows, where 10 had been read" in report.errors[0]
    assert (cursor().read_until, cursor().caught_up_at, Watch.objects.get().last_viewed_at) == before
    assert not cursor().has_shrunk

    plex.history = rows
    assert read(server, NOW + 2 * A_WHILE).complete
    assert cursor().short_since is None


def test_a_second_look_too_soon_confirms_nothing(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    del plex.history[5:]
    read(server, NOW + A_WHILE)

    assert not read(server, NOW + A_WHILE + timedelta(minutes=9)).complete
    assert not cursor().has_shrunk


def test_a_second_look_a_while_later_is_an_alarm_and_reading_goes_on(
    server: PlexServer, plex: FakePlex
) -> None:
    """A restored backup: what was seen stays seen, what is seen from now on is taken in."""
    read(server)
    del plex.history[5:]
    read(server, NOW + A_WHILE)
    plex.play("2", BOB, int((NOW - timedelta(days=1)).timestamp()))

    report = read(server, NOW + 2 * A_WHILE)

    assert (report.complete, report.watches) == (True, 1)
    assert "6 rows, where 10 had been read" in cursor().alarm
    assert Watch.objects.count() == 2


def test_an_alarm_stays_however_long_the_history_grows(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    del plex.history[5:]
    read(server, NOW + A_WHILE)
    read(server, NOW + 2 * A_WHILE)
    for number in range(20):
        plex.play("2", BOB, START + (number + 20) * HOUR)

    read(server, NOW + 3 * A_WHILE)

    assert cursor().has_shrunk


def test_what_is_accepted_is_the_measure_from_then_on(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    del plex.history[5:]
    read(server, NOW + A_WHILE)
    read(server, NOW + 2 * A_WHILE)

    assert cursor().accept_shorter()
    assert not cursor().accept_shorter()

    assert (cursor().total, cursor().alarm) == (5, "")
    assert read(server, NOW + 3 * A_WHILE).complete
    del plex.history[3:]
    assert not read(server, NOW + 4 * A_WHILE).complete


def test_a_server_that_does_not_say_how_many_there_are_raises_no_alarm(
    server: PlexServer, plex: FakePlex
) -> None:
    read(server)
    known = cursor()

    assert known.measure(None, NOW + A_WHILE) == ""
    assert not known.has_shrunk


def test_once_a_week_everything_is_read_again(server: PlexServer, plex: FakePlex) -> None:
    """A row of long ago that came in late is found then."""
    plex.play("2", BOB, START + 100 * DAY)
    read(server)
    plex.play("3", BOB, START + 30)
    read(server, NOW + timedelta(days=6))
    assert not Watch.objects.filter(item__rating_key="3").exists()

    report = read(server, NOW + timedelta(days=7, minutes=1))

    assert (report.rows, report.complete) == (12, True)
    assert Watch.objects.filter(item__rating_key="3").exists()
    assert cursor().full_read_at == NOW + timedelta(days=7, minutes=1)
    assert read(server, NOW + timedelta(days=8)).rows < 12


def test_a_full_reading_that_breaks_off_is_begun_again(server: PlexServer, plex: FakePlex) -> None:
    read(server)
    until = cursor().read_until
    plex.faults.page_size = 5
    plex.faults.broken[HISTORY], plex.faults.from_page[HISTORY] = 404, 5
    week = NOW + timedelta(days=8)

    assert not read(server, week).complete
    assert (cursor().read_until, cursor().full_read_at) == (until, NOW)

    plex.faults.broken.clear()
    assert (read(server, week).rows, cursor().full_read_at) == (10, week)


def test_a_first_reading_in_two_goes_is_a_full_one(server: PlexServer, plex: FakePlex) -> None:
    plex.faults.page_size = 5
    plex.faults.broken[HISTORY], plex.faults.from_page[HISTORY] = 404, 5
    read(server)
    plex.faults.broken.clear()

    read(server, NOW + A_WHILE)

    assert cursor().full_read_at == NOW + A_WHILE
    read(server, NOW + 2 * A_WHILE)
    assert cursor().total == 10
