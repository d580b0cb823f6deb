"""How Plaxe opens a database: the settings' own, and another one that rows are copied from or to."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import load_backend
from environ import Env

OTHER = "other"


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a reader that turns writer would fail at once
            "timeout": 20,
            # FULL: a cancellation that a power cut forgets would let a title be deleted.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def postgres(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """`name`: of what holds the address, for whoever has to mend it."""
    if not find_spec("psycopg"):
        raise ImproperlyConfigured(
            f"{name} names PostgreSQL, whose driver is not installed: install requirements/postgres.txt."
        )
    found: dict[str, Any] = Env.db_url_config(url)
    options = {
        "connect_timeout": 5,
        "options": "-c jit=off",  # compiling takes longer than any of our queries
        **found.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 10, "timeout": 10},
    }
    return {
        **found, "ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True, "OPTIONS": options
    }  # fmt: skip


@contextmanager
def opened(configuration: dict[str, Any]) -> Iterator[str]:
    """Another database beside our own, by the alias it has meanwhile."""
    known = connections.configure_settings({"default": {}, OTHER: configuration})[OTHER]
    connections[OTHER] = load_backend(known["ENGINE"]).DatabaseWrapper(known, OTHER)
    try:
        yield OTHER
    finally:
        _close(connections[OTHER])
        del connections[OTHER]


def _close(connection: Any) -> None:
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()
