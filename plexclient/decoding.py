"""From bytes to values: what Plex wraps its answers in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from xml.etree import ElementTree as ET

import msgspec

from plexclient.errors import BadResponse
from plexclient.http import Answer
from plexclient.types.library import Metadata
from plexclient.types.wire import NOT_JSON, Value, read

T = TypeVar("T")
Row = TypeVar("Row", bound=msgspec.Struct)
DECLARATIONS = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# Half of a character, as is left where a title was cut: no text can hold it.
LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
TOTAL_HEADER = "X-Plex-Container-Total-Size"
WEB_PAGE = "answered with a web page instead of data. Does a proxy or a login page stand in front of it?"
CUT_OFF = "sent data that cannot be read; it may have been cut off. Look at the proxy in front of it."
EMPTY_HANDED = "sent neither rows nor their number, so nothing can be concluded. Try again later."
UNWRAPPED = "does not answer like Plex. Is this the address of a Plex server?"


def json_of(answer: Answer) -> Any:
    for body in (answer.body, LONE_SURROGATE.sub(rb"\\ufffd", answer.body)):
        try:
            return msgspec.json.decode(body)
        except NOT_JSON:
            continue
    raise unreadable(answer)


def unreadable(answer: Answer) -> BadResponse:
    return answer.bad(WEB_PAGE if answer.body.lstrip()[:1] == b"<" else CUT_OFF)


def container_of(answer: Answer) -> dict[str, Any]:
    wrapped = json_of(answer)
    container = wrapped.get("MediaContainer") if isinstance(wrapped, dict) else None
    if not isinstance(container, dict):
        raise answer.bad(UNWRAPPED)
    return container


def value_of(answer: Answer, raw: Any, kind: type[T]) -> T:
    try:
        return read(raw, kind)
    except msgspec.ValidationError as error:
        raise answer.bad(f"sent a {kind.__name__.lower()} that Plaxe cannot understand: {error}.") from None


def list_of(answer: Answer, container: dict[str, Any], name: str, kind: type[T]) -> list[T]:
    """All rows or none: a list has no way to say that something is missing."""
    rows, size = container.get(name), number(container.get("size"))
    if rows is None and size is None:
        raise answer.bad(EMPTY_HANDED)
    rows = [] if rows is None else rows
    if not isinstance(rows, list) or len(rows) < (size or 0):
        raise answer.bad("announced more than it sent. Try again later.")
    return [value_of(answer, row, kind) for row in rows]


def xml_of(answer: Answer) -> ET.Element:
    """Rosters carry no declarations; whoever sends some may want to make us expand them."""
    if DECLARATIONS.search(answer.body):
        raise answer.bad(WEB_PAGE)
    try:
        root = ET.fromstring(answer.body)  # noqa: S314  # no declarations, size capped
    except (ET.ParseError, ValueError, LookupError):
        raise answer.bad(CUT_OFF) from None
    if root.tag != "MediaContainer":
        raise answer.bad(WEB_PAGE)
    return root


def number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: list[T]
    received: int  # with those that are left out of the rows
    skipped: int = 0  # could not be understood
    harmless: int = 0  # not a row at all, but counted by the server
    total: int | None = None


class Envelope(Value, frozen=True, kw_only=True):
    """Values that all rows share may stand here instead of in the rows, under a looser type."""

    size: int | None = None
    total_size: int | None = None
    section_id: int | str | None = msgspec.field(name="librarySectionID", default=None)
    section_title: str | None = msgspec.field(name="librarySectionTitle", default=None)
    parent_rating_key: int | str | None = None
    parent_title: str | None = None
    parent_index: int | None = None
    grandparent_rating_key: int | str | None = None
    grandparent_title: str | None = None

    def shared(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in INHERITED}
        present = {name: value for name, value in values.items() if value not in (None, "")}
        return {name: str(value) if name in TEXTS else value for name, value in present.items()}


TEXTS = ("section_title", "parent_rating_key", "parent_title", "grandparent_rating_key", "grandparent_title")
INHERITED = ("section_id", "parent_index", *TEXTS)


class Container(Envelope, Generic[Row], frozen=True, kw_only=True):
    rows: list[Row] = msgspec.field(name="Metadata", default_factory=list)
    others: list[Any] = msgspec.field(name="Directory", default_factory=list)


class Wrapped(Value, Generic[Row], frozen=True, kw_only=True):
    container: Container[Row] = msgspec.field(name="MediaContainer")


class PageReader(Generic[Row, T]):
    """Reads a whole page at once, and row by row where one row spoils it."""

    def __init__(self, kind: type[Row], finish: Callable[[Row, dict[str, Any]], T]) -> None:
        self._kind = kind
        self._finish = finish
        self._decoder = msgspec.json.Decoder(Wrapped[kind], strict=False)  # type: ignore[valid-type]

    def read(self, answer: Answer) -> Page[T]:
        container = self._whole(answer)
        if container is None or container.others:
            return self._row_by_row(answer)
        return self._page(answer, container, container.rows)

    def _whole(self, answer: Answer) -> Container[Row] | None:
        try:
            return self._decoder.decode(answer.body).container
        except NOT_JSON:
            return None

    def _row_by_row(self, answer: Answer) -> Page[T]:
        raw = container_of(answer)
        found = [*_rows(raw, "Directory"), *_rows(raw, "Metadata")]
        real = [row for row in found if not _is_all_episodes(row)]
        rows = [row for row in map(self._row, real) if row is not None]
        envelope = value_of(answer, raw, Envelope)
        return self._page(answer, envelope, rows, odd=len(real) - len(rows), harmless=len(found) - len(real))

    def _row(self, raw: Any) -> Row | None:
        try:
            return read(raw, self._kind)
        except msgspec.ValidationError:
            return None

    def _page(
        self, answer: Answer, envelope: Envelope, rows: list[Row], *, odd: int = 0, harmless: int = 0
    ) -> Page[T]:
        received = len(rows) + odd + harmless
        total = envelope.total_size
        if total is None:
            total = number(answer.headers.get(TOTAL_HEADER))
        if received == 0 and envelope.size is None and total is None:
            raise answer.bad(EMPTY_HANDED)
        shared = envelope.shared()
        return Page(
            rows=[self._finish(row, shared) for row in rows],
            received=received,
            skipped=odd + max(0, (envelope.size or 0) - received),
            harmless=harmless,
            total=total,
        )


def inheriting(row: Metadata, shared: dict[str, Any]) -> Metadata:
    # Nobody has seen the row yet, so it may still be changed; a copy of each would take twice as long.
    for name, value in shared.items():
        if getattr(row, name) in (None, ""):
            msgspec.structs.force_setattr(row, name, value)
    return row


def _rows(raw: dict[str, Any], name: str) -> list[Any]:
    rows = raw.get(name)
    return rows if isinstance(rows, list) else []


def _is_all_episodes(row: Any) -> bool:
    """The entry that players show above the seasons."""
    return isinstance(row, dict) and "ratingKey" not in row and str(row.get("key")).endswith("/allLeaves")
