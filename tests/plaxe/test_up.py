"""The product as it is started, on a data folder and a port of its own."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.prepared import prepare

ROOT = Path(__file__).parent.parent.parent


class Plaxe:
    def __init__(self, folder: Path, *command: str, port: int | None = None, **more: str) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.output = folder.parent / f"output-{self.port}"
        arguments = [*(command or ("up",)), "--host=127.0.0.1", f"--port={self.port}"]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=environment(folder, **more),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
            return response.read()

    def answers(self) -> bool:
        try:
            return bool(json.loads(self.get("/health/"))["status"] == "ok")
        except OSError:
            return False

    def family(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAXE_")}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return kept | {"PLAXE_DATA_DIR": str(folder), "PLAXE_ENV_FILE": ""} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in map(int, children) for one in (child, *descendants(child))]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return result


@pytest.fixture
def start(tmp_path: Path, django_db_setup: None) -> Iterator[Callable[..., Plaxe]]:
    started: list[Plaxe] = []

    def run(*command: str, is_new: bool = False, **options: Any) -> Plaxe:
        folder = tmp_path / "data"
        started.append(Plaxe(folder if is_new else prepare(folder), *command, **options))
        return started[-1]

    yield run
    for plaxe in started:
        plaxe.process.kill()
        plaxe.process.wait()


@pytest.fixture
def plaxe(start: Callable[..., Plaxe]) -> Plaxe:
    plaxe = start()
    assert until(plaxe.answers), plaxe.output.read_text()
    return plaxe


def test_it_tells_where_to_go_and_serves_what_pages_need(plaxe: Plaxe) -> None:
    output = plaxe.output.read_text()
    assert f"http://127.0.0.1:{plaxe.port}/" in output
    assert "/setup/" in output
    page = plaxe.get("/admin/login/").decode()
    style = page.partition('href="/static/')[2].partition('"')[0]
    assert len(style.split(".")) == 3, "the name carries a hash"
    assert plaxe.get(f"/static/{style}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_five_seconds_and_leaves_nobody(plaxe: Plaxe, number: int) -> None:
    family = plaxe.family()
    assert len(family) == 5
    plaxe.process.send_signal(number)
    assert plaxe.process.wait(timeout=5) == 0
    assert not [pid for pid in family if is_running(pid)]
    assert "Traceback" not in plaxe.output.read_text()


def test_nobody_outlives_it_and_it_starts_again_on_the_same_folder(
    plaxe: Plaxe, start: Callable[..., Plaxe]
) -> None:
    others = plaxe.family()[1:]
    plaxe.process.kill()
    again = start(port=plaxe.port)
    assert until(lambda: not [pid for pid in others if is_running(pid)], 3)
    assert until(again.answers), again.output.read_text()


def test_a_web_server_that_dies_is_replaced(plaxe: Plaxe) -> None:
    web = [pid for pid in descendants(plaxe.process.pid) if descendants(pid)]
    os.kill(web[0], signal.SIGKILL)
    assert until(lambda: not is_running(web[0]))
    assert until(plaxe.answers), plaxe.output.read_text()


def test_a_second_start_on_the_same_folder_says_so(plaxe: Plaxe, start: Callable[..., Plaxe]) -> None:
    second = start()
    assert second.process.wait(timeout=20) == 1
    assert second.output.read_text().startswith("Plaxe already runs on ")
    assert len(second.output.read_text().splitlines()) == 1
    assert plaxe.answers()


def test_a_taken_port_is_one_clear_line(start: Callable[..., Plaxe]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        plaxe = start(port=other.getsockname()[1])
        assert plaxe.process.wait(timeout=20) == 1
    assert plaxe.output.read_text().startswith("Plaxe cannot listen at 127.0.0.1, port ")
    assert len(plaxe.output.read_text().splitlines()) == 1


def test_the_clock_ticks_and_the_worker_works(start: Callable[..., Plaxe]) -> None:
    plaxe = start(is_new=True, PLAXE_POLL_INTERVAL="1s", PLAXE_LOG_LEVEL="DEBUG")
    assert until(lambda: "media.tasks.poll[" in plaxe.output.read_text())
    assert until(lambda: " succeeded in " in plaxe.output.read_text())
    plaxe.process.terminate()
    plaxe.process.wait(timeout=5)
    with closing(sqlite3.connect(plaxe.folder / "plaxe.sqlite3")) as connection:
        query = "SELECT total_run_count FROM django_celery_beat_periodictask WHERE task = 'media.tasks.poll'"
        assert connection.execute(query).fetchone()[0] >= 1


def test_the_demo_brings_its_own_plex_and_takes_it_along(start: Callable[..., Plaxe]) -> None:
    demo = start("demo")
    assert until(demo.answers), demo.output.read_text()
    addresses = until(lambda: [line for line in demo.output.read_text().splitlines() if line.startswith("{")])
    family = demo.family()
    assert len(family) == 6
    with urllib.request.urlopen(f"{json.loads(addresses[0])['server_url']}/identity", timeout=5) as answer:
        assert answer.status == 200
    demo.process.terminate()
    assert demo.process.wait(timeout=5) == 0
    assert not [pid for pid in family if is_running(pid)]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PLAXE_DRY_RUN", "perhaps", "PLAXE_DRY_RUN must be true or false"),
        ("PLAXE_DELETION_DELAY", "soon", "PLAXE_DELETION_DELAY must be a duration"),
        ("PLAXE_POLL_INTERVAL", "0", "PLAXE_POLL_INTERVAL must be at least one second"),
        ("PLAXE_TIME_ZONE", "Mars/Base", "PLAXE_TIME_ZONE (or TZ) must be a time zone"),
        ("PLAXE_SECRET_KEY", "short", "PLAXE_SECRET_KEY must have at least 32 characters"),
        ("PLAXE_ENCRYPTION_KEYS", "short", "PLAXE_ENCRYPTION_KEYS must hold keys of 32 bytes"),
        (
            "DATABASE_URL",
            "mysql://x:hunter2@y/z",
            "DATABASE_URL must be an address that begins with postgres",
        ),
        ("PLAXE_BROKER_URL", "amqp://x", "PLAXE_BROKER_URL must be an address that begins with redis"),
        ("PLAXE_PORT", "none", "PLAXE_PORT must be a whole number"),
        ("PLAXE_LOG_LEVEL", "LOUD", "PLAXE_LOG_LEVEL must be one of"),
    ],
)
def test_a_wrong_setting_ends_the_start_in_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    command = [sys.executable, "manage.py", "status", "--json"]
    wrong = environment(tmp_path / "data", **{name: value})
    result = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(sentence)
    assert json.loads(result.stdout) == {"error": result.stderr.strip()}
    assert "hunter2" not in result.stdout


def test_the_parts_run_beside_each_other(start: Callable[..., Plaxe]) -> None:
    web = start("up", "--only=web")
    assert until(web.answers), web.output.read_text()
    assert len(web.family()) == 3
    worker = start("up", "--only=worker", PLAXE_LOG_LEVEL="DEBUG")
    beat = start("up", "--only=beat", PLAXE_POLL_INTERVAL="1s", PLAXE_LOG_LEVEL="DEBUG")
    assert until(lambda: " succeeded in " in worker.output.read_text()), beat.output.read_text()
    families = [one.family() for one in (web, worker, beat)]
    assert [len(family) for family in families] == [3, 2, 2]
    for one in (web, worker, beat):
        one.process.terminate()
    assert [one.process.wait(timeout=5) for one in (web, worker, beat)] == [0, 0, 0]
    assert not [pid for family in families for pid in family if is_running(pid)]
