"""What people look like. The browser asks only us, and plex.tv is asked once for each."""

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache
from django.utils.html import format_html

from accounts import pictures
from accounts.models import Installation, PlexUser
from plexclient.errors import PlexError, Unreachable
from plexclient.http import Timing
from plexclient.pictures import avatar, is_of_plex_tv

KIND = "avatars"
TIMING = Timing(connect=2, read=4, deadline=6, attempts=1, size_cap=2**20)
LEFT_ALONE = 60  # seconds, when plex.tv does not answer
WITHOUT = 3600  # seconds, when it has no picture of somebody
# Dark enough for white letters.
COLOURS = ("#5443b8", "#17694a", "#8a5200", "#ad2a33", "#1f6391", "#7a3a8c", "#4d6310", "#8c3a63")

logger = logging.getLogger(__name__)


def version(viewer: PlexUser) -> str:
    """Changes with the picture and with the name, so that a browser may keep either for ever."""
    return hashlib.sha256(f"{viewer.thumb} {viewer.name}".encode()).hexdigest()[:12]


def picture(viewer: PlexUser) -> bytes | None:
    """From disk if it was asked for before; None when there is none to be had now."""
    if not is_of_plex_tv(viewer.thumb, settings.PLAXE_PLEX_TV_URL):
        return None
    content = pictures.kept(KIND, viewer.thumb) or _fetch(viewer)
    return content or None


def initials(viewer: PlexUser) -> str:
    words = viewer.name.split()
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    return letters.upper() or "?"


def drawn(viewer: PlexUser) -> str:
    """The initials on a colour of their own, as SVG."""
    colour = COLOURS[viewer.pk % len(COLOURS)]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="{}"/>'
        '<text x="48" y="48" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" '
        'font-size="{}" font-weight="600" fill="#fff">{}</text></svg>',
        colour,
        38 if len(initials(viewer)) > 1 else 46,
        initials(viewer),
    )


def _fetch(viewer: PlexUser) -> bytes:
    away, without = f"{KIND}:away", f"{KIND}:{viewer.pk}:{version(viewer)}"
    if cache.get(away) or cache.get(without):
        return b""
    identity = Installation.load().identity()
    try:
        content = avatar(viewer.thumb, identity, plex_tv=settings.PLAXE_PLEX_TV_URL, timing=TIMING)
    except PlexError as error:
        logger.info("No picture of viewer %s: %s", viewer.pk, error)
        is_away = isinstance(error, Unreachable)
        cache.set(away if is_away else without, value=True, timeout=LEFT_ALONE if is_away else WITHOUT)
        return b""
    if not pictures.content_type(content):
        cache.set(without, value=True, timeout=WITHOUT)
        return b""
    pictures.keep(KIND, viewer.thumb, content)
    return content
