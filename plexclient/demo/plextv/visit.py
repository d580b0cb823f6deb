"""One request to plex.tv: who asks, and how plex.tv answers and refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from plexclient.demo.people import Person, Share
from plexclient.demo.server import Server
from plexclient.demo.web import Request, Response, json_response, xml_element, xml_response
from plexclient.demo.world import World

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Visit:
    """`url` is plex.tv as the asker reaches it, `address_of` where a server listens."""

    world: World
    request: Request
    person: Person | None
    url: str
    address_of: Callable[[Server], str]

    def thumb(self, person: Person) -> str:
        return f"{self.url}/users/{person.uuid}/avatar?c=1700000000"

    def answer(self, value: Mapping[str, Any] | list[dict[str, Any]], status: int = 200) -> Response:
        if self.request.wants_json:
            return json_response(value, status)
        rows = value if isinstance(value, list) else [value]
        return xml_response(XML_HEAD + xml_element("response", {"item": rows}), status)

    def shares_with(self, person: Person) -> list[tuple[Server, Share]]:
        """What this visitor's own servers share with the person."""
        servers = (server for server in self.world.servers if server.owner is self.person)
        found = ((server, server.share_of(person)) for server in servers)
        return [(server, share) for server, share in found if share and share.listed]


View = Callable[..., Response]


def refusal(code: int, message: str, status: int) -> Response:
    return json_response({"errors": [{"code": code, "message": message, "status": status}]}, status)


def for_clients(view: View) -> View:
    @wraps(view)
    def guarded(visit: Visit, *arguments: str) -> Response:
        if not visit.request.plex("Client-Identifier"):
            return refusal(1000, "X-Plex-Client-Identifier is missing", 400)
        return view(visit, *arguments)

    return guarded


def for_people(view: View) -> View:
    @wraps(view)
    def guarded(visit: Visit, *arguments: str) -> Response:
        if visit.person is None:
            return refusal(1001, "User could not be authenticated", 401)
        return view(visit, *arguments)

    return for_clients(guarded)


def iso(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
