"""Whether every part of Plaxe does its work: what a probe asks, in words that give nothing away."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.models import Installation, Job, PlexServer
from plaxe.celery import app

WORKER_IS_LATE = timedelta(minutes=3)
INTERVALS = 3  # so many polls may be missed
LITTLE_ROOM = 100 * 10**6
PATIENCE = 2  # seconds, for a broker


def database(now: datetime) -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "It does not answer."
    return ""


def broker(now: datetime) -> str:
    try:
        with app.connection_for_write(connect_timeout=PATIENCE) as to:
            to.ensure_connection(max_retries=1, timeout=PATIENCE)
    except Exception:  # noqa: BLE001 -- each transport has errors of its own
        return "It does not answer."
    return ""


def worker(now: datetime) -> str:
    """With the clock: the one sends the other a reminder twice a minute."""
    worked_at = Installation.load().worked_at
    late = worked_at is None or now - worked_at > WORKER_IS_LATE
    return "Worker and clock have done nothing together for a while." if late else ""


def poll(now: datetime) -> str:
    every = _every("media.tasks.poll") or settings.PLAXE_POLL_INTERVAL
    late = [server for server in PlexServer.objects.awake(now) if _is_late(server, every, now)]
    return f"{len(late)} of the servers were not asked for long." if late else ""


def _is_late(server: PlexServer, every: timedelta, now: datetime) -> bool:
    """Whether it was asked, not whether it answered: a server that is off does not make Plaxe ill."""
    job = Job.objects.filter(server=server, kind=Job.Kind.POLL).first()
    asked_at = (job and job.started_at) or server.added_at
    return now - asked_at > INTERVALS * max(every, (job and job.every) or every)


def _every(task: str) -> timedelta | None:
    entry = PeriodicTask.objects.filter(task=task, enabled=True).exclude(interval=None).first()
    return timedelta(**{entry.interval.period: entry.interval.every}) if entry else None


def disk(now: datetime) -> str:
    free = shutil.disk_usage(settings.PLAXE_DATA_DIR).free
    return "There is hardly any room left." if free < LITTLE_ROOM else ""


CHECKS: dict[str, Callable[[datetime], str]] = {
    check.__name__: check for check in (database, broker, worker, poll, disk)
}


def findings(now: datetime) -> dict[str, str]:
    """By check what is the matter; empty words where all is well."""
    return {name: _asked(check, now) for name, check in CHECKS.items()}


def _asked(check: Callable[[datetime], str], now: datetime) -> str:
    try:
        return check(now)
    except DatabaseError:
        return "Not known without the database."


def answer() -> HttpResponse:
    found = findings(timezone.now())
    is_ready = not any(found.values())
    checks = {name: words or "ok" for name, words in found.items()}
    document = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return JsonResponse(document, status=200 if is_ready else 503)
