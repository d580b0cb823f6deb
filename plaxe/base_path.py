"""Plaxe under a path of a host it shares with others, behind a proxy that strips the path or keeps it."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

SHAPE = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
# With such a path nobody could tell a request that was stripped from one that was not.
OURS = {
    "activity", "admin", "appearance", "backup", "brake", "calendar", "deletions", "doctor", "first-steps",
    "health", "libraries", "login", "logout", "media", "metrics", "now", "servers", "settings", "setup",
    "simulation", "static", "trash", "users", "webhook", "webhooks",
}  # fmt: skip


def chosen(base_path: str, url: str) -> str:
    """What PLAXE_BASE_PATH says, or the path of PLAXE_URL: `/plaxe`, or nothing."""
    named = urlsplit(url).path.rstrip("/")
    path = base_path.rstrip("/") or named
    if named and named != path:
        raise ImproperlyConfigured(f"PLAXE_BASE_PATH and PLAXE_URL name different paths: {path} and {named}.")
    if path and not SHAPE.fullmatch(path):
        raise ImproperlyConfigured(f"PLAXE_BASE_PATH must be a path such as /plaxe, not {path[:60]!r}.")
    first = path.removeprefix("/").partition("/")[0]
    if first in OURS:
        raise ImproperlyConfigured(f"PLAXE_BASE_PATH must not begin with /{first}: Plaxe has pages there.")
    return path


def under(path: str, application: Application) -> Application:
    """The application for a proxy that keeps the path as well as for one that strips it."""

    def stripped(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = str(environ.get("PATH_INFO", ""))
        if asked == path or asked.startswith(f"{path}/"):
            environ["PATH_INFO"] = asked.removeprefix(path) or "/"
        return application(environ, start_response)

    return stripped if path else application
