"""The clock: sends hints when the schedule in the database says so."""

import logging
from datetime import datetime
from threading import Event
from typing import Any

from celery import Celery
from django.db import close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from plaxe.celery import app as plaxe
from plaxe.supervisor import told_to_stop

logger = logging.getLogger(__name__)
PAUSE = 5.0  # seconds, after a tick that failed


class Entry(ModelEntry):
    last_run_at: datetime

    def is_due(self) -> Any:
        """A run dated in the future, left by a clock that was set back, would stop this entry silently."""
        now = self._default_now()
        if self.last_run_at > now:
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class Scheduler(DatabaseScheduler):
    Entry = Entry


def tick() -> None:
    """In a process of its own, until SIGTERM or SIGINT."""
    keep_time(plaxe, told_to_stop())


def keep_time(app: Celery, stopping: Event) -> None:
    """Until `stopping` is set. Celery's own loop sleeps without a way to wake it."""
    scheduler = None
    while not stopping.is_set():
        try:
            scheduler = scheduler or Scheduler(app=app)
            wait = scheduler.tick()
        except Exception:
            logger.exception("The schedule could not be looked at; again in %d s", PAUSE)
            close_old_connections()
            wait = PAUSE
        stopping.wait(wait)
    if scheduler:
        scheduler.sync()
