"""Take a server, and reach it again wherever it has moved to.

No token is sent to an address before the server there has said that it is the right one.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.addresses import (
    Probe,
    WrongServer,
    addresses_of,
    identity_at,
    normalised,
    probes,
    prove,
)
from accounts.claiming import Applicant, admit, check, cloud, identify, owned_servers
from accounts.errors import Refused
from accounts.models import Installation, Job, PlexServer, User
from accounts.wording import sentence as _
from accounts.wording import together, told
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Resource, Root

__all__ = ["Connected", "Probe", "WrongServer", "connect_owner", "reach", "take_server"]

logger = logging.getLogger(__name__)


class NoWay(Refused):
    """None of a server's addresses leads to it."""

    def __init__(self, resource: Resource, tried: list[Probe]) -> None:
        addresses = together((probe.words for probe in tried), "; ") or _("Plex knows no address of it.")
        words = _("%(server)s cannot be reached.", server=resource.name or _("The server"))
        super().__init__(together([words, addresses]))
        self.tried = tried


@dataclass(frozen=True)
class Located:
    """A server that has proved itself at an address and accepted the token there."""

    resource: Resource
    url: str
    root: Root


@dataclass(frozen=True)
class Connected:
    user: User
    servers: list[PlexServer]


def reach(server: PlexServer, now: datetime) -> PlexMediaServer:
    """A client for the server, which has proved at this moment that it is the one we know.

    When the known address fails, plex.tv is asked for others; the one that works is remembered.
    """
    try:
        prove(server.url, server.machine_identifier, settings.PLAXE_PLEX_TIMING)
    except PlexError as problem:
        if not _find_again(server):
            server.did_not_answer(told(problem), now)
            raise
    if not server.is_online:
        logger.info("%s answers again.", server)
    server.reached(now)
    return server.connect()


def _find_again(server: PlexServer) -> bool:
    try:
        resource = _resource_of(server)
    except (PlexError, Refused) as problem:
        level = logging.WARNING if server.is_online else logging.DEBUG  # else it has been off for a while
        logger.log(level, "%s: plex.tv could not be asked for its addresses: %s", server, problem)
        return False
    if resource is None:
        return False
    others = [url for url in addresses_of(resource) if url != server.url]
    found = next((probe.url for probe in probes(others, server.machine_identifier) if probe.ok), None)
    if found:
        server.url, server.token = found, resource.access_token or server.token
        server.save(update_fields=["url", "token"])
    return bool(found)


def _resource_of(server: PlexServer) -> Resource | None:
    owned = owned_servers(cloud(server.owner.plex_token).resources())
    return next((one for one in owned if one.client_identifier == server.machine_identifier), None)


def refresh(server: PlexServer, now: datetime) -> None:
    """Read again what the server says about itself."""
    client = reach(server, now)
    try:
        root = client.root()
    except PlexError as problem:
        server.missed(told(problem), is_online=True)
        raise
    _describe(server, root)
    server.save(update_fields=["name", "version", "allows_deletion"])


def _describe(server: PlexServer, root: Root) -> None:
    server.name = root.friendly_name[:255] or server.name
    server.version = root.version[:80]
    server.allows_deletion = root.allows_deletion


def take_server(user: User, resource: Resource, *, url: str | None = None, now: datetime) -> PlexServer:
    """Make the server one of ours, or connect it anew. A typed `url` is then the only one tried."""
    return _keep(user, locate(resource, url), now)


def locate(resource: Resource, url: str | None = None) -> Located:
    """Find the way to a server. Stores nothing; Refused or a PlexError when there is none."""
    if not resource.access_token:
        raise Refused(_("Plex gave no token for %(server)s. Sign in again.", server=resource.name))
    urls = [normalised(url)] if url else addresses_of(resource)
    tried = list(probes(urls, resource.client_identifier))
    if not tried or not tried[-1].ok:
        raise NoWay(resource, tried)
    way = tried[-1].url
    identity = Installation.load().identity()
    client = PlexMediaServer(way, identity, resource.access_token, timing=settings.PLAXE_PLEX_TIMING)
    return Located(resource, way, client.root())


def _keep(user: User, located: Located, now: datetime) -> PlexServer:
    resource = located.resource
    server = PlexServer.objects.filter(machine_identifier=resource.client_identifier).first()
    if server and server.leaving_at:
        raise Refused(_("%(server)s is being removed. Connect it again when that is done.", server=server))
    server = server or PlexServer(
        machine_identifier=resource.client_identifier, name=resource.name[:255] or "Plex"
    )
    server.owner, server.url, server.token = user, located.url, resource.access_token or ""
    _describe(server, located.root)
    server.save()
    server.reached(now)
    for kind in (Job.Kind.VIEWERS, Job.Kind.LIBRARIES):
        Job.of(server, kind).want(now)
    return server


def refresh_tokens(user: User, resources: list[Resource]) -> None:
    """A new sign-in comes with new server tokens; the old ones may be revoked."""
    for resource in resources:
        server = user.servers.filter(machine_identifier=resource.client_identifier).first()
        if server and resource.access_token:
            server.token = resource.access_token
            server.save(update_fields=["token"])


def connect_owner(token: str, *, url: str | None = None, only: str | None = None, now: datetime) -> Connected:
    """Sign in without a browser: the owner, and every server of his that can be reached, or the one at `url`.

    `only` is the machine identifier of the one server that is meant.

    Whoever can run commands here may claim the installation. Nothing is stored when no server is found.
    """
    applicant = identify(token)
    check(applicant, invited=True)
    if only:
        applicant = applicant.with_only(only)
    found = [_at(applicant, url)] if url else _reachable(applicant)
    user = admit(applicant, invited=True)
    refresh_tokens(user, applicant.servers)
    return Connected(user, [_keep(user, located, now) for located in found])


def _at(applicant: Applicant, url: str) -> Located:
    url = normalised(url)
    there = identity_at(url, settings.PLAXE_PLEX_TIMING).machine_identifier
    for resource in applicant.servers:
        if resource.client_identifier == there:
            return locate(resource, url)
    owner = applicant.account.name
    raise Refused(_("The server at %(url)s does not belong to %(who)s.", url=url, who=owner))


def _reachable(applicant: Applicant) -> list[Located]:
    found, problems = [], []
    for resource in applicant.servers:
        try:
            found.append(locate(resource))
        except (Refused, PlexError) as problem:
            logger.warning("%s was not taken: %s", resource.name, problem)
            problems.append(told(problem))
    if not found:
        none = _("%(who)s owns no Plex server.", who=applicant.account.name)
        raise Refused(together(problems) or none)
    return found
