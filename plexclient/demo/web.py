"""Requests, responses and routes, as the demo's sites see them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from plexclient.demo.announcing import Announcer

Delivery = Literal["whole", "last", "reset", "cut", "drip", "event source", "websocket"]
VisitT = TypeVar("VisitT")


@dataclass(frozen=True)
class Request:
    site: str
    method: str
    path: str
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    quirk: str = ""

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """Pairs split at the first `=` of the wire, before decoding, as Plex does.

        So `addedAt%3E%3E=1` is the key `addedAt>>`, while `addedAt%3E%3E%3D=1` is one nobody knows.
        """
        pairs = (pair.partition("=") for pair in self.raw_query.split("&") if pair)
        return [(unquote_plus(key), unquote_plus(value)) for key, _, value in pairs]

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def argument(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), self.form.get(name, default))

    def plex(self, name: str) -> str:
        """An `X-Plex-*` header, or the query argument that may stand for it."""
        return self.headers.get(f"X-Plex-{name}") or self.argument(f"X-Plex-{name}")

    @property
    def host(self) -> str:
        """By which name the asker reaches us; a browser elsewhere needs another than 127.0.0.1."""
        return urlsplit(f"//{self.headers.get('Host') or '127.0.0.1'}").netloc.rpartition("@")[2]

    @property
    def wants_json(self) -> bool:
        return "json" in (self.headers.get("Accept") or "")


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = "whole"
    delay: float = 0.0
    announcer: Announcer | None = None  # of a line that stays open


def json_response(value: object, status: int = 200) -> Response:
    return Response(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")


def xml_response(text: str, status: int = 200) -> Response:
    return Response(status, text.encode(), "application/xml;charset=utf-8")


def html_error(status: int) -> Response:
    """Plex answers errors in HTML, whatever was asked for."""
    phrase = HTTPStatus(status).phrase
    title = f"<html><head><title>{phrase}</title></head>"
    return Response(status, f"{title}<body><h1>{status} {phrase}</h1></body></html>".encode())


View = Callable[..., Response]


class Routes(Generic[VisitT]):
    """Views by method and path; the groups of a pattern become arguments after the visit."""

    def __init__(self, *others: "Routes[VisitT]") -> None:
        self.table: list[tuple[str, re.Pattern[str], View]] = []
        for other in others:
            self.table += other.table

    def on(self, method: str, pattern: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            self.table.append((method, re.compile(pattern), view))
            return view

        return register

    def answer(self, visit: VisitT, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        known = False
        for verb, pattern, view in self.table:
            match = pattern.fullmatch(request.path)
            if match and verb == method:
                return view(visit, *match.groups())
            known = known or match is not None
        return html_error(405 if known else 404)


def xml_container(container: Mapping[str, Any]) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml_element("MediaContainer", container)


def xml_element(name: str, fields: Mapping[str, Any]) -> str:
    """The XML form of a JSON object: plain values are attributes, the rest are children."""
    attributes = "".join(f" {key}={_quoted(value)}" for key, value in fields.items() if _is_plain(value))
    children = "".join(_children(key, value) for key, value in fields.items())
    return f"<{name}{attributes}>{children}</{name}>" if children else f"<{name}{attributes}/>"


def _children(key: str, value: object) -> str:
    rows = value if isinstance(value, list) else [value]
    return "".join(xml_element(_row_name(key, row), row) for row in rows if isinstance(row, Mapping))


def _row_name(key: str, row: Mapping[str, Any]) -> str:
    if key != "Metadata":
        return key
    return "Directory" if row.get("type") in {"show", "season"} else "Video"


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _quoted(value: object) -> str:
    text = str(int(value)) if isinstance(value, bool) else str(value)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return '"' + text.replace("\n", "&#10;") + '"'
