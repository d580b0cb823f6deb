"""plex.tv: signing in, servers, people."""

from collections.abc import Callable
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

import msgspec

from plexclient.decoding import json_of, number, value_of, xml_of
from plexclient.errors import BadResponse, NotFound
from plexclient.http import DEFAULT_TIMING, XML, Answer, ClientIdentity, Http, Timing
from plexclient.types.people import Account, Friend, HomeUser, Person, Pin, SharedServer
from plexclient.types.servers import Connection, Resource
from plexclient.types.wire import Value, read

T = TypeVar("T")

EVERY_WAY = {"includeHttps": "1", "includeRelay": "1", "includeIPv6": "1"}
ACCEPTED = {
    "status": "accepted",
    "includeSharedServers": "true",
    "includeSharedSources": "true",
    "includeSharingSettings": "true",
}


class Roster(list[T]):
    """People as one list of plex.tv has them. Incomplete when it announced more rows than it sent."""

    complete = True

    @classmethod
    def incomplete(cls) -> Self:
        nobody = cls()
        nobody.complete = False
        return nobody


class Switched(Value, frozen=True, kw_only=True):
    auth_token: str


class PlexCloud:
    def __init__(
        self, url: str, identity: ClientIdentity, token: str | None = None, *, timing: Timing = DEFAULT_TIMING
    ) -> None:
        self._http = Http(url, identity, token, timing)

    def __repr__(self) -> str:
        return f"PlexCloud({self._http.host!r})"

    def create_pin(self) -> Pin:
        """A strong one: long, and good for the sign-in page only."""
        answer = self._http.post("/api/v2/pins", form={"strong": "true"})
        return value_of(answer, json_of(answer), Pin)

    def pin(self, pin_id: int) -> Pin:
        """NotFound once it has expired."""
        answer = self._http.get(f"/api/v2/pins/{int(pin_id)}")
        return value_of(answer, json_of(answer), Pin)

    def user(self) -> Account:
        answer = self._http.get("/api/v2/user")
        return value_of(answer, json_of(answer), Account)

    def resources(self) -> list[Resource]:
        """Without those, and without the ways to them, that make no sense: one odd player hides no server."""
        answer = self._http.get("/api/v2/resources", EVERY_WAY)
        rows = (_with_ways(row) for row in _array(answer, json_of(answer), dict))
        return [resource for row in rows if (resource := _sensible(row, Resource))]

    def users(self) -> Roster[Person]:
        """Friends and home users, without the owner."""
        return _roster(self._http.get("/api/users", accept=XML), "User", Person, _person)

    def home_users(self) -> Roster[HomeUser]:
        try:
            answer = self._http.get("/api/v2/home/users")
            home = json_of(answer)
            return Roster(_array(answer, home.get("users") if isinstance(home, dict) else home, HomeUser))
        except (BadResponse, NotFound):
            answer = self._http.get("/api/home/users", accept=XML)
            return _roster(answer, "User", HomeUser, lambda node: node.attrib)

    def friends(self) -> list[Friend]:
        """Retired at plex.tv: expect a BadResponse with status 410, and take ``users`` for the roster."""
        answer = self._http.get("/api/v2/friends", ACCEPTED)
        return _array(answer, json_of(answer), Friend)

    def shared_servers(self, machine_identifier: str) -> Roster[SharedServer]:
        path = f"/api/servers/{quote(machine_identifier, safe='')}/shared_servers"
        return _roster(self._http.get(path, accept=XML), "SharedServer", SharedServer, _share)

    def switch_home_user(self, uuid: str, pin: str | None = None) -> str:
        """That user's token at plex.tv; a server takes only the one from that user's ``resources``."""
        path = f"/api/v2/home/users/{quote(uuid, safe='')}/switch"
        answer = self._http.post(path, {"pin": pin} if pin else None)
        return value_of(answer, json_of(answer), Switched).auth_token


def auth_url(app_url: str, identity: ClientIdentity, code: str, forward_url: str) -> str:
    """Where the browser goes to sign in. Everything stands behind the ``#``, out of reach of server logs."""
    parameters = {
        "clientID": identity.identifier,
        "code": code,
        "context[device][product]": "Plaxe",
        "context[device][version]": identity.version,
        "context[device][deviceName]": identity.device_name,
        "forwardUrl": forward_url,
    }
    return f"{app_url.rstrip('/')}/auth#?{urlencode(parameters, quote_via=quote)}"


def _with_ways(row: dict[str, Any]) -> dict[str, Any]:
    ways = row.get("connections")
    sensible = [way for way in ways if _sensible(way, Connection)] if isinstance(ways, list) else []
    return {**row, "connections": sensible}


def _sensible(raw: Any, kind: type[T]) -> T | None:
    try:
        return read(raw, kind)
    except msgspec.ValidationError:
        return None


def _array(answer: Answer, rows: Any, kind: type[T]) -> list[T]:
    if not isinstance(rows, list):
        raise answer.bad("sent something else than the list it was asked for.")
    return [value_of(answer, row, kind) for row in rows]


def _roster(answer: Answer, name: str, kind: type[T], fields: Callable[[Element], Any]) -> Roster[T]:
    root = xml_of(answer)
    roster = Roster(value_of(answer, fields(node), kind) for node in root.iter(name))
    announced = max(number(root.get("size")) or 0, number(root.get("totalSize")) or 0)
    roster.complete = len(roster) >= announced
    return roster


def _person(node: Element) -> dict[str, Any]:
    servers = (server.get("machineIdentifier") for server in node.iter("Server"))
    return {**node.attrib, "machineIdentifiers": [identifier for identifier in servers if identifier]}


def _share(node: Element) -> dict[str, str]:
    """userID, as the XML spells it."""
    return {("userId" if name == "userID" else name): value for name, value in node.attrib.items()}
