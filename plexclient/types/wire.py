"""How loosely Plex types its values, settled in one place."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Any, TypeVar

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MILLISECONDS_FROM = 10**11  # as seconds this lies in the year 5138


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A value from the wire. Whatever is called a token stays out of its repr."""

    def __repr__(self) -> str:
        shown = (
            f"{name}={'***' if 'token' in name and getattr(self, name) else repr(getattr(self, name))}"
            for name in self.__struct_fields__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


T = TypeVar("T")


# What msgspec raises for bytes that are no JSON, or nested so deeply that nobody means them.
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(raw: Any, kind: type[T]) -> T:
    """Raises ``msgspec.ValidationError``. Null and empty text stand for a missing key, a number for text."""
    try:
        return msgspec.convert(_mended(_without_nothing(raw), kind), kind, strict=False)
    except RecursionError:
        raise msgspec.ValidationError("it is nested too deeply") from None


def _mended(bare: Any, kind: type) -> Any:
    if not isinstance(bare, dict) or not issubclass(kind, msgspec.Struct):
        return bare
    mends = _mends(kind)
    return {name: mends[name](value) if name in mends else value for name, value in bare.items()}


def _without_nothing(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {name: _without_nothing(value) for name, value in raw.items() if value not in (None, "")}
    if isinstance(raw, list):
        return [_without_nothing(value) for value in raw]
    return raw


@cache
def _mends(kind: type[msgspec.Struct]) -> dict[str, Callable[[Any], Any]]:
    mends: dict[Any, Callable[[Any], Any]] = {str: _as_text, Moment: _as_seconds}
    mends |= {kind_ | None: mend for kind_, mend in mends.items()}
    fields = msgspec.structs.fields(kind)
    within = {field.type for field in fields if isinstance(field.type, type)}
    mends |= {inner: partial(_mended, kind=inner) for inner in within if issubclass(inner, msgspec.Struct)}
    return {field.encode_name: mends[field.type] for field in fields if field.type in mends}


def _as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _as_seconds(value: Any) -> Any:
    return value / 1000 if type(value) is int and value > MILLISECONDS_FROM else value


def moment(epoch: int | None) -> datetime | None:
    """Seconds, though some servers have sent milliseconds."""
    if epoch is None:
        return None
    seconds = epoch / 1000 if epoch > MILLISECONDS_FROM else epoch
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
