"""Brings the tables up to date, once, however many processes start together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from plaxe.data_folder import locked

ADVISORY_LOCK = 0x706C617865  # "plaxe"; other machines may share a PostgreSQL


def bring_up_to_date() -> bool:
    """Whether there was anything to do."""
    if not _pending():
        return False
    with locked(settings.PLAXE_DATA_DIR / "migrations.lock"), _alone_on_server():
        call_command("migrate", interactive=False, verbosity=0)
    return True


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
