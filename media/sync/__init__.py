"""Copy what a server has into rows."""

from media.sync.checking import doubtful
from media.sync.episodes import sync_episodes
from media.sync.library import SyncReport, sync_server
from media.sync.single import find_gone, sync_items
from media.sync.store import Stored, store

__all__ = [
    "Stored", "SyncReport", "doubtful", "find_gone", "store", "sync_episodes", "sync_items", "sync_server",
]  # fmt: skip
