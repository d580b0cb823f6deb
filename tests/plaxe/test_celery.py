import time
from datetime import timedelta
from pathlib import Path
from queue import Empty
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from kombu import Connection

from plaxe.celery import app
from plaxe.celery.beat import Entry, keep_time


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    with Connection("folder://localhost/", transport_options={"folder": str(tmp_path / "m")}) as connection:
        yield connection.channel()


def test_messages_come_in_the_order_they_were_sent(channel: Any) -> None:
    for number in range(20):
        channel._put("celery", {"number": number})
    assert channel._size("celery") == 20
    assert [channel._get("celery")["number"] for _ in range(20)] == list(range(20))
    with pytest.raises(Empty):
        channel._get("celery")


def test_a_message_is_for_its_queue_only(channel: Any) -> None:
    channel._put("other", {})
    with pytest.raises(Empty):
        channel._get("celery")
    assert channel._purge("other") == 1


def test_nobody_sees_half_a_message_or_one_twice(channel: Any) -> None:
    sent, got, done = 300, [], Event()

    def read() -> None:
        while not done.is_set():
            try:
                got.append(channel._get("celery")["number"])
            except Empty:
                time.sleep(0.001)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(sent):
        channel._put("celery", {"number": number, "weight": "x" * 5000})
    deadline = time.monotonic() + 10
    while len(got) < sent and time.monotonic() < deadline:
        time.sleep(0.01)
    done.set()
    for reader in readers:
        reader.join()
    assert sorted(got) == list(range(sent))


def test_only_json_is_accepted_and_nothing_is_kept() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1


@pytest.mark.django_db
def test_a_run_dated_in_the_future_does_not_stop_the_schedule() -> None:
    every = IntervalSchedule.objects.create(every=10, period=IntervalSchedule.SECONDS)
    task = PeriodicTask.objects.create(
        name="x", task="x", interval=every, last_run_at=timezone.now() + timedelta(days=400)
    )
    entry = Entry(task, app=app)
    assert entry.is_due().next <= 10
    assert entry.last_run_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_the_clock_stops_when_asked() -> None:
    stopping = Event()
    clock = Thread(target=keep_time, args=(app, stopping))
    clock.start()
    time.sleep(0.3)
    stopping.set()
    clock.join(timeout=2)
    assert not clock.is_alive()
    assert settings.CELERY_BEAT_SCHEDULER.endswith(":Scheduler")
