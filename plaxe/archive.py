"""A backup on the disk: a ZIP with a whole SQLite database, and a manifest that says what it is.

Its secrets stay closed: whoever restores it needs the same encryption keys, which are kept elsewhere.
"""

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts.errors import Refused

PRODUCT, FORMAT = "Plaxe", 1
MANIFEST, DATABASE = "manifest.json", "plaxe.sqlite3"
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    version: str
    made_at: datetime
    sha256: str
    migrations: list[str]  # those that the database has seen, as `app.name`
    product: str = PRODUCT
    format: int = FORMAT

    @classmethod
    def of(cls, database: Path, now: datetime) -> Self:
        return cls(settings.PLAXE_VERSION, now, digest(database), applied(database))

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, indent=2)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises ValueError, KeyError or TypeError for what is no manifest of ours."""
        told: dict[str, Any] = json.loads(text)
        if told["product"] != PRODUCT:
            raise ValueError("of another product")
        return cls(
            version=str(told["version"]),
            made_at=datetime.fromisoformat(told["made_at"]),
            sha256=str(told["sha256"]),
            migrations=[str(name) for name in told["migrations"]],
            format=int(told["format"]),
        )


def write(database: Path, target: Path, now: datetime) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, Manifest.of(database, now).to_json())
        archive.write(database, DATABASE)
    target.chmod(0o600)


def manifest_of(path: Path) -> Manifest:
    """Raises Refused where that is no backup of ours, or one that this version cannot read."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = Manifest.from_json(archive.read(MANIFEST))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        raise Refused(f"{path} is no backup of Plaxe, or only a part of one.") from None
    if manifest.format > FORMAT or set(manifest.migrations) - known():
        raise Refused(f"{path} was made by Plaxe {manifest.version}, which is newer than this one.")
    return manifest


def extract(path: Path, target: Path) -> Manifest:
    """The database in it, checked. Raises Refused."""
    manifest = manifest_of(path)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(DATABASE) as source, target.open("wb") as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
    except (zipfile.BadZipFile, KeyError, EOFError):
        raise Refused(f"{path} is damaged: its database cannot be read.") from None
    if digest(target) != manifest.sha256 or not is_whole(target):
        raise Refused(f"{path} is damaged: its database is not the one that was saved.")
    return manifest


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def applied(database: Path) -> list[str]:
    table = MigrationRecorder.Migration._meta.db_table
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(f"SELECT app, name FROM {table} ORDER BY app, name")  # noqa: S608
        return [f"{app}.{name}" for app, name in rows]


def known() -> set[str]:
    """The migrations that this version has."""
    loader = MigrationLoader(connections["default"], ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}
