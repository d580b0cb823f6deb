"""Plaxe as its owner has it: its passes, what he sees in it and what he does with it, and its clock."""

from collections.abc import Callable
from datetime import UTC, datetime

import time_machine
from django.db.models import F
from django.utils import timezone

from accounts.errors import Refused
from accounts.jobs import running
from accounts.models import Job, PlexServer, PlexUser
from accounts.sync import sync_viewers
from deletions.execution import execute_due
from deletions.models import Deletion
from deletions.queue import enqueue_complete
from deletions.trash import purge_due
from media import sources
from media.models import Assignment, LibrarySection, MediaItem
from media.sync import sync_server
from plexclient.demo import Item, Running
from plexclient.errors import PlexError
from tests import factories
from tests.campaigns.property.town import Town


def _sync(server: PlexServer, *, full: bool) -> None:
    with running(server, Job.Kind.LIBRARIES) as job:
        sync_server(server, timezone.now(), full=full, job=job)


PASSES: dict[str, Callable[[PlexServer], object]] = {
    "viewers": lambda server: sync_viewers(server, timezone.now()),
    "sync": lambda server: _sync(server, full=False),
    "full sync": lambda server: _sync(server, full=True),
    "poll": lambda server: sources.poll(server, timezone.now()),
    "enqueue": lambda server: enqueue_complete(server, timezone.now()),
    "execute": lambda server: execute_due(server, timezone.now()),
    "purge": lambda _: purge_due(timezone.now()),
}


class House:
    """`lived` are the seconds that have really passed; the clock may have been set."""

    def __init__(self, town: Town, plex: Running) -> None:
        self.town = town
        self.lived = 0.0
        self._travel = time_machine.travel(self._moment, tick=False)
        self._clock = self._travel.start()
        owner = factories.alice(plex_token=town.world.issue_token(town.person("alice")))
        url, token = plex.server_url("machine-1"), town.server.access_token
        self.key = factories.server(owner=owner, url=url, token=token).pk
        for name in ("viewers", "full sync"):
            self.run(name)

    def leave(self) -> None:
        self._travel.stop()

    # --- its clock

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.town.wall, UTC)

    def wait(self, seconds: float) -> None:
        """While the machine goes on running, which is how Plaxe tells this from a clock that was set."""
        self.set_clock(seconds)
        self.lived += seconds
        Job.objects.update(uptime=F("uptime") - seconds)

    def set_clock(self, by: float) -> None:
        self.town.wall += by
        self.town.latest = max(self.town.latest, self.town.wall)
        self._clock.move_to(self._moment)

    @property
    def now(self) -> datetime:
        return timezone.now()

    # --- what it does

    @property
    def server(self) -> PlexServer:
        return PlexServer.objects.select_related("owner").get(pk=self.key)

    def run(self, name: str) -> bool:
        """As its task would; False when it could not be done. What no task would bear is a crash."""
        try:
            PASSES[name](self.server)
        except (PlexError, Refused):
            return False
        return True

    # --- what it shows

    def item(self, row: MediaItem) -> Item:
        """Which title of the little Plex a row speaks of."""
        assert row.added_at
        return self.town.dates[row.type, int(row.added_at.timestamp())]

    def rows(self) -> list[MediaItem]:
        return list(MediaItem.objects.present().order_by("pk"))

    def section(self, title: str) -> LibrarySection | None:
        return LibrarySection.objects.present().filter(title=title).first()

    def viewer(self, name: str) -> PlexUser:
        return PlexUser.objects.get(name=name)

    def assigned(self, row: MediaItem) -> dict[str, Assignment]:
        return {each.viewer.name: each for each in row.assignments.select_related("viewer")}

    def deletions(self) -> list[Deletion]:
        return list(Deletion.objects.select_related("server", "item").order_by("pk"))
