"""A Plaxe that does what it is told in a process of its own each time, which may kill itself at any step.

A process forked from one that has loaded everything is there at once. Steps are: before and after each
request to Plex, each statement that commits itself, and each COMMIT; and before whatever is done to files in
the folders of the media.

An order is a line of JSON on standard input: to begin something, answered by the number of the process; or to
wait for the end of a process, answered by what became of it.
"""

import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import django
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone
from requests.adapters import HTTPAdapter

django.setup()

from django.conf import settings  # noqa: E402 -- models want Django set up
from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: E402

from accounts.models import PlexServer  # noqa: E402
from deletions.execution import execute_due  # noqa: E402
from deletions.models import Deletion  # noqa: E402
from deletions.tasks import execute  # noqa: E402
from plaxe import tables  # noqa: E402
from plaxe.celery.worker import work  # noqa: E402
from plaxe.cli import main  # noqa: E402
from plaxe.startup import prepare_fork  # noqa: E402
from tests.campaigns.trash_acts import mend, purge, put_back, tell_trash  # noqa: E402
from tests.campaigns.truth import Told  # noqa: E402

WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
# What Python tells of itself when a file is touched.
ON_FILES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "open"}
PATIENCE = 8  # passes, until all is settled


class Steps:
    """Counts them, writes them down, and ends the process without a word at the chosen one.

    Its hooks are in Django, in requests and in Python; Plaxe knows nothing of them.
    """

    def __init__(self, path: Path, kill_at: int | str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._kill_at, self._count, self._lock = kill_at, 0, Lock()

    def watch(self) -> None:
        database: Any = BaseDatabaseWrapper
        adapters: Any = HTTPAdapter
        commit, send = database._commit, adapters.send

        def commits(connection: Any) -> Any:
            return self._around("COMMIT", lambda: commit(connection))

        def sends(adapter: Any, request: Any, **options: Any) -> Any:
            return self._around(
                f"{request.method} {request.path_url}", lambda: send(adapter, request, **options)
            )

        database._commit = commits
        adapters.send = sends
        connection_created.connect(self._listen, weak=False)
        sys.addaudithook(self._overhear)

    def _overhear(self, event: str, words: tuple[Any, ...]) -> None:
        if event == "ctypes.dlsym" and words[1] == "renameat2":
            self._take("before file rename")
        elif event in ON_FILES and _is_of_media(words[0]):
            self._take(f"before file {event.rpartition('.')[2]}")

    def _listen(self, connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(self._executes)

    def _executes(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        write = WRITES.match(str(sql))
        if not write or context["connection"].in_atomic_block:
            return execute(sql, params, many, context)
        return self._around(" ".join(write.groups()), lambda: execute(sql, params, many, context))

    def _around(self, name: str, do: Callable[[], Any]) -> Any:
        self._take(f"before {name}")
        done = do()
        self._take(f"after {name}")
        return done

    def _take(self, name: str) -> None:
        with self._lock:
            self._count += 1
            os.write(self._file, f"{name}\n".encode())
            if self._kill_at in (self._count, name):
                os.kill(os.getpid(), signal.SIGKILL)


def _is_of_media(path: Any) -> bool:
    return any(str(path).startswith(str(folder)) for _, folder in settings.PLAXE_MEDIA_ROOTS)


def manage(*words: str) -> int:
    return main(["manage.py", *words, "--json"])


def settle(*keys: str) -> int:
    """Pass after pass, each as long after the other as a claim lasts, until these titles are settled."""
    rows = Deletion.objects.filter(rating_key__in=keys)
    for number in range(1, PATIENCE):
        if rows.open().exists():
            for server in PlexServer.objects.all():
                execute_due(server, timezone.now() + settings.PLAXE_CLAIM_TIMEOUT * 2 * number)
    return tell(*keys)


def tell(*keys: str) -> int:
    rows = Deletion.objects.filter(rating_key__in=keys).order_by("pk")
    sys.stdout.write(json.dumps([asdict(Told.of(row)) for row in rows]))
    return 0


def hint(times: str) -> int:
    """Say "look now" to the workers, of each server so many times over."""
    for _ in range(int(times)):
        for server in PlexServer.objects.all():
            execute.delay(server.pk)
    return 0


def count() -> int:
    """How many deletions there are, by their status."""
    rows = Deletion.objects.values_list("status", flat=True)
    sys.stdout.write(json.dumps(Counter(rows)))
    return 0


ACTS: dict[str, Callable[..., int]] = {
    "manage": manage, "settle": settle, "tell": tell, "work": work, "hint": hint, "count": count,
    "put_back": put_back, "purge": purge, "mend": mend, "tell_trash": tell_trash,
}  # fmt: skip


def ripen(*keys: str) -> None:
    """Their time has come."""
    Deletion.objects.filter(rating_key__in=keys).update(scheduled_for=timezone.now())
    connections.close_all()


def keep_pace() -> None:
    """The tables may have been prepared, with a schedule of other settings."""
    seconds = int(settings.PLAXE_QUEUE_INTERVAL.total_seconds())
    pace, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(name="Execute").update(interval=pace)
    connections.close_all()


class Children:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, order: dict[str, Any]) -> dict[str, Any]:
        pid = os.fork()
        if not pid:
            self._be_child(order)
        return {"pid": pid}

    def end(self, pid: int) -> dict[str, Any]:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        steps = self._file(pid, "steps").read_text().splitlines()
        return {"status": status, "steps": steps, "output": self._file(pid, "output").read_text()}

    def _be_child(self, order: dict[str, Any]) -> None:
        """Never returns."""
        status = 1
        try:
            sys.stdout = self._file(os.getpid(), "output").open("w")
            ripen(*order["ripe"])
            Steps(self._file(os.getpid(), "steps"), order["kill_at"]).watch()
            status = ACTS[order["act"]](*order["words"])
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            sys.stdout.flush()
            os._exit(status)

    def _file(self, pid: int, kind: str) -> Path:
        return self._folder / f"{pid}.{kind}"


def say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    tables.bring_up_to_date()
    keep_pace()
    prepare_fork()
    say({"ready": True})
    children = Children(Path(sys.argv[1]))
    for line in sys.stdin:
        order = json.loads(line)
        say(children.end(order["end"]) if "end" in order else children.begin(order))
