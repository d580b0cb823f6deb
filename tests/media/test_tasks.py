from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.jobs import running
from accounts.models import Job, PlexServer
from media import tasks
from media.models import LibrarySection, MediaItem, Watch
from tests import factories
from tests.factories import BOB
from tests.media.fake_plex import FakePlex, movie


@pytest.fixture
def elsewhere(server: PlexServer) -> PlexServer:
    """A server that cannot be reached; it comes first."""
    return factories.server(machine_identifier="machine-0", name="Attic", url="http://attic.test:32400")


def job_of(server: PlexServer) -> Job:
    return Job.of(server, Job.Kind.LIBRARIES)


@pytest.mark.usefixtures("elsewhere")
def test_a_server_that_fails_stops_no_other(server: PlexServer, plex: FakePlex) -> None:
    viewed_at = timezone.now() - timedelta(hours=1)
    plex.section("1", "movie", movie("7"))
    factories.bob(on=server)
    plex.play("7", BOB, int(viewed_at.timestamp()))

    tasks.sync_libraries()
    tasks.poll()

    assert MediaItem.objects.get().server == Watch.objects.get().server == server


def test_one_server_can_be_named(server: PlexServer, elsewhere: PlexServer, plex: FakePlex) -> None:
    plex.section("1", "movie")

    tasks.sync_libraries(server.pk)
    tasks.poll(server.pk)

    elsewhere.refresh_from_db()
    assert elsewhere.last_error == ""
    assert LibrarySection.objects.get().server == server


def test_a_run_that_is_under_way_is_no_error(server: PlexServer, plex: FakePlex) -> None:
    with running(server, Job.Kind.LIBRARIES), running(server, Job.Kind.POLL):
        tasks.sync_libraries()
        tasks.poll()

    assert plex.requests == []


def test_the_daily_full_run_follows_one_that_was_under_way(server: PlexServer, plex: FakePlex) -> None:
    plex.section("1", "movie")
    tasks.sync_libraries()
    with running(server, Job.Kind.LIBRARIES):
        tasks.sync_libraries(full=True)

    tasks.sync_libraries()
    tasks.sync_libraries()

    is_full = ["sort=" not in page for page in plex.pages_of("/library/sections/1/all")]
    assert is_full == [True, True, False]
    assert (job_of(server).wanted_at, job_of(server).is_full) == (None, False)


def test_asking_for_a_sync_leaves_a_row_and_a_hint(server: PlexServer, plex: FakePlex) -> None:
    tasks.ask_sync(server, full=True)
    tasks.ask_sync(server)

    assert list(Job.objects.wanted()) == [job_of(server)]
    assert job_of(server).is_full


def test_the_first_sync_asks_for_the_history_and_a_later_one_does_not(
    server: PlexServer, plex: FakePlex
) -> None:
    plex.section("1", "movie")
    poll = Job.of(server, Job.Kind.POLL)

    tasks.sync_libraries(server.pk)
    poll.refresh_from_db()
    assert poll.wanted_at is not None

    tasks.poll(server.pk)
    tasks.sync_libraries(server.pk)
    poll.refresh_from_db()
    assert poll.wanted_at is None
