"""Data folders whose tables are there already: to make them takes longer than most tests."""

import shutil
import tempfile
from pathlib import Path

from django.db import connection

folder = tempfile.TemporaryDirectory(prefix="plaxe-tables-", ignore_cleanup_errors=True)
TABLES = Path(folder.name) / "plaxe.sqlite3"


def keep_tables() -> None:
    """Those of the tests' own database, as its migrations have left them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(TABLES)])


def prepare(data: Path) -> Path:
    """A data folder for Plaxe in a process of its own, which else makes its tables itself."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if TABLES.exists() and not (data / TABLES.name).exists():
        shutil.copy(TABLES, data / TABLES.name)
    return data
