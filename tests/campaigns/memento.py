"""How the shelves of a little Plex are at a moment, so that they can be so again."""

from collections.abc import Iterator
from typing import Any

from plexclient.demo.server import Server


class Memento:
    def __init__(self, server: Server) -> None:
        self._values = [(thing, _values(thing)) for thing in _things(server)]

    def restore(self) -> None:
        for thing, values in self._values:
            for name, value in values.items():
                setattr(thing, name, _copied(value))


def _things(server: Server) -> Iterator[Any]:
    """Whatever of it may change; people and who may watch do not."""
    yield server
    yield server.history
    yield from server.history
    yield from server.sections
    yield from server.states.values()
    for item in server.items.values():
        yield item
        for media in item.media:
            yield media
            yield from media.parts


def _values(thing: Any) -> dict[str, Any]:
    names = getattr(thing, "__slots__", None) or vars(thing)
    return {name: _copied(getattr(thing, name)) for name in names}


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, list | dict | set) else value
