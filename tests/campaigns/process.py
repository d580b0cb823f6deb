"""Plaxe in processes of its own, on a database of its own, beside a small Plex in this one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.prepared import prepare

ROOT = Path(__file__).parent.parent.parent
Condition = Callable[[], bool]


@dataclass(frozen=True)
class End:
    """What became of a process."""

    status: int
    steps: list[str]
    output: str

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL

    @property
    def document(self) -> Any:
        assert self.status == 0, self.output
        return json.loads(self.output)


class Launcher:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.launcher", str(folder)],
            cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._hear() == {"ready": True}

    def __call__(
        self, *words: str, act: str = "manage", ripe: Sequence[str] = (), kill_at: int | str = 0
    ) -> End:
        """To its end, which may come at one of its steps. `ripe` titles are due first."""
        return self.end(self.begin(*words, act=act, ripe=ripe, kill_at=kill_at))

    def begin(
        self, *words: str, act: str = "manage", ripe: Sequence[str] = (), kill_at: int | str = 0
    ) -> int:
        """The number of the process."""
        pid: int = self._ask(act=act, words=words, ripe=ripe, kill_at=kill_at)["pid"]
        return pid

    def end(self, pid: int) -> End:
        return End(**self._ask(end=pid))

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def stop(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()


@contextmanager
def launched(folder: Path, plex_tv_url: str, **more: str) -> Iterator[Launcher]:
    with environment(folder, plex_tv_url, **more) as known:
        launcher = Launcher(folder, known)
        try:
            yield launcher
        finally:
            launcher.stop()


def wait_until(
    holds: Condition,
    seconds: float = 60,
    every: float = 0.01,
    told: Callable[[], object] = "it never came to that".__str__,
) -> None:
    """`told` says how far it came instead."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, told()
        time.sleep(every)


@contextmanager
def environment(folder: Path, plex_tv_url: str, **more: str) -> Iterator[dict[str, str]]:
    """Of a Plaxe without a brake, on SQLite, or on PostgreSQL where the tests run on that."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAXE_", "DATABASE"))}
    with database() as own:
        yield {
            **kept,
            **own,
            "DJANGO_SETTINGS_MODULE": "plaxe.settings",
            "PLAXE_ENV_FILE": "",
            "PLAXE_DATA_DIR": str(prepare(folder / "data")),
            "PLAXE_PLEX_TV_URL": plex_tv_url,
            "PLAXE_DRY_RUN": "false",
            "PLAXE_LOG_LEVEL": "ERROR",
            **dict.fromkeys(("PLAXE_BRAKE_ITEMS", "PLAXE_BRAKE_PERCENT", "PLAXE_BRAKE_BYTES"), "0"),
            **more,
        }


@contextmanager
def database() -> Iterator[dict[str, str]]:
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield {}
        return
    name = f"campaign_{os.getpid()}_{time.time_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
