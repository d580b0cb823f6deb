"""The one process that does the work: a thread pool for the tasks and a thread for the clock."""

from threading import Event, Thread

from plaxe.celery import app
from plaxe.celery.beat import keep_time

THREADS = 4


def work() -> int:
    stopping = Event()
    clock = Thread(target=keep_time, args=(app, stopping), name="beat", daemon=True)
    clock.start()
    try:
        worker = app.Worker(
            pool="threads", concurrency=THREADS, quiet=True,
            without_heartbeat=True, without_mingle=True, without_gossip=True,
        )  # fmt: skip
        worker.start()
        return int(worker.exitcode or 0)
    finally:
        stopping.set()
        clock.join(timeout=2)
