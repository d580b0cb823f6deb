"""The history is read from a cursor on, and the cursor never passes what was not read."""

from datetime import UTC, datetime, timedelta
from typing import Any

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
START = int((NOW - timedelta(days=30)).timestamp())
HOUR, DAY = 3600, 86400


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


@pytest.fixture
def library(server: PlexServer, plex: FakePlex) -> list[dict[str, Any]]:
    rows = plex.section("1", "movie", *(movie(str(number)) for number in range(1, 6)))
    sync_server(server, NOW - timedelta(days=60))
    factories.bob(on=server)
    plex.requests.clear()
    return rows


def read(server: PlexServer, now: datetime = NOW) -> PollReport:
    return history.read(server, server.connect(), now)


def cursor() -> HistoryCursor:
    return HistoryCursor.objects.get()


def seen() -> set[str]:
    return set(Watch.objects.values_list("item__rating_key", flat=True))


@pytest.mark.usefixtures("library")
def test_the_first_run_reads_everything(server: PlexServer, plex: FakePlex) -> None:
    plex.play("1", BOB, START)
    plex.play("2", BOB, START + HOUR)

    assert read(server) == PollReport(rows=2, watches=2)

    assert seen() == {"1", "2"}
    assert (cursor().read_until, cursor().caught_up_at, cursor().rows) == (at(HOUR), NOW, 2)
    assert "viewedAt%3E" not in plex.pages_of(HISTORY)[0]


@pytest.mark.usefixtures("library")
def test_later_runs_read_from_an_hour_before_the_cursor(server: PlexServer, plex: FakePlex) -> None:
    plex.play("1", BOB, START)
    plex.play("2", BOB, START + 2 * HOUR)
    read(server)
    plex.play("3", BOB, START + 3 * HOUR)

    assert read(server) == PollReport(rows=2, watches=1)
    assert f"viewedAt%3E={START + HOUR}" in plex.pages_of(HISTORY)[-1]


@pytest.mark.usefixtures("library")
def test_once_a_day_late_rows_of_a_week_are_read(server: PlexServer, plex: FakePlex) -> None:
    """A player that was offline reports later what was seen before."""
    plex.play("1", BOB, START + 10 * DAY)
    read(server)
    plex.play("2", BOB, START + 5 * DAY)
    read(server)
    assert seen() == {"1"}

    read(server, NOW + timedelta(days=1))

    assert seen() == {"1", "2"}


@pytest.mark.usefixtures("library")
def test_an_empty_history_is_read_again_from_the_beginning(server: PlexServer, plex: FakePlex) -> None:
    assert read(server) == PollReport()
    plex.play("1", BOB, START)

    assert read(server).watches == 1


@pytest.mark.usefixtures("library")
def test_a_long_history_is_read_page_by_page(server: PlexServer, plex: FakePlex) -> None:
    for number in range(2500):
        plex.play(str(number % 5 + 1), BOB, START + number)

    assert read(server) == PollReport(
        rows=2500, watches=15
    )  # each of five is seen again on each of three pages
    assert Watch.objects.count() == 5
    assert len(plex.pages_of(HISTORY)) == 3


@pytest.mark.usefixtures("library")
def test_a_run_that_is_cut_off_goes_on_where_it_was(server: PlexServer, plex: FakePlex) -> None:
    for number in range(2500):
        plex.play("1", BOB, START + number * HOUR)
    plex.faults.broken[HISTORY], plex.faults.from_page[HISTORY] = 404, 1000

    broken = read(server, NOW + timedelta(days=365))

    assert (broken.rows, broken.complete, len(broken.errors)) == (1000, False, 1)
    assert (cursor().read_until, cursor().caught_up_at) == (at(999 * HOUR), None)

    plex.faults.broken.clear()
    report = read(server, NOW + timedelta(days=365))
    assert (report.rows, report.complete) == (1502, True)
    assert Watch.objects.get().last_viewed_at == at(2499 * HOUR)


@pytest.mark.usefixtures("library")
def test_a_history_that_is_not_whole_is_an_error_and_what_was_read_counts(
    server: PlexServer, plex: FakePlex
) -> None:
    plex.play("1", BOB, START)
    plex.faults.total = 3

    report = read(server)

    assert (report.rows, report.watches, report.complete) == (1, 1, False)
    assert "1 of 3 rows" in report.errors[0]
    assert cursor().caught_up_at is None


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("page_size", [1, 2, None])
def test_a_server_that_ignores_the_date_is_read_from_the_newest_row_back(
    server: PlexServer, plex: FakePlex, page_size: int | None
) -> None:
    for number in range(10):
        plex.play("1", BOB, START + number * DAY)
    read(server)
    plex.play("2", BOB, START + 11 * DAY)
    plex.faults.ignores_filter, plex.faults.page_size = True, page_size
    plex.requests.clear()

    report = read(server)

    assert (report.complete, report.watches, seen()) == (True, 1, {"1", "2"})
    assert cursor().read_until == at(11 * DAY)
    assert len(plex.pages_of(HISTORY)) <= 5  # how many, one forward, and back no further than the cursor


