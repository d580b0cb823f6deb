"""Plex is asked to look at the folders in which something was moved. It may be told, it need not be."""

import logging
from collections.abc import Iterable

from accounts.wording import sentence as _
from accounts.wording import told
from media.models import MediaItem
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer

logger = logging.getLogger(__name__)


def folder_of(path: str) -> str:
    """Of a file as the server names it, whatever its system."""
    separator = "\\" if "\\" in path and not path.startswith("/") else "/"
    return path.rpartition(separator)[0] or separator


def refresh(client: PlexMediaServer, item: MediaItem | None, paths: Iterable[str]) -> str:
    """What is in the way, in words: then Plex finds out by its next scan."""
    if item is None:
        return ""
    try:
        for folder in sorted({folder_of(path) for path in paths}):
            client.refresh(item.section.key, folder)
    except PlexError as error:
        logger.warning("Looking anew for %s: %s", item, error)
        return _("Plex could not be asked to look at once: %(why)s", why=told(error))
    return ""
