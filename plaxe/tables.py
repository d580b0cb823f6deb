"""Brings the tables up to date, once, however many processes start together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from plaxe import backup
from plaxe.data_folder import locked

ADVISORY_LOCK = 0x706C617865  # "plaxe"; other machines may share a PostgreSQL


def bring_up_to_date() -> bool:
    """Whether there was anything to do."""
    if not _pending():
        return False
    with locked(settings.PLAXE_DATA_DIR / "migrations.lock"), _alone_on_server():
        _back_up()
        call_command("migrate", interactive=False, verbosity=0)
    return True


def _back_up() -> None:
    """What a newer Plaxe has made of the tables, an older one cannot read."""
    if connection.vendor == "sqlite" and _pending() and connection.introspection.table_names():
        backup.make(backup.Kind.UPGRADE, timezone.now())


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _alone_on_server() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
