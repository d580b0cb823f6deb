"""Variables of the environment, each of which may come from the file that NAME_FILE names.

A value that makes no sense is refused in one sentence that names the variable.
"""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

from accounts.durations import parse_duration, parse_size

T = TypeVar("T")
TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}


class Environment(FileAwareEnv):
    def __init__(self, source: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self.ENVIRON = FileAwareMapping(env=source)

    def text(self, name: str, default: str = "") -> str:
        """An empty value counts as none: compose files pass those for variables nobody set."""
        try:
            value = str(self.ENVIRON[name]).strip()
        except KeyError:
            return default
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {reason}.") from None
        return value or default

    def words(self, name: str) -> list[str]:
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def flag(self, name: str, default: Any = None) -> Any:
        return self._parsed(name, _flag, default)

    def duration(self, name: str, default: str | None = None) -> Any:
        fallback = parse_duration(default) if default else None
        return self._parsed(name, parse_duration, fallback)

    def interval(self, name: str, default: str) -> timedelta:
        value: timedelta = self.duration(name, default)
        if value < timedelta(seconds=1):
            raise ImproperlyConfigured(f"{name} must be at least one second.")
        return value

    def size(self, name: str, default: str | None = None) -> Any:
        fallback = parse_size(default) if default else None
        return self._parsed(name, parse_size, fallback)

    def whole(self, name: str, default: int | None = None, *, least: int = 1, most: int = 65535) -> Any:
        value = self._parsed(name, _whole, default)
        if value is not None and not least <= value <= most:
            raise ImproperlyConfigured(f"{name} must be from {least} to {most}, not {value}.")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value.lower() not in {choice.lower() for choice in choices}:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def url(self, name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
        """The address without a trailing slash; never echoed, as it may hold a password."""
        value = self.text(name, default)
        if value and not _is_url(value, schemes):
            raise ImproperlyConfigured(f"{name} must be an address that begins with {_listed(schemes)}.")
        return value.rstrip("/")

    def _parsed(self, name: str, parse: Callable[[str], T], default: T) -> T:
        value = self.text(name)
        if not value:
            return default
        try:
            return parse(value)
        except ValueError as expected:
            raise ImproperlyConfigured(f"{name} must be {expected}, not {value[:60]!r}.") from None


def _flag(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError("true or false")


def _whole(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise ValueError("a whole number")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  an impossible port is noticed only when it is read
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not any(c.isspace() for c in text)


def _listed(schemes: tuple[str, ...]) -> str:
    return " or ".join(f"{scheme}://" for scheme in schemes)
