"""Pictures from elsewhere, kept on disk: whole or not at all, and never more than so many bytes."""

import hashlib
import logging
import os
import secrets
from pathlib import Path

from django.conf import settings

SHARD_CAP = 16 * 2**20  # bytes; there are sixteen for each kind of picture
LARGEST = SHARD_CAP // 4
SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}

logger = logging.getLogger(__name__)


def content_type(content: bytes) -> str | None:
    """By its first bytes; None for what is no picture, whatever the server calls it."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)


def kept(kind: str, name: str) -> bytes:
    """Nothing when it was never asked for, or not for long."""
    path = _path(kind, name)
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError:
        return b""
    return content


def keep(kind: str, name: str, content: bytes) -> None:
    """A disk that is full or read-only costs speed, not the picture."""
    if not content or len(content) > LARGEST:
        return
    path = _path(kind, name)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
        _prune(path.parent)
    except OSError as error:
        logger.warning("A picture could not be kept: %s", error.strerror)


def _path(kind: str, name: str) -> Path:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Path(settings.PLAXE_DATA_DIR) / "cache" / kind / digest[0] / digest


def _prune(shard: Path) -> None:
    """Drop what was not looked at for longest until the shard is within its size again."""
    files = sorted((path for path in shard.iterdir()), key=lambda path: path.stat().st_mtime, reverse=True)
    size = 0
    for path in files:
        size += path.stat().st_size
        if size > SHARD_CAP:
            path.unlink(missing_ok=True)
