"""Back to what a backup knows. The world went on meanwhile, so nothing goes until the owner has looked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from accounts.fields import Unreadable
from accounts.models import Job, PlexServer
from deletions import restored
from plaxe import archive, backup, copying, databases
from plaxe.archive import Manifest
from plaxe.data_folder import only_one, private


def restore(path: Path, now: datetime) -> tuple[Manifest, Path | None]:
    """The backup's manifest, and the backup that was made of what was there before.

    Raises Refused for what is no backup, or one of a newer Plaxe; ImproperlyConfigured while Plaxe runs.
    """
    with only_one(settings.PLAXE_DATA_DIR), _extracted(path) as (manifest, database):
        _prepare(database, manifest, now)
        before = backup.make(backup.Kind.RESTORE, now) if _has_tables() else None
        _take_over(database)
    return manifest, before


def unreadable() -> list[str]:
    """The servers whose token was encrypted with a key that is not among ours."""
    return [server.name for server in PlexServer.objects.all() if not _can_read(server)]


def _can_read(server: PlexServer) -> bool:
    try:
        return server.token is not None
    except Unreadable:
        return False


@contextmanager
def _extracted(path: Path) -> Iterator[tuple[Manifest, Path]]:
    with tempfile.TemporaryDirectory(dir=settings.PLAXE_DATA_DIR, prefix=".restore-") as scratch:
        database = Path(scratch) / archive.DATABASE
        yield archive.extract(path, database), database


def _prepare(database: Path, manifest: Manifest, now: datetime) -> None:
    """As this version has it, and with everything held."""
    with databases.opened(databases.sqlite(database)) as other:
        call_command("migrate", database=other, interactive=False, verbosity=0)
        Job.objects.using(other).update(leased_until=None, holder="")
        restored.hold_everything(manifest.made_at, now, using=other)
        with connections[other].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _has_tables() -> bool:
    return PlexServer._meta.db_table in connection.introspection.table_names()


def _take_over(database: Path) -> None:
    if connection.vendor != "sqlite":
        with databases.opened(databases.sqlite(database)) as other:
            call_command("migrate", interactive=False, verbosity=0)
            copying.replace_all(other, "default")
        return
    connection.close()  # the last one out takes the write-ahead log along
    private(database.replace(connection.settings_dict["NAME"]))
