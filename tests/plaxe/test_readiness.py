"""`/health/ready/`: every part is looked at, and what is the matter is said without giving anything away."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import Installation, Job, PlexServer
from plaxe.celery import app
from tests import factories

pytestmark = pytest.mark.django_db

now = timezone.now  # the tests before may have taken minutes
LONG = timedelta(hours=2)


@pytest.fixture(autouse=True)
def at_work() -> None:
    Installation.load()
    Installation.works(now())
    every = IntervalSchedule.objects.get_or_create(every=5, period="minutes")[0]
    PeriodicTask.objects.update_or_create(
        name="Poll", defaults={"task": "media.tasks.poll", "interval": every}
    )


@pytest.fixture
def server() -> PlexServer:
    server = factories.server()
    Job.objects.create(server=server, kind=Job.Kind.POLL, started_at=now())
    return server


def asked(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/health/ready/", HTTP_HOST="10.1.2.3:8000")
    return answer.status_code, answer.json()["checks"]


def test_where_all_work_it_is_ready_for_whoever_asks(client: Client, server: PlexServer) -> None:
    status, checks = asked(client)
    assert status == 200
    assert checks == dict.fromkeys(("database", "broker", "worker", "poll", "disk"), "ok")


def test_a_worker_that_has_done_nothing_for_minutes_makes_it_unready(client: Client) -> None:
    Installation.works(now() - LONG)
    status, checks = asked(client)
    assert status == 503
    assert "nothing together" in checks["worker"]


def test_a_server_that_was_not_asked_for_three_intervals_makes_it_unready(
    client: Client, server: PlexServer
) -> None:
    Job.objects.update(started_at=now() - timedelta(minutes=14))
    assert asked(client)[0] == 200
    Job.objects.update(started_at=now() - timedelta(minutes=16))
    assert asked(client)[1]["poll"] == "1 of the servers were not asked for long."


def test_a_server_with_longer_pauses_of_its_own_may_take_them(client: Client, server: PlexServer) -> None:
    Job.objects.update(started_at=now() - LONG, every=timedelta(hours=1))
    assert asked(client)[0] == 200


def test_a_server_that_rests_since_it_does_not_answer_makes_nothing_unready(
    client: Client, server: PlexServer
) -> None:
    Job.objects.update(started_at=now() - LONG)
    PlexServer.objects.update(rests_until=now() + LONG)
    assert asked(client)[0] == 200


def test_a_broker_that_is_away_makes_it_unready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    assert asked(client) == (503, {**asked(client)[1], "broker": "It does not answer."})


def test_a_data_folder_without_room_makes_it_unready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=10)
    monkeypatch.setattr("shutil.disk_usage", {settings.PLAXE_DATA_DIR: full}.__getitem__)
    assert asked(client)[1]["disk"] == "There is hardly any room left."
