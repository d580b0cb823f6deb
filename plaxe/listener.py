"""The process that listens to all servers: a thread for each, as they come and go."""

from threading import Event, Thread

from django.db import close_old_connections

from accounts.models import PlexServer
from media.listening import follow
from plaxe.supervisor import told_to_stop

LOOK = 10.0  # seconds between two looks whether there are other servers


def listen() -> None:
    """Until SIGTERM or SIGINT."""
    stopping = told_to_stop()
    threads: dict[int, Thread] = {}
    while not stopping.is_set():
        _start_missing(threads, stopping)
        stopping.wait(LOOK)


def _start_missing(threads: dict[int, Thread], stopping: Event) -> None:
    close_old_connections()
    for pk in PlexServer.objects.selected(None).values_list("pk", flat=True):
        if pk not in threads or not threads[pk].is_alive():
            threads[pk] = Thread(target=follow, args=(pk, stopping), name=f"listener {pk}", daemon=True)
            threads[pk].start()
