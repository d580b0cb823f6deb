"""What a server tells its owner about itself, asked at most once a minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.cache import cache

from accounts.connecting import reach
from accounts.models import PlexServer
from accounts.wording import told
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata, Root
from plexclient.types.insight import Activity, Device, Playlist, Preference

T = TypeVar("T")
SECONDS = 60
MOST_ON_DECK = 50


@dataclass
class Insight:
    """What could not be read is None, and `problem` says why nothing could."""

    at: datetime
    problem: str = ""
    root: Root | None = None
    preferences: dict[str, Preference] | None = None
    devices: list[Device] | None = None
    activities: list[Activity] | None = None
    playlists: list[Playlist] | None = None
    on_deck: list[Metadata] | None = None
    unread: list[str] = field(default_factory=list)

    def preference(self, name: str) -> Preference | None:
        return (self.preferences or {}).get(name)


def insight(server: PlexServer, now: datetime, *, fresh: bool = False) -> Insight:
    """Raises nothing: what is the matter is part of what is told."""
    key = f"insight-{server.pk}"
    known: Insight | None = None if fresh else cache.get(key)
    if known is None:
        known = _read(server, now)
        cache.set(key, known, SECONDS)
    return known


def _read(server: PlexServer, now: datetime) -> Insight:
    found = Insight(now)
    try:
        client = reach(server, now)
        found.root = client.root()
    except PlexError as problem:
        found.problem = told(problem)
        return found
    for name, read in _parts(client).items():
        try:
            setattr(found, name, read())
        except PlexError as problem:
            found.unread.append(told(problem))
    return found


def _parts(client: PlexMediaServer) -> dict[str, Callable[[], Any]]:
    return {
        "preferences": client.preferences,
        "devices": client.devices,
        "activities": client.activities,
        "playlists": client.playlists,
        "on_deck": lambda: _first(client.on_deck()),
    }


def _first(rows: Any) -> list[Metadata]:
    return [row for _, row in zip(range(MOST_ON_DECK), rows, strict=False)]
