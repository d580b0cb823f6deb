"""What happens between "start Plaxe" and the first child process."""

import gc
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections

from accounts.models import Installation
from plaxe import tables
from plaxe.celery.worker import work
from plaxe.data_folder import locked
from plaxe.supervisor import Child, Supervisor
from plaxe.web import refuse_taken, serve

GRACE = 2.0  # seconds a killed Plaxe's children may take to follow it


def start(host: str, port: int, *, beside: Sequence[Child] = ()) -> None:
    """Returns when Plaxe was asked to stop and has stopped."""
    with only_one():
        refuse_taken(host, port)
        tables.bring_up_to_date()
        collect_static_files()
        tell_address(host, port)
        prepare_fork()
        Supervisor([*beside, Child("web server", partial(serve, host, port)), Child("worker", work)]).run()


@contextmanager
def only_one() -> Iterator[None]:
    """Two supervisors on one data folder would run every schedule twice."""
    path = settings.PLAXE_DATA_DIR / "plaxe.lock"
    deadline = time.monotonic() + GRACE
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locked(path, wait=False))
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ImproperlyConfigured(_already_running(path)) from None
                time.sleep(0.1)
        path.write_text(str(os.getpid()))
        yield


def _already_running(path: Path) -> str:
    return (
        f"Plaxe already runs on {path.parent} (process {path.read_text().strip() or 'unknown'}). "
        "Stop it first, or give this one a folder of its own with PLAXE_DATA_DIR."
    )


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
    print(f"Plaxe is at {url}/", flush=True)
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