@pytest.mark.usefixtures("library")
def test_reading_back_moves_the_cursor_only_at_its_end(server: PlexServer, plex: FakePlex) -> None:
    for number in range(5):
        plex.play("1", BOB, START + number * DAY)
    read(server)
    plex.play("2", BOB, START + 11 * DAY)
    plex.play("3", BOB, START + 12 * DAY)
    plex.faults.ignores_filter, plex.faults.page_size = True, 1
    plex.faults.broken[HISTORY], plex.faults.from_page[HISTORY] = 404, 1

    assert not read(server).complete
    assert (seen(), cursor().read_until) == ({"1", "3"}, at(4 * DAY))


@pytest.mark.usefixtures("library")
def test_a_server_that_ignores_date_and_order_is_read_whole(server: PlexServer, plex: FakePlex) -> None:
    for number in range(10):
        plex.play("1", BOB, START + number * DAY)
    read(server)
    plex.play("2", BOB, START + 11 * DAY)
    plex.faults.ignores_filter = plex.faults.ignores_sort = True
    plex.faults.page_size = 2

    assert read(server).complete
    assert seen() == {"1", "2"}


@pytest.mark.usefixtures("library")
def test_a_history_out_of_order_moves_the_cursor_only_at_its_end(server: PlexServer, plex: FakePlex) -> None:
    for number in (0, 5, 9, 3, 1):
        plex.play("1", BOB, START + number * DAY)
    plex.faults.ignores_sort, plex.faults.page_size = True, 2
    plex.faults.broken[HISTORY], plex.faults.from_page[HISTORY] = 404, 4

    assert not read(server).complete
    assert cursor().read_until is None

    plex.faults.broken.clear()
    assert read(server).complete
    assert cursor().read_until == at(9 * DAY)


@pytest.mark.usefixtures("library")
def test_the_cursor_never_passes_now(server: PlexServer, plex: FakePlex) -> None:
    plex.play("1", BOB, int((NOW + timedelta(days=400)).timestamp()))

    assert read(server) == PollReport(rows=1, skipped=1)
    assert cursor().read_until == NOW

    assert read(server, NOW + timedelta(days=401)).watches == 1


@pytest.mark.usefixtures("library")
def test_a_clock_that_was_put_back_reads_from_there(server: PlexServer, plex: FakePlex) -> None:
    HistoryCursor.objects.create(server=server, read_until=NOW + timedelta(days=400))
    plex.play("1", BOB, int(NOW.timestamp()) - 60)

    assert read(server).watches == 1


@pytest.mark.usefixtures("library")
def test_rows_of_no_use_are_skipped_and_counted(server: PlexServer, plex: FakePlex) -> None:
    plex.play(None, BOB, START)
    plex.play("1", None, START)
    plex.play("1", 0, START)
    plex.play("1", BOB, None)
    plex.play("50", BOB, START, type="track")
    plex.play("51", BOB, START, type="clip")
    plex.play("2", BOB, START)

    assert read(server) == PollReport(rows=7, watches=1, skipped=6)


@pytest.mark.usefixtures("library")
def test_a_row_that_cannot_be_understood_is_skipped_counted_and_holds_up_nothing(
    server: PlexServer, plex: FakePlex
) -> None:
    plex.play("1", BOB, START)
    plex.play("2", BOB, START, accountID={"what": "is this"})

    report = read(server)

    assert (report.watches, report.skipped, report.complete, report.errors) == (1, 1, True, ())


@pytest.mark.usefixtures("library")
def test_a_view_written_down_twice_under_one_key_is_one_view(server: PlexServer, plex: FakePlex) -> None:
    plex.history.append(plex.play("1", BOB, START))

    report = read(server)

    assert (report.watches, report.complete) == (1, True)


@pytest.mark.usefixtures("library")
def test_repeated_rows_are_one_view(server: PlexServer, plex: FakePlex) -> None:
    row = plex.play("1", BOB, START)
    plex.history.append({**row, "historyKey": "/status/sessions/history/99"})

    assert read(server).watches == 1
