"""A plain way to ask the demo's sites."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

CLIENT = "tests-of-the-demo"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def container(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["MediaContainer"]
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(self.container.get("Metadata", []))

    @property
    def keys(self) -> list[str]:
        return [row["ratingKey"] for row in self.rows]

    @property
    def xml(self) -> ET.Element:
        return ET.fromstring(self.body)

    @property
    def code(self) -> int:
        return int(self.json["errors"][0]["code"])


@dataclass
class Client:
    """Speaks to one site, as one token, over a fresh connection each time."""

    url: str
    token: str = ""
    timeout: float = 5  # seconds

    def __call__(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self.timeout)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"Accept": "application/json", "X-Plex-Client-Identifier": CLIENT, **given}
        if self.token:
            fields["X-Plex-Token"] = self.token
        try:
            connection.request(method, path, body=body, headers=fields)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, **headers)
