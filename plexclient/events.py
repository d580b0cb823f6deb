"""What comes over a server's stream, as values. What is not understood is no event: the next poll knows."""

from collections.abc import Iterator
from typing import Any

import msgspec

from plexclient.types.events import Changed, Playing
from plexclient.types.wire import NOT_JSON, Value, read

Event = Playing | Changed

KINDS: dict[str, tuple[str, type[Value]]] = {
    "playing": ("PlaySessionStateNotification", Playing),
    "timeline": ("TimelineEntry", Changed),
}
FILTERS = ",".join(KINDS)


def events_of(text: bytes | str, name: str = "") -> list[Event]:
    """The events of a websocket's frame, or of an event source's data, whose `name` stands beside it."""
    try:
        raw = msgspec.json.decode(text)
    except NOT_JSON:
        return []
    if not isinstance(raw, dict):
        return []
    container = raw.get("NotificationContainer", raw)
    return list(_events(container, name)) if isinstance(container, dict) else []


def _events(container: dict[str, Any], name: str) -> Iterator[Event]:
    kind = KINDS.get(name or str(container.get("type", "")))
    if kind is None:
        return
    field, value = kind
    found = container.get(field, container if name else [])  # an event source does not always wrap them
    for row in found if isinstance(found, list) else [found]:
        try:
            yield read(row, value)  # type: ignore[misc]  # one of the kinds of Event
        except msgspec.ValidationError:
            continue
