"""What happens between "start Plaxe" and the first child process."""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections

from accounts.models import Installation
from plaxe import tables
from plaxe.celery.beat import tick
from plaxe.celery.worker import work
from plaxe.data_folder import only_one
from plaxe.listener import listen
from plaxe.supervisor import Child, Supervisor
from plaxe.web import refuse_taken, serve

ROLES = ("web", "worker", "beat", "listen")


def start(host: str, port: int, *, beside: Sequence[Child] = ()) -> None:
    """Returns when Plaxe was asked to stop and has stopped."""
    with only_one(settings.PLAXE_DATA_DIR):
        start_some(ROLES, host, port, beside=beside)


def start_some(roles: Sequence[str], host: str, port: int, *, beside: Sequence[Child] = ()) -> None:
    """Other roles, or the same ones, may run elsewhere on the same database and broker."""
    is_web = "web" in roles
    if is_web:
        refuse_taken(host, port)
    tables.bring_up_to_date()
    if is_web:
        collect_static_files()
        tell_address(host, port)
    prepare_fork()
    Supervisor([*beside, *processes(roles, host, port)]).run()


def processes(roles: Sequence[str], host: str, port: int) -> list[Child]:
    """The clock is a thread of the worker where there is one, which saves a process."""
    ticks = "beat" in roles
    run: dict[str, Callable[[], int | None]] = {
        "web": partial(serve, host, port),
        "worker": partial(work, ticks=ticks),
        "beat": tick,
        "listen": listen,
    }
    shares = {"beat"} if "worker" in roles else set()
    return [Child(role, run[role]) for role in ROLES if role in roles and role not in shares]


def collect_static_files() -> None:
    """Hashed and compressed into the data folder, when anything has changed since the last time."""
    stamp = settings.STATIC_ROOT / "collected"
    state = _state_of_static_files()
    if stamp.is_file() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state)


def _state_of_static_files() -> str:
    newest, count = 0, 0
    for finder in get_finders():
        for name, storage in finder.list([]):
            newest = max(newest, Path(storage.path(name)).stat().st_mtime_ns)
            count += 1
    return f"{settings.PLAXE_VERSION} {count} {newest}"


def tell_address(host: str, port: int) -> None:
    url = settings.PLAXE_URL if settings.EXTERNAL_URL else f"http://{_reachable(host)}:{port}"
    settings.PLAXE_URL = url
    settings.ADDRESS_FILE.write_text(url)
    installation = Installation.load()
    print(f"Plaxe is at {url}{settings.BASE_PATH}/", flush=True)
    if setup_url := installation.setup_url():
        print(f"Nobody owns it yet: whoever opens {setup_url} becomes its admin.", flush=True)


def _reachable(host: str) -> str:
    """A name a browser understands for what a server listens on."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def prepare_fork() -> None:
    """No child may inherit a database connection, and none should copy memory just to count references."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()
    gc.collect()
    gc.freeze()
