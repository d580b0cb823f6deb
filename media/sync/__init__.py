"""Copy what a server has into rows."""

from media.sync.library import SyncReport, sync_server
from media.sync.single import sync_items
from media.sync.store import Stored, store

__all__ = ["Stored", "SyncReport", "store", "sync_items", "sync_server"]
