from datetime import datetime, timedelta

import pytest

from accounts.connecting import WrongServer
from accounts.errors import Busy
from accounts.jobs import running
from accounts.models import Job, PlexServer
from media.models import LibrarySection, Watch
from media.sources import PollReport, poll
from plexclient.errors import PlexError
from tests import factories
from tests.factories import BOB, NOW
from tests.media.fake_plex import FakePlex, movie

HISTORY = "/status/sessions/history/all"
EARLIER = NOW - timedelta(days=1)


@pytest.fixture
def played(plex: FakePlex, films: LibrarySection) -> None:
    """Bob has seen a film."""
    factories.bob(on=films.server)
    film = factories.movie(section=films)
    plex.section(films.key, "movie", movie(film.rating_key, film.title, guid=film.guid))
    plex.play(film.rating_key, BOB, int(EARLIER.timestamp()))


@pytest.mark.usefixtures("played")
def test_a_poll_records_and_remembers_when(server: PlexServer, now: datetime) -> None:
    assert poll(server, now) == PollReport(rows=1, watches=1)

    server.refresh_from_db()
    assert (server.last_poll_at, server.is_online, server.last_error) == (now, True, "")
    assert Watch.objects.exists()


@pytest.mark.usefixtures("played")
def test_a_second_poll_while_one_runs_is_busy(server: PlexServer, now: datetime) -> None:
    with running(server, Job.Kind.POLL), pytest.raises(Busy):
        poll(server, now)
    assert not Watch.objects.exists()


@pytest.mark.usefixtures("played")
def test_a_poll_says_how_far_it_is(server: PlexServer, now: datetime) -> None:
    poll(server, now)

    job = Job.objects.get(kind=Job.Kind.POLL)
    assert (job.rows, job.total, job.share, job.error, job.leased_until) == (1, 1, 500, "", None)


@pytest.mark.usefixtures("played")
def test_a_poll_that_was_not_whole_is_recorded_on_the_server(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.faults.total = 5

    report = poll(server, now)

    server.refresh_from_db()
    assert (report.complete, report.watches) == (False, 1)
    assert (server.last_error, server.is_online, server.last_poll_at) == (report.errors[0], True, None)


@pytest.mark.usefixtures("played")
def test_a_history_that_may_not_be_read_is_an_error_in_words(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.faults.broken[HISTORY] = 403

    report = poll(server, now)

    assert (report.rows, report.complete) == (0, False)
    assert "plex.test" in report.errors[0]


@pytest.mark.usefixtures("played")
def test_a_server_that_is_not_there_is_recorded_and_raised(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.faults.broken["/identity"] = 502

    with pytest.raises(PlexError):
        poll(server, now)
    server.refresh_from_db()
    assert (server.is_online, server.last_poll_at) == (False, None)
    assert server.last_error == Job.objects.get(kind=Job.Kind.POLL).error != ""


@pytest.mark.usefixtures("played")
def test_another_server_at_the_address_tells_us_nothing(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.machine_identifier = "machine-2"

    with pytest.raises(WrongServer):
        poll(server, now)
    assert plex.pages_of(HISTORY) == []
