"""plex.tv and some servers at the HTTP boundary; tests change what it knows, never how we ask."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

import requests
from requests import PreparedRequest
from responses import RequestsMock

from tests.factories import ALICE, BOB, CAROL

TV = "https://plex.tv"
LOCAL = "http://192.168.1.10:32400"
REMOTE = "https://203.0.113.7:32400"
RELAY = "https://relay.plex.test:8443"
Answer = tuple[int, dict[str, str], str]
UNAUTHORIZED: Answer = (401, {}, json.dumps({"errors": [{"code": 1001, "message": "no", "status": 401}]}))


def connection(uri: str, *, local: bool = False, relay: bool = False) -> dict[str, Any]:
    parts = urlsplit(uri)
    return {
        "protocol": parts.scheme, "address": parts.hostname, "port": parts.port, "uri": uri,
        "local": local, "relay": relay, "IPv6": False,
    }  # fmt: skip


def resource(machine_identifier: str = "machine-1", *, owned: bool = True, **more: Any) -> dict[str, Any]:
    known = {
        "name": "Cellar",
        "provides": "server",
        "owned": owned,
        "clientIdentifier": machine_identifier,
        "accessToken": f"{machine_identifier}-token",
        "connections": [connection(LOCAL, local=True)],
    }
    return {**known, **more}


def account(plex_id: int, username: str, **more: Any) -> dict[str, Any]:
    return {"id": plex_id, "uuid": f"uuid-{plex_id}", "username": username, "title": username, **more}


def xml_row(tag: str, attributes: dict[str, Any], inside: str = "") -> str:
    return f"<{tag} {' '.join(f'{k}={quoteattr(str(v))}' for k, v in attributes.items())}>{inside}</{tag}>"


@dataclass
class MediaServer:
    """What answers at an address."""

    machine_identifier: str = "machine-1"
    name: str = "Cellar"
    tokens: set[str] = field(default_factory=lambda: {"machine-1-token", "machine-1-token-2", "server-token"})
    allows_deletion: bool = True
    is_broken: bool = False

    def identity(self) -> dict[str, Any]:
        return {"machineIdentifier": self.machine_identifier, "version": "1.43.0", "claimed": True}

    def root(self) -> dict[str, Any]:
        known = {**self.identity(), "friendlyName": self.name}
        return {**known, "allowMediaDeletion": True} if self.allows_deletion else known


class FakePlex:
    def __init__(self, mock: RequestsMock) -> None:
        self.requests: list[PreparedRequest] = []
        self.accounts = {"alice-token": account(ALICE, "alice")}  # by token
        self.resources: dict[str, list[dict[str, Any]]] = {"alice-token": [resource()]}
        self.servers = {urlsplit(LOCAL).netloc: MediaServer(), "plex.test:32400": MediaServer()}
        self.pins: dict[int, dict[str, Any]] = {}
        self.people: list[dict[str, Any]] = []
        self.home: list[dict[str, Any]] = []
        self.shares: list[dict[str, Any]] = []
        self.friends: list[dict[str, Any]] | None = None
        self.answers: dict[str, Answer | Exception] = {}  # by path: what is answered instead
        self.slow: dict[
            str, Callable[[PreparedRequest], Answer]
        ] = {}  # by path: what happens meanwhile, once
        for method, path, answer in self._routes():
            pattern = re.compile(rf"^https?://[^/]+{path}(\?.*)?$")
            mock.add_callback(method, pattern, callback=self._telling(answer))

    def _routes(self) -> list[tuple[str, str, Callable[[PreparedRequest], Answer]]]:
        return [
            ("POST", "/api/v2/pins", self._create_pin),
            ("GET", r"/api/v2/pins/\d+", self._pin),
            ("GET", "/api/v2/user", self._user),
            ("GET", "/api/v2/resources", self._resources),
            ("GET", "/api/users", self._users),
            ("GET", "/api/v2/home/users", self._home),
            ("GET", "/api/home/users", self._home_xml),
            ("GET", "/api/v2/friends", self._friends),
            ("GET", "/api/servers/[^/]+/shared_servers", self._shares),
            ("GET", "/identity", self._identity),
            ("GET", "/", self._root),
        ]

    def _telling(self, answer: Callable[[PreparedRequest], Answer]) -> Callable[[PreparedRequest], Answer]:
        def told(request: PreparedRequest) -> Answer:
            self.requests.append(request)
            path = urlsplit(request.url or "").path
            if slow := self.slow.pop(path, None):
                return slow(request)
            instead = self.answers.get(path)
            if isinstance(instead, Exception):
                raise instead
            return instead or answer(request)

        return told

    # What tests say

    def fails(self, path: str, answer: Answer | Exception | None = None) -> None:
        self.answers[path] = answer or requests.ConnectionError("refused")

    def heals(self) -> None:
        self.answers.clear()

    def at(self, url: str, server: MediaServer | None = None) -> None:
        """From now on this server answers there, by default the one we know."""
        self.servers[urlsplit(url).netloc] = server or MediaServer()

    def nobody_at(self, url: str) -> None:
        self.servers.pop(urlsplit(url).netloc, None)

    def knows(self, plex_id: int, username: str, *resources: dict[str, Any]) -> str:
        """Another account at plex.tv; its token."""
        token = f"{username}-token"
        self.accounts[token] = account(plex_id, username)
        self.resources[token] = list(resources)
        return token

    def approve(self, token: str = "alice-token", pin_id: int | None = None) -> None:
        """Somebody signs in at Plex for the PIN, by default the latest."""
        self.pins[pin_id or max(self.pins)]["authToken"] = token

    def person(self, plex_id: int, name: str, *, home: bool = False, on: str = "", **more: Any) -> None:
        row = {"id": plex_id, "title": name, "username": name.lower(), "home": int(home), **more}
        self.people.append({**row, "on": on})

    def at_home(self, plex_id: int, title: str, **more: Any) -> None:
        self.home.append({"id": plex_id, "uuid": f"uuid-{plex_id}", "title": title, **more})

    def share(self, plex_id: int, username: str, *, accepted: bool = True) -> None:
        row = {
            "id": 9000 + plex_id,
            "userID": plex_id,
            "username": username,
            "accessToken": f"share-{plex_id}",
        }
        self.shares.append({**row, "acceptedAt": 1700000000} if accepted else row)

    def whole_cast(self) -> None:
        self.at_home(ALICE, "alice", admin=True)
        self.at_home(BOB, "bob", username="bob")
        self.person(BOB, "bob", home=True)
        self.person(CAROL, "carol", on="machine-1")
        self.share(CAROL, "carol")

    def asked(self, path: str) -> list[PreparedRequest]:
        return [request for request in self.requests if urlsplit(request.url or "").path == path]

    def hosts_asked(self, path: str) -> list[str]:
        return [urlsplit(request.url or "").netloc for request in self.asked(path)]

    # What it answers

    def _account(self, request: PreparedRequest) -> dict[str, Any] | None:
        return self.accounts.get(request.headers.get("X-Plex-Token", ""))

    def _create_pin(self, request: PreparedRequest) -> Answer:
        number = 700 + len(self.pins)
        self.pins[number] = {"id": number, "code": f"code-{number}", "expiresIn": 1800, "authToken": None}
        return 201, {}, json.dumps(self.pins[number])

    def _pin(self, request: PreparedRequest) -> Answer:
        pin = self.pins.get(int(str(request.url).rpartition("/")[2]))
        missing = {"errors": [{"code": 1020, "message": "no such pin", "status": 404}]}
        return (200, {}, json.dumps(pin)) if pin else (404, {}, json.dumps(missing))

    def _user(self, request: PreparedRequest) -> Answer:
        known = self._account(request)
        return (200, {}, json.dumps(known)) if known else UNAUTHORIZED

    def _resources(self, request: PreparedRequest) -> Answer:
        owned = self.resources.get(request.headers.get("X-Plex-Token", ""))
        return UNAUTHORIZED if owned is None else (200, {}, json.dumps(owned))

    def _users(self, request: PreparedRequest) -> Answer:
        rows = []
        for person in self.people:
            attributes = {name: value for name, value in person.items() if name != "on"}
            server = xml_row("Server", {"id": 1, "machineIdentifier": person["on"]}) if person["on"] else ""
            rows.append(xml_row("User", attributes, server))
        return self._xml(request, rows)

    def _home(self, request: PreparedRequest) -> Answer:
        return 200, {}, json.dumps({"id": 1, "name": "Home", "users": self.home})

    def _home_xml(self, request: PreparedRequest) -> Answer:
        return self._xml(request, [xml_row("User", row) for row in self.home])

    def _friends(self, request: PreparedRequest) -> Answer:
        return (410, {}, "") if self.friends is None else (200, {}, json.dumps(self.friends))

    def _shares(self, request: PreparedRequest) -> Answer:
        return self._xml(request, [xml_row("SharedServer", row) for row in self.shares])

    def _xml(self, request: PreparedRequest, rows: list[str]) -> Answer:
        if not self._account(request):
            return UNAUTHORIZED
        body = f'<MediaContainer size="{len(rows)}">{"".join(rows)}</MediaContainer>'
        return 200, {"Content-Type": "application/xml"}, body

    def _server(self, request: PreparedRequest) -> MediaServer:
        server = self.servers.get(urlsplit(request.url or "").netloc)
        if server is None:
            raise requests.ConnectionError("nobody there")
        return server

    def _identity(self, request: PreparedRequest) -> Answer:
        return 200, {}, json.dumps({"MediaContainer": self._server(request).identity()})

    def _root(self, request: PreparedRequest) -> Answer:
        server = self._server(request)
        if server.is_broken:
            return 500, {}, "<html><h1>500</h1></html>"
        if request.headers.get("X-Plex-Token") not in server.tokens:
            return 401, {}, "<html><h1>401 Unauthorized</h1></html>"
        return 200, {}, json.dumps({"MediaContainer": server.root()})
