"""Which servers and players an account can reach, and with which token."""

from urllib.parse import urlsplit

from plexclient.demo.people import Person
from plexclient.demo.plextv.visit import Visit, for_people, iso
from plexclient.demo.server import Server
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()


@routes.on("GET", "/api/v2/resources")
@for_people
def resources(visit: Visit) -> Response:
    """Players stand beside the servers, and are owned too."""
    person = visit.person
    if person is None:
        return html_error(401)
    reached = ((server, server.token_of(person)) for server in visit.world.servers)
    servers = [_server(visit, server, token) for server, token in reached if token]
    return visit.answer([*servers, _player(person)])


def _server(visit: Visit, server: Server, access_token: str) -> dict[str, object]:
    owned = server.owner is visit.person
    return {
        "name": server.name,
        "product": "Plex Media Server",
        "productVersion": server.version,
        "platform": "Linux",
        "platformVersion": "6.12",
        "device": "PC",
        "clientIdentifier": server.machine_identifier,
        "provides": "server",
        "ownerId": None if owned else server.owner.plex_id,
        "sourceTitle": None if owned else server.owner.title,
        "owned": owned,
        "home": not owned and visit.person is not None and visit.person.home,
        "accessToken": access_token,
        "synced": False,
        "relay": False,
        "presence": True,
        "httpsRequired": False,
        "publicAddress": None,
        "publicAddressMatches": True,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": True,
        "createdAt": iso(1_600_000_000),
        "lastSeenAt": iso(visit.world.now()),
        "connections": _connections(visit.address_of(server), remote=server.remote_address),
    }


def _connections(address: str, *, remote: str | None) -> list[dict[str, object]]:
    """The unreachable ones come first, as they often do."""
    here = urlsplit(address)
    found = [_connection("http", here.hostname or "", here.port or 80, local=True)]
    return [_connection("https", remote, 32400, local=False), *found] if remote else found


def _connection(protocol: str, address: str, port: int, *, local: bool) -> dict[str, object]:
    return {
        "protocol": protocol,
        "address": address,
        "port": port,
        "uri": f"{protocol}://{address}:{port}",
        "local": local,
        "relay": False,
        "IPv6": False,
    }


def _player(person: Person) -> dict[str, object]:
    return {
        "name": f"{person.name}'s television",
        "product": "Plex for Android (TV)",
        "productVersion": "10.1.0",
        "platform": "Android",
        "clientIdentifier": f"player-{person.plex_id}",
        "provides": "client,player,pubsub-player",
        "owned": True,
        "accessToken": None,
        "connections": [],
    }


@routes.on("GET", r"/api/v2/servers/(\w+)")
@for_people
def server_details(visit: Visit, machine_identifier: str) -> Response:
    server = next((one for one in visit.world.servers if one.machine_identifier == machine_identifier), None)
    if server is None or server.owner is not visit.person:
        return html_error(404)
    sections = [
        {"id": 1000 + int(section.key), "key": int(section.key), "title": section.title, "type": section.type}
        for section in server.sections
    ]
    return visit.answer(
        {
            "name": server.name,
            "machineIdentifier": server.machine_identifier,
            "version": server.version,
            "owned": True,
            "librarySections": sections,
        }
    )
