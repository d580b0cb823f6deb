"""A worker that is killed with SIGKILL leaves a row that explains itself; the next pass asks the server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from plexclient.demo import Fault, Item, World, serve, small_world
from plexclient.demo.faults import FaultKind

ROOT = Path(__file__).parent.parent.parent
LAST_MONTH = timezone.now() - timedelta(days=30)
METADATA = "^/library/metadata/"

Plaxe = Callable[..., dict[str, Any]]


@pytest.fixture
def world() -> World:
    return small_world()


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_MONTH)


@pytest.fixture
def environment(world: World, film: Item, tmp_path: Path) -> Iterator[dict[str, str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PLAXE_", "DATABASE"))}
    with serve(world) as running:
        yield {
            **ours,
            "PLAXE_ENV_FILE": "",
            "PLAXE_DATA_DIR": str(tmp_path / "data"),
            "PLAXE_PLEX_TV_URL": running.plex_tv_url,
            "PLAXE_DRY_RUN": "false",
            "PLAXE_DELETION_DELAY": "0",
            "PLAXE_CLAIM_TIMEOUT": "1s",
        }


def command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words, "--json"]


@pytest.fixture
def plaxe(environment: dict[str, str]) -> Plaxe:
    def plaxe(*words: str) -> dict[str, Any]:
        done = subprocess.run(command(*words), env=environment, capture_output=True, text=True, check=False)
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    return plaxe


@pytest.fixture
def due(plaxe: Plaxe, world: World, film: Item) -> None:
    plaxe("connect", "--token", world.issue_token(world.person("alice")))
    plaxe("sync")
    plaxe("assign", film.rating_key, "--viewer", "bob")
    world.play(world.person("bob"), film)
    plaxe("poll")
    assert plaxe("enqueue")["enqueued"] == 1


def kill_when(reached: Callable[[], bool], environment: dict[str, str]) -> None:
    """Start a pass and kill it as soon as the server has seen what we wait for."""
    worker = subprocess.Popen(command("execute"), env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not reached() and time.monotonic() < until:
        time.sleep(0.01)
    assert reached()
    worker.send_signal(signal.SIGKILL)
    worker.wait()


@pytest.mark.parametrize(
    ("kind", "method", "sends"),
    [
        ("timeout", "GET", 1),  # before anything was sent
        (
            "timeout",
            "DELETE",
            2,
        ),  # it got lost: a second claim looks anew and sends its own
        ("timeout_after", "DELETE", 1),  # it took effect
    ],
)
@pytest.mark.usefixtures("due")
def test_whenever_it_is_killed_the_title_goes_in_the_end_and_no_claim_sends_twice(
    plaxe: Plaxe,
    world: World,
    film: Item,
    environment: dict[str, str],
    kind: FaultKind,
    method: str,
    sends: int,
) -> None:
    fault = world.faults.add(Fault(kind, method, METADATA, site=world.server.machine_identifier, delay=60))
    kill_when(lambda: fault.hits == 1, environment)
    world.faults.clear()
    time.sleep(1.1)  # the claim times out
    deleted = sum(plaxe("execute")["deleted"] for _ in range(2))
    assert deleted == 1
    assert plaxe("queue")["deletions"][0]["status"] == "DELETED"
    assert film.rating_key not in world.server.items
    assert len(world.deletes) == sends
