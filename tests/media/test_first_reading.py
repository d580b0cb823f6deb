"""The first reading of a long history, as a process that can be killed and weighed."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.utils import timezone

from plexclient.demo import Item, Running, World, serve
from plexclient.demo.history import History, Row, row_of
from tests.factories import ALICE, BOB, CAROL

SCRIPT = Path(__file__).parent / "first_reading.py"
BEGIN = int((timezone.now() - timedelta(days=900)).timestamp())
STRANGER = 4711
Make = Callable[[int], Row]
WATCHES = """
    select item.rating_key, viewer.plex_id, first_viewed_at, last_viewed_at, source
    from media_watch join media_mediaitem item on item.id = item_id
    join accounts_plexuser viewer on viewer.id = viewer_id order by 1, 2
"""


@pytest.fixture
def world() -> World:
    world = World()
    world.add_server(world.add_person("alice", plex_id=ALICE), machine_identifier="machine-1")
    world.add_person("bob", plex_id=BOB, home=True)
    world.share(world.add_person("carol", plex_id=CAROL))
    world.add_section("Films", "movie")
    for number in range(40):
        world.add_movie(f"Film {number}", added_at=BEGIN - 86_400)
    return world


@pytest.fixture
def films(world: World) -> list[Item]:
    return list(world.server.items.values())


@pytest.fixture
def plex(world: World) -> Iterator[Running]:
    with serve(world) as running:
        yield running


@pytest.fixture
def start(world: World, plex: Running) -> Callable[[Path], subprocess.Popen[str]]:
    def start(folder: Path) -> subprocess.Popen[str]:
        folder.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAXE_")}
        for name in ("DATABASE_URL", "REDIS_URL"):
            kept.pop(name, None)
        environment = kept | {"PLAXE_DATA_DIR": str(folder), "PLAXE_ENV_FILE": ""}
        command = [sys.executable, str(SCRIPT), plex.server_url(), world.server.access_token]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    return start


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    report: dict[str, Any] = json.loads(output)
    return report


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    [database] = folder.glob("*.sqlite3")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def rows_read(folder: Path) -> int:
    try:
        [(rows,)] = asked(folder, "select rows from media_historycursor")
    except (ValueError, sqlite3.OperationalError):  # not that far yet
        return 0
    return int(rows)


def wait_for(folder: Path, process: subprocess.Popen[str], rows: int) -> None:
    while rows_read(folder) < rows:
        assert process.poll() is None
        time.sleep(0.005)


def test_a_first_reading_that_is_killed_goes_on_and_ends_as_an_undisturbed_one(
    world: World, films: list[Item], start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    accounts = [1, BOB, CAROL, STRANGER]

    def make(position: int) -> Row:
        film = films[position * 7 % len(films)]
        return row_of(position + 1, accounts[position // 40 % 4], film, BEGIN + position * 600, 1)

    world.server.history = History(60_000, make)
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for rows in (5_000, 20_000):
        process = start(killed)
        wait_for(killed, process, rows)
        process.kill()
        process.communicate()
        assert asked(killed, "select caught_up_at from media_historycursor") == [(None,)]

    last = finished(start(killed))

    assert last["complete"]
    assert last["rows"] < 45_000
    assert finished(start(undisturbed))["rows"] == 60_000
    assert asked(killed, WATCHES) == asked(undisturbed, WATCHES)
    assert len(asked(killed, WATCHES)) == 3 * len(films)
    until = "select read_until from media_historycursor"
    assert asked(killed, until) == asked(undisturbed, until)


def test_300_000_rows_of_other_peoples_music_leave_only_the_right_watches_and_little_memory(
    world: World, films: list[Item], start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Among them the owner as account 1, one view twice, and a view of a film that is no more."""
    gone = world.add_movie("Gone", added_at=BEGIN - 86_400)
    views = {100_000: (films[0], 1), 200_000: (films[1], BOB), 200_001: (films[1], BOB), 250_000: (gone, BOB)}

    def make(position: int) -> Row:
        film, account = views.get(position, (films[position % 40], STRANGER + position % 50))
        row = row_of(position + 1, account, film, BEGIN + position * 100, 1)
        if position not in views:
            row.type = cast("Any", "track")
            row.rating_key = film.rating_key if position % 2 else ""
        return row

    world.server.history = History(300_000, make)
    world.delete(gone)

    report = finished(start(tmp_path))

    assert (report["rows"], report["complete"]) == (300_000, True)
    assert [row[:2] for row in asked(tmp_path, WATCHES)] == [
        (films[0].rating_key, ALICE),
        (films[1].rating_key, BOB),
    ]
    assert report["megabytes"] < 250
