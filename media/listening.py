"""Keep a line open to a server and follow what it says: hints where to look, as webhooks are.

What happens while the line is down is told to nobody, so after each gap everything is asked for anew.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock, Timer

from django.db import close_old_connections
from django.utils import timezone

from accounts.connecting import reach
from accounts.jobs import tell_unexpected
from accounts.models import Job, PlexServer
from accounts.tasks import hint
from media import playing, standing, sync, tasks
from media.models import LibrarySection
from plexclient.errors import PlexError
from plexclient.events import Event as Announcement
from plexclient.server import PlexMediaServer
from plexclient.types.events import Playing

logger = logging.getLogger(__name__)

SILENCE = 90.0  # seconds without a sign of life after which a line is given up
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
SETTLED = timedelta(seconds=60)  # a line that stood for so long begins its pauses anew
GATHER = 2.0  # a scan announces title after title: they are read together


def follow(server_id: int, stopping: Event) -> None:
    """Until it is told to stop, or the server is no longer ours."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        close_old_connections()
        server = PlexServer.objects.selected(server_id).first()
        if server is None:
            return
        began_at = timezone.now()
        _follow_once(server, stopping)
        pause = next_pause(pause, timezone.now() - began_at)
        stopping.wait(pause * random.uniform(0.5, 1))  # noqa: S311  # spreads the crowd, guards nothing


def next_pause(pause: float, stood: timedelta) -> float:
    """After a line that stood for so long. A server that comes back is heard again within half a minute."""
    return FIRST_PAUSE if stood > SETTLED else min(pause * 2, LONGEST_PAUSE)


def _follow_once(server: PlexServer, stopping: Event) -> None:
    """One line, from its beginning to its end."""
    try:
        client = reach(server, timezone.now())
        line = Line(server, client)
        for number, announcements in enumerate(client.listen(silence=SILENCE)):
            if stopping.is_set():
                return
            line.hear(announcements, timezone.now(), is_first=number == 0)
    except PlexError as problem:
        logger.info("%s: %s", server, problem)
        server.stream_ended(str(problem))
    except Exception as problem:  # noqa: BLE001 -- it is told, and another line follows
        tell_unexpected(server, problem)
        server.stream_ended(f"Plaxe stumbled over it ({type(problem).__name__}).")


class Line:
    """What comes over one connection, and where it leads."""

    def __init__(self, server: PlexServer, client: PlexMediaServer) -> None:
        self.server, self.client = server, client
        self._changed = Gathered(server, self._read_changed)
        self._gone = Gathered(server, self._read_gone)

    def hear(self, announcements: list[Announcement], now: datetime, *, is_first: bool = False) -> None:
        self.server.heard(now)
        if is_first:
            self._catch_up(now)
        for one in announcements:
            if isinstance(one, Playing):
                playing.hear(self.server, self.client, one, now)
            elif one.item_id and one.section_id in self._sections():
                (self._gone if one.is_gone else self._changed).add(one.item_id)

    def _catch_up(self, now: datetime) -> None:
        Job.of(self.server, Job.Kind.POLL).want(now)
        hint(tasks.poll, self.server.pk)
        playing.refresh(self.server, self.client, now)

    def _sections(self) -> set[str]:
        return set(LibrarySection.objects.present().filter(server=self.server).values_list("key", flat=True))

    def _read_changed(self, keys: set[str]) -> None:
        now = timezone.now()
        sync.sync_items(self.server, self.client, keys, now)
        standing.fulfil(self.server, now)

    def _read_gone(self, keys: set[str]) -> None:
        sync.find_gone(self.server, self.client, keys, timezone.now())


class Gathered:
    """Keys that come one by one and are looked at together, a moment after the first."""

    def __init__(self, server: PlexServer, look: Callable[[set[str]], None]) -> None:
        self._server, self._look = server, look
        self._keys: set[str] = set()
        self._lock = Lock()

    def add(self, key: str) -> None:
        with self._lock:
            is_first = not self._keys
            self._keys.add(key)
        if is_first:
            timer = Timer(GATHER, self._flush)
            timer.daemon = True
            timer.start()

    def _flush(self) -> None:
        with self._lock:
            keys, self._keys = self._keys, set()
        try:
            self._look(keys)
        except PlexError as problem:
            logger.info("%s", problem)
        except Exception as problem:  # noqa: BLE001 -- it is told, and ends nothing
            tell_unexpected(self._server, problem)
        finally:
            close_old_connections()
