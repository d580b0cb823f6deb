"""Pictures of people. They come from plex.tv's own hosts, and whatever names another one is not asked."""

from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from plexclient.errors import Moved, PlexError
from plexclient.http import ClientIdentity, Http, Timing

HOPS: Final = 2


def avatar(url: str, identity: ClientIdentity, *, plex_tv: str, timing: Timing) -> bytes:
    """Asked without a token. `plex_tv`: where plex.tv is reached, as far as that is not https://plex.tv."""
    for _ in range(HOPS):
        try:
            return _picture(url, identity, plex_tv, timing)
        except Moved as moved:
            url = urljoin(url, moved.location)
    return _picture(url, identity, plex_tv, timing)


def _picture(url: str, identity: ClientIdentity, plex_tv: str, timing: Timing) -> bytes:
    if not is_of_plex_tv(url, plex_tv):
        raise PlexError("Only pictures from plex.tv can be shown.")
    parts = urlsplit(url)
    http = Http(f"{parts.scheme}://{parts.netloc}", identity, None, timing)
    return http.get(parts.path, dict(parse_qsl(parts.query)), accept="image/*").body


def is_of_plex_tv(url: str, plex_tv: str) -> bool:
    try:
        parts, home = urlsplit(url), urlsplit(plex_tv)
        place = (parts.scheme, parts.hostname, parts.port)
        if place == (home.scheme, home.hostname, home.port) and parts.username is None:
            return True
    except ValueError:
        return False
    host = parts.hostname or ""
    is_theirs = host == "plex.tv" or host.endswith(".plex.tv")
    return is_theirs and parts.scheme == "https" and parts.netloc.lower() == host
