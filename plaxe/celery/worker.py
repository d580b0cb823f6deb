"""A process that does the work: a thread pool for the tasks, and in one of them a thread for the clock."""

import os
import signal
import warnings
from threading import Event, Thread
from typing import Any

from celery.apps.worker import Worker
from celery.platforms import SecurityWarning
from celery.worker import state

from plaxe.celery import app
from plaxe.celery.beat import keep_time

THREADS = 4


class QuietWorker(Worker):
    """Celery's own handlers for signals talk to a terminal and wait for a second Ctrl-C."""

    def install_platform_tweaks(self, worker: Any) -> None:
        signal.signal(signal.SIGTERM, self._finish)
        signal.signal(signal.SIGINT, self._finish)

    def _finish(self, *_: Any) -> None:
        state.should_stop = os.EX_OK


def work(*, ticks: bool = True) -> int:
    """`ticks`: it is the clock as well."""
    # It warns of root because of pickled messages, which are not accepted here.
    warnings.simplefilter("ignore", SecurityWarning)
    stopping = Event()
    clock = Thread(target=keep_time, args=(app, stopping), name="beat", daemon=True)
    if ticks:
        clock.start()
    worker = QuietWorker(
        app, pool="threads", concurrency=THREADS, quiet=True,
        without_heartbeat=True, without_mingle=True, without_gossip=True,
    )  # fmt: skip
    try:
        worker.start()
    finally:
        stopping.set()
        if ticks:
            clock.join(timeout=2)
    return int(worker.exitcode or 0)
