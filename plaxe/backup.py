"""Copies of all that Plaxe knows, taken while it runs, of which the newest of each kind are kept."""

import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.core.management import call_command
from django.db import connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from plaxe import archive, copying, databases

logger = logging.getLogger(__name__)

STAMP = "%Y-%m-%d-%H%M%S-%f"
MINE = "accounts.change_user"  # only admins have it


class Kind(StrEnum):
    """Why it was made. Of each kind as many are kept, so that none drives out another."""

    DAILY = "daily"
    ASKED = "asked"
    UPGRADE = "before-upgrade"
    RESTORE = "before-restore"


def folder() -> Path:
    path: Path = settings.PLAXE_DATA_DIR / "backups"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def make(kind: Kind, now: datetime) -> Path:
    """The new backup, whole or not at all. Raises OSError when there is no room for it."""
    target = folder() / f"plaxe-{kind}-{now:{STAMP}}.zip"
    with _drafted(now) as draft:
        draft.rename(target)
    for old in made(kind)[settings.PLAXE_BACKUPS_KEPT :]:
        old.unlink(missing_ok=True)
    return target


def made(kind: Kind | None = None) -> list[Path]:
    """The newest first."""
    return sorted(folder().glob(f"plaxe-{kind or '*'}-2*.zip"), key=_when, reverse=True)


def _when(path: Path) -> str:
    return "-".join(path.stem.split("-")[-len(STAMP.split("-")) :])


@contextmanager
def _drafted(now: datetime) -> Iterator[Path]:
    """Beside where it will be, so that a move makes it one."""
    with tempfile.TemporaryDirectory(dir=settings.PLAXE_DATA_DIR, prefix=".backup-") as scratch:
        database, draft = Path(scratch) / archive.DATABASE, Path(scratch) / "draft.zip"
        if connection.vendor == "sqlite":
            _copy_file(database)
        else:
            _copy_rows(database)
        _sign_out(database)
        archive.write(database, draft, now)
        yield draft


def _copy_file(target: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])


def _copy_rows(target: Path) -> None:
    """As all of it was at one moment, whatever is written meanwhile."""
    with databases.opened(databases.sqlite(target)) as other:
        call_command("migrate", database=other, interactive=False, verbosity=0)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            copying.replace_all("default", other)


def _sign_out(database: Path) -> None:
    """Whoever finds a backup must not be signed in with it."""
    with closing(sqlite3.connect(database)) as copy, copy:
        copy.execute("DELETE FROM django_session")


@require_GET
@permission_required(MINE, raise_exception=True)
def download(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    name = f"plaxe-{timezone.localtime(now):%Y-%m-%d-%H%M}.zip"
    with _drafted(now) as draft:
        return FileResponse(draft.open("rb"), as_attachment=True, filename=name)
