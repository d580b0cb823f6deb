"""Plaxe as it is started for people, in processes of its own, beside a Plex that the test directs."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from plaxe.demo import free_port
from plexclient.demo import Running, World, serve
from tests.browser.clerk import PREPARE, ROOT, Clerk

CALM = {  # a test says itself when something is to happen
    "PLAXE_POLL_INTERVAL": "1h",
    "PLAXE_QUEUE_INTERVAL": "1h",
    "PLAXE_VIEWERS_INTERVAL": "1h",
    "PLAXE_SYNC_INTERVAL": "1h",
    "PLAXE_BRAKE_ITEMS": "0",
    "PLAXE_BRAKE_PERCENT": "0",
    "PLAXE_BRAKE_BYTES": "0",
    "PLAXE_LOG_LEVEL": "WARNING",
}


class Live:
    """`changed` are variables of the environment besides those of calm; an empty value unsets one."""

    def __init__(self, plex: Running, folder: Path, **changed: str) -> None:
        self.plex = plex
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.changed = changed
        self.log = folder.parent / f"{folder.name}.log"
        self._clerks: dict[tuple[tuple[str, str], ...], Clerk] = {}
        if not has_own_schedule(changed):
            shutil.copytree(prepared(), folder, dirs_exist_ok=True)

    def start(self) -> None:
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--host=127.0.0.1", f"--port={self.port}"],
                cwd=ROOT, env=self._environment(), stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        assert until(self.answers), self.log.read_text()

    @property
    def world(self) -> World:
        return self.plex.world

    @property
    def setup_path(self) -> str:
        found = re.search(r"(/plaxe)?/setup/\S+/", self.log.read_text())
        assert found, self.log.read_text()
        return found.group()

    def manage(self, *words: str | int, **changed: str) -> Any:
        """What a command says with --json, `changed` variables being different for it."""
        who = tuple(sorted(changed.items()))
        if who not in self._clerks:
            self._clerks[who] = Clerk(self._environment(**changed))
        return json.loads(self._clerks[who].run(*map(str, words), "--json"))

    def dismiss(self) -> None:
        """Whoever works beside it."""
        while self._clerks:
            self._clerks.popitem()[1].dismiss()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        self.dismiss()
        self.process.terminate()
        self.process.wait(timeout=15)

    def _environment(self, **changed: str) -> dict[str, str]:
        plex = {"PLAXE_PLEX_TV_URL": self.plex.plex_tv_url, "PLAXE_PLEX_APP_URL": self.plex.app_url}
        return environment(self.folder) | plex | self.changed | changed


def environment(folder: Path) -> dict[str, str]:
    ours = ("PLAXE_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
    others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    own = {"PLAXE_DATA_DIR": str(folder), "PLAXE_ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "plaxe.settings"}
    return others | CALM | own


def has_own_schedule(changed: Iterable[str]) -> bool:
    """It is written into the tables when they are made."""
    return any(name.endswith("_INTERVAL") for name in changed)


@cache
def prepared() -> Path:
    """A data folder with its tables and its static files, which every Plaxe begins with a copy of."""
    folder = Path(tempfile.mkdtemp(prefix="plaxe-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clerk = Clerk(environment(folder))
    clerk.run(PREPARE)
    clerk.dismiss()
    return folder


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return result


@contextmanager
def live(
    world: World, folder: Path, furnish: Callable[[Live], None] | None = None, **changed: str
) -> Iterator[Live]:
    """`furnish` is called before it starts."""
    with serve(world) as plex:
        plaxe = Live(plex, folder, **changed)
        if furnish:
            furnish(plaxe)
            plaxe.dismiss()
        try:
            plaxe.start()
            yield plaxe
        finally:
            plaxe.stop()
