"""Where a server can be reached. An address counts once the right server has answered there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from accounts.errors import Refused
from accounts.models import Installation
from accounts.wording import sentence as _
from accounts.wording import told
from plexclient.errors import PlexError
from plexclient.http import Timing
from plexclient.server import PlexMediaServer
from plexclient.types import Identity, Resource

LONGEST_URL = 500
# What people copy from the browser ends in the web app's own path.
WEB_APP = re.compile(r"(/web)?(/index\.html)?/*$")


class WrongServer(PlexError):  # noqa: N818 -- named as its family is
    """A Plex server answers, but not the one that was meant."""


@dataclass(frozen=True)
class Probe:
    """One address that was tried, and what came of it in words for the admin."""

    url: str
    ok: bool
    words: str


def normalised(text: str) -> str:
    """A typed address as it is stored and shown; Refused when it is none."""
    text = text.strip()
    if not text.isprintable() or " " in text or len(text) > LONGEST_URL:
        raise _no_address()
    parts = _split(text if "://" in text else f"http://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _no_address()
    if parts.username is not None or parts.query:
        raise Refused(_("The address of a server holds neither a password nor a question mark."))
    return f"{parts.scheme}://{parts.netloc.lower()}{WEB_APP.sub('', parts.path)}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- raises for what is no port
    except ValueError:
        raise _no_address() from None
    return parts


def _no_address() -> Refused:
    return Refused(_("This is not the address of a server. It looks like http://192.168.1.10:32400"))


def identity_at(url: str, timing: Timing) -> Identity:
    """Who answers there; asked without a token."""
    return PlexMediaServer(url, Installation.load().identity(), timing=timing).identity()


def prove(url: str, machine_identifier: str, timing: Timing) -> None:
    if identity_at(url, timing).machine_identifier != machine_identifier:
        raise WrongServer(_("Another Plex server answers at %(url)s. Is the address still right?", url=url))


def addresses_of(resource: Resource) -> list[str]:
    """As plex.tv knows them: local, remote, relayed."""
    uris = (connection.uri.rstrip("/") for connection in resource.ordered_connections())
    return list(dict.fromkeys(uri for uri in uris if uri.startswith(("http://", "https://"))))


def probes(urls: Iterable[str], machine_identifier: str) -> Iterator[Probe]:
    """Try one address after the other, up to the first at which the server proves itself."""
    for url in urls:
        found = _probe(url, machine_identifier)
        yield found
        if found.ok:
            return


def _probe(url: str, machine_identifier: str) -> Probe:
    try:
        prove(url, machine_identifier, hurried())
    except PlexError as problem:
        return Probe(url, ok=False, words=told(problem))
    return Probe(url, ok=True, words=_("The server answers here."))


def hurried() -> Timing:
    """For calls somebody waits for: a dead address should not take long, and there may be a next one."""
    usual: Timing = settings.PLAXE_PLEX_TIMING
    return replace(
        usual,
        attempts=min(usual.attempts, 2),
        connect=min(usual.connect, 3),
        read=min(usual.read, 8),
        deadline=min(usual.deadline, 10),
    )
