"""Posters come through our own proxy: the browser never learns a token, and Plex is asked once for each."""

import hashlib
import logging

from django.core.cache import cache

from accounts import pictures
from media.models import MediaItem
from plexclient.errors import PlexError, Unreachable
from plexclient.http import Timing

KIND = "posters"
WIDTH, HEIGHT = 400, 600
# A page shows dozens of posters: a server that does not answer at once is left alone for a while.
TIMING = Timing(connect=2, read=4, deadline=6, attempts=1, size_cap=8 * 2**20)
LEFT_ALONE = 60  # seconds

logger = logging.getLogger(__name__)


def shown(item: MediaItem) -> MediaItem:
    """Whose poster stands for this item: an episode has a scene, and a scene is no poster."""
    return item.show if item.show and (item.type == MediaItem.Type.EPISODE or not item.thumb) else item


def version(item: MediaItem) -> str:
    """Changes with the picture, so that a browser may keep it for ever."""
    return hashlib.sha256(item.thumb.encode()).hexdigest()[:12]


def poster(item: MediaItem) -> bytes | None:
    """The picture, from disk if it was asked for before; None when there is none to be had now."""
    if not item.thumb.startswith("/library/") or ".." in item.thumb:
        return None
    name = f"{item.server.machine_identifier} {item.thumb}"
    content = pictures.kept(KIND, name)
    if not content:
        content = _fetch(item)
        pictures.keep(KIND, name, content)
    return content or None


def _fetch(item: MediaItem) -> bytes:
    server = item.server
    away = f"posters:{server.pk}:away"
    if not server.is_online or cache.get(away):
        return b""
    try:
        content: bytes = server.connect(timing=TIMING).thumb(item.thumb, WIDTH, HEIGHT).content
    except Unreachable:
        cache.set(away, value=True, timeout=LEFT_ALONE)
        return b""
    except PlexError as error:
        logger.info("No poster for item %s: %s", item.pk, error)
        return b""
    return content if pictures.content_type(content) else b""
