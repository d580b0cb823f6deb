"""Posters come through our own proxy: the browser never learns a token, and Plex is asked once for each."""

import hashlib
import logging
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from media.models import MediaItem
from plexclient.errors import PlexError, Unreachable
from plexclient.http import Timing

WIDTH, HEIGHT = 400, 600
# A page shows dozens of posters: a server that does not answer at once is left alone for a while.
TIMING = Timing(connect=2, read=4, deadline=6, attempts=1)
LEFT_ALONE = 60  # seconds
SHARD_CAP = 16 * 2**20  # bytes; there are sixteen
SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}

logger = logging.getLogger(__name__)


def shown(item: MediaItem) -> MediaItem:
    """Whose poster stands for this item: an episode has a scene, and a scene is no poster."""
    return item.show if item.show and (item.type == MediaItem.Type.EPISODE or not item.thumb) else item


def version(item: MediaItem) -> str:
    """Changes with the picture, so that a browser may keep it for ever."""
    return hashlib.sha256(item.thumb.encode()).hexdigest()[:12]


def content_type(content: bytes) -> str | None:
    """By its first bytes; None for what is no picture, whatever the server calls it."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)


def poster(item: MediaItem) -> bytes | None:
    """The picture, from disk if it was asked for before; None when there is none to be had now."""
    if not item.thumb.startswith("/library/") or ".." in item.thumb:
        return None
    path = _path(item)
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError:
        content = _fetch(item)
        _keep(path, content)
    return content or None


def _path(item: MediaItem) -> Path:
    name = hashlib.sha256(f"{item.server.machine_identifier} {item.thumb}".encode()).hexdigest()
    return Path(settings.PLAXE_DATA_DIR) / "cache" / "posters" / name[0] / name


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
    return content if content_type(content) else b""


def _keep(path: Path, content: bytes) -> None:
    """Whole or not at all. A disk that is full or read-only costs speed, not the picture."""
    if not content or len(content) > SHARD_CAP // 4:
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
        _prune(path.parent)
    except OSError as error:
        logger.warning("A poster could not be kept: %s", error.strerror)


def _prune(shard: Path) -> None:
    """Drop what was not looked at for longest until the shard is within its size again."""
    files = sorted((path for path in shard.iterdir()), key=lambda path: path.stat().st_mtime, reverse=True)
    size = 0
    for path in files:
        size += path.stat().st_size
        if size > SHARD_CAP:
            path.unlink(missing_ok=True)
