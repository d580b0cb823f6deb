"""Plaxe beside a Plex of its own, in an environment that shares nothing with the real one."""

import os
import runpy
import shutil
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from plaxe import hosts
from plaxe.data_folder import only_one

BASE_DIR = Path(__file__).resolve().parent.parent
MARKER = "this-is-a-demo"
LOCK = "plaxe.lock"
KEPT = {
    "PLAXE_ALLOWED_HOSTS", "PLAXE_BASE_PATH", "PLAXE_DELETION_DELAY", "PLAXE_DRY_RUN", "PLAXE_HOST",
    "PLAXE_LOG_LEVEL", "PLAXE_PORT", "PLAXE_TIME_ZONE", "PLAXE_URL",
}  # fmt: skip
QUICK = {
    "PLAXE_DELETION_DELAY": "20s",
    "PLAXE_DRY_RUN": "false",
    "PLAXE_BRAKE_ITEMS": "0",  # whoever assigns the whole shelf wants to see it go
    "PLAXE_BRAKE_PERCENT": "0",
    "PLAXE_BRAKE_BYTES": "0",
    "PLAXE_POLL_INTERVAL": "10s",
    "PLAXE_QUEUE_INTERVAL": "10s",
    "PLAXE_VIEWERS_INTERVAL": "1m",
    "PLAXE_SYNC_INTERVAL": "1m",
}


def add_arguments(parser: ArgumentParser) -> None:
    # Nobody asks for a password at the demo's sign-in page: it stays on this machine unless told otherwise.
    parser.add_argument("--host", default=os.environ.get("PLAXE_HOST") or "127.0.0.1")
    parser.add_argument("--keep", action="store_true", help="go on with the data of the last demo")


def prepare(arguments: list[str]) -> None:
    """Has to come before Django reads the settings."""
    parser = ArgumentParser(add_help=False)
    add_arguments(parser)
    options, _ = parser.parse_known_args(arguments)
    folder = Path(os.environ.get("PLAXE_DATA_DIR") or BASE_DIR / "data").expanduser().absolute() / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with only_one(folder):
        if not options.keep:
            empty(folder)
    isolate(folder, options.host)


def empty(folder: Path) -> None:
    leftovers = [path for path in folder.iterdir() if path.name != LOCK]
    if leftovers and not (folder / MARKER).exists():
        raise ImproperlyConfigured(f"{folder} holds something that is no demo. Name another PLAXE_DATA_DIR.")
    for path in leftovers:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / MARKER).touch()


def isolate(folder: Path, host: str) -> None:
    """No variable of the real Plaxe may lead the demo to its database, its server or its owner."""
    for name in [name for name in os.environ if _is_ours(name) and name not in KEPT]:
        del os.environ[name]
    os.environ |= QUICK | {name: os.environ[name] for name in QUICK.keys() & os.environ.keys()}
    os.environ |= {
        "PLAXE_ENV_FILE": "",
        "PLAXE_DATA_DIR": str(folder),
        "PLAXE_PLEX_TV_URL": f"http://{_for_browsers(host)}:{free_port()}",
        "PLAXE_PLEX_APP_URL": f"http://{_for_browsers(host)}:{free_port()}",
    }


def _is_ours(name: str) -> bool:
    return name.startswith(("PLAXE_", "DATABASE_URL", "REDIS_URL"))


def _for_browsers(host: str) -> str:
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        return f"[{host}]" if ":" in host else host
    return next((address for address in hosts.addresses() if address != "127.0.0.1"), "127.0.0.1")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def play_plex(host: str, tv: int, app: int, server: int) -> None:
    """The demo Plex in this process; it prints its addresses and ends on a signal."""
    ports = {"--port-tv": tv, "--port-app": app, "--port-server": server}
    sys.argv = ["demo", "--host", host, *(str(word) for pair in ports.items() for word in pair)]
    runpy.run_module("plexclient.demo", run_name="__main__", alter_sys=True)
