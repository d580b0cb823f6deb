"""From SQLite to PostgreSQL: every row arrives as it was, and nothing that is there already is touched."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from accounts.errors import Refused
from plaxe import backup, moving
from tests import factories
from tests.campaigns.process import ROOT, database

on_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="there is no PostgreSQL to move to"
)


@pytest.fixture
def empty() -> Iterator[str]:
    with database() as environment:
        yield environment["DATABASE_URL"]


def manage(data: Path, *words: str) -> tuple[int, Any]:
    """By itself, on SQLite."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAXE_", "DATABASE"))}
    environment = {**kept, "PLAXE_DATA_DIR": str(data), "PLAXE_ENV_FILE": ""}
    command = [sys.executable, "manage.py", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def on_sqlite(tmp_path: Path, settings: Settings) -> Path:
    """A Plaxe with a server, some titles and somebody who has seen one, of which a backup was restored."""
    settings.PLAXE_DATA_DIR = tmp_path
    server = factories.server()
    films = [factories.movie(section=factories.section(on=server), title=title) for title in ("Salt", "Ä 😀")]
    factories.watch(item=films[0], viewer=factories.bob(on=server))
    made = backup.make(backup.Kind.ASKED, server.added_at)
    status, told = manage(tmp_path / "data", "restore", str(made))
    assert (status, told["unreadable"]) == (0, ["Cellar"])  # it has a key of its own
    return tmp_path / "data"


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_every_row_arrives_once_and_new_ones_are_numbered_after_them(on_sqlite: Path, empty: str) -> None:
    status, told = manage(on_sqlite, "move_to", empty)
    assert (status, told["rows"] > 100) == (0, True)
    with psycopg.connect(empty) as there:
        titles = there.execute("SELECT title FROM media_mediaitem ORDER BY id").fetchall()
        assert titles == [("Salt",), ("Ä 😀",)]
        assert there.execute("SELECT COUNT(*) FROM media_watch").fetchone() == (1,)
        newest = there.execute("SELECT MAX(id) FROM media_mediaitem").fetchone()
        after = there.execute("SELECT nextval(pg_get_serial_sequence('media_mediaitem', 'id'))").fetchone()
        assert newest
        assert after == (newest[0] + 1,)
    status, told = manage(on_sqlite, "move_to", empty)
    assert (status, "In that database is a Plaxe already" in told["error"]) == (1, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("sqlite:///x", "Name the database as postgres://"),
        ("/no/such/file", "Name the database as postgres://"),
        ("postgres://nobody@127.0.0.1:1/x?connect_timeout=1", "cannot be used"),
    ],
)
def test_an_address_that_is_none_is_refused_in_one_sentence(
    where: str, words: str, tmp_path: Path, settings: Settings
) -> None:
    settings.PLAXE_DATA_DIR = tmp_path
    with pytest.raises(Refused, match=words) as refusal:
        moving.move_to(where)
    assert "\n" not in str(refusal.value)
