import os
import socket
import subprocess
import sys
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Busy
from accounts.jobs import for_each_server, running
from accounts.models import Job, PlexServer
from accounts.models.jobs import LEASE, RENEW_AFTER, Part, is_dead, this_process
from plexclient.errors import Unreachable
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
POLL = Job.Kind.POLL


def held(server: PlexServer) -> Job:
    job = Job.of(server, POLL)
    assert job.take(NOW)
    return job


def test_of_two_holders_one_gets_the_job() -> None:
    server = factories.server()
    held(server)
    assert not Job.of(server, POLL).take(NOW)


def test_a_busy_job_says_so_in_words() -> None:
    server = factories.server()
    with running(server, POLL), pytest.raises(Busy, match="running already"), running(server, POLL):
        pytest.fail("two runs at once")


def test_two_kinds_of_work_do_not_wait_for_each_other() -> None:
    server = factories.server()
    held(server)
    assert Job.of(server, Job.Kind.EXECUTE).take(NOW)


def test_a_lease_that_ran_out_is_free() -> None:
    server = factories.server()
    held(server)
    assert Job.of(server, POLL).take(NOW + LEASE)


def test_the_lease_of_a_dead_process_is_free_at_once() -> None:
    server = factories.server()
    job = held(server)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    Job.objects.filter(pk=job.pk).update(holder=f"{socket.gethostname()}/{gone.pid}/12345")
    assert Job.of(server, POLL).take(NOW)


def test_the_lease_of_another_machine_is_left_alone() -> None:
    server = factories.server()
    job = held(server)
    Job.objects.filter(pk=job.pk).update(holder="elsewhere/1/12345")
    assert not Job.of(server, POLL).take(NOW)


@pytest.mark.parametrize(
    "holder", ["", "nonsense", f"{socket.gethostname()}/x/1", f"{socket.gethostname()}/1/"]
)
def test_a_holder_nobody_knows_counts_as_alive(holder: str) -> None:
    assert not is_dead(holder)


def test_this_process_is_alive() -> None:
    assert str(os.getpid()) in this_process()
    assert not is_dead(this_process())


def test_a_renewed_lease_outlives_the_first_one() -> None:
    server = factories.server()
    later = NOW + LEASE - timedelta(seconds=1)
    held(server).renew(later, "page 2")
    assert not Job.of(server, POLL).take(NOW + LEASE)
    assert Job.of(server, POLL).progress == "page 2"


def test_renewing_all_the_time_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    job = held(factories.server())
    with django_assert_num_queries(0):
        job.renew(NOW + RENEW_AFTER / 2)


def test_an_old_run_cannot_write_for_a_new_one() -> None:
    server = factories.server()
    old = held(server)
    new = Job.of(server, POLL)
    assert new.take(NOW + LEASE)
    old.renew(NOW + 2 * LEASE, "from the grave")
    old.finish(NOW + 2 * LEASE, "late")
    row = Job.of(server, POLL)
    assert (row.progress, row.error, row.leased_until) == ("", "", new.leased_until)


def test_a_run_that_fails_leaves_its_reason_and_lets_go() -> None:
    server = factories.server()
    with pytest.raises(Unreachable), running(server, POLL):
        raise Unreachable("The server is off.")
    row = Job.of(server, POLL)
    assert (row.error, row.leased_until, row.holder) == ("The server is off.", None, "")
    assert row.finished_at


def test_a_good_run_clears_the_error_of_the_last_one() -> None:
    server = factories.server()
    Job.objects.create(server=server, kind=POLL, error="bad yesterday")
    with running(server, POLL):
        pass
    assert Job.of(server, POLL).error == ""


def test_a_full_run_that_was_asked_for_stays_full_until_it_begins() -> None:
    server = factories.server()
    job = Job.of(server, POLL)
    job.want(NOW, full=True)
    job.want(NOW)
    with running(server, POLL) as run:
        assert run.takes_all
    assert not Job.of(server, POLL).is_full
    assert not Job.objects.wanted().exists()


def test_what_is_wanted_while_a_run_goes_on_stays_wanted() -> None:
    server = factories.server()
    with running(server, POLL):
        Job.of(server, POLL).want(timezone.now())
    assert Job.objects.wanted().exists()


def test_one_server_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    calls = count()
    for number in range(4):
        factories.server(machine_identifier=f"machine-{number}", name=f"Server {number}")
    problems: list[Exception] = [Unreachable("off"), Busy("busy"), ValueError("bug")]

    def work(server: PlexServer) -> None:
        if (number := next(calls)) < len(problems):
            raise problems[number]

    for_each_server(None, work)
    assert next(calls) == 4
    assert "off" in caplog.text


@pytest.mark.parametrize(
    ("part", "rows", "total", "share"),
    [
        (Part(), 300, 1200, 250),
        (Part(), 300, None, None),
        (Part(), None, None, None),
        (Part(1, 4), None, None, 250),
        (Part(1, 4), 50, 100, 375),
        (Part(3, 4), 500, 100, 1000),
        (Part(0, 4), 0, 0, 0),
    ],
)
def test_how_much_is_done_is_told_of_the_whole(
    part: Part, rows: int | None, total: int | None, share: int | None
) -> None:
    job = held(factories.server())
    job.renew(NOW, "Films", rows, total, part=part)
    assert Job.of(job.server, POLL).share == share


def test_when_it_ends_is_guessed_only_from_some_experience() -> None:
    job = held(factories.server())
    job.renew(NOW, "Films", 1, 4)
    assert job.ends_at(NOW + timedelta(seconds=1)) is None
    assert job.ends_at(NOW + timedelta(seconds=10)) == NOW + timedelta(seconds=40)
    job.renew(NOW, "Films", 1)
    assert job.ends_at(NOW + timedelta(seconds=10)) is None


def test_what_is_asked_for_and_not_begun_is_late_after_a_while() -> None:
    job = Job.of(factories.server(), POLL)
    assert not job.is_late(NOW)
    job.want(NOW)
    job.refresh_from_db()
    assert [job.is_late(NOW + timedelta(seconds=later)) for later in (30, 90)] == [False, True]
    assert job.take(NOW)
    assert not job.is_late(NOW + timedelta(seconds=90))


def test_a_new_run_begins_at_nothing() -> None:
    job = held(factories.server())
    job.renew(NOW, "Films", 3, 4)
    job.finish(NOW)
    assert job.take(NOW)
    assert (job.progress, job.rows, job.total, job.share) == ("", None, None, None)
