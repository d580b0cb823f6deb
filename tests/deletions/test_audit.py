"""The record: it only grows, says everything by itself, and outlives all that it speaks of."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import PlexServer, User
from deletions import append_only
from deletions.models import AuditEntry, Deletion
from media.models import MediaItem
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent
TABLE = AuditEntry._meta.db_table


def deletion(**fields: Any) -> Deletion:
    server = PlexServer.objects.first() or factories.server()
    item = factories.movie(section=factories.section(on=server), title="Salt")
    return Deletion.objects.create(
        server=server, item=item, rating_key=item.rating_key, type="movie", title="Salt", bytes=700,
        reasons=["Bob watched it."], enqueued_at=NOW, scheduled_for=NOW, **fields,
    )  # fmt: skip


@pytest.fixture
def entry() -> AuditEntry:
    dora = User.objects.create_user("dora")
    entry = AuditEntry.about(deletion(), AuditEntry.Verb.DELETED, NOW, by=dora, answer="200")
    entry.save()
    return entry


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_entry_says_all_by_itself(entry: AuditEntry) -> None:
    about = entry.deletion
    assert about
    said = (entry.verb, entry.title, entry.text, entry.by_name, entry.at, entry.bytes, entry.answer)
    assert said == ("deleted", "Salt", "Bob watched it.", "dora", NOW, 700, "200")
    where = (entry.server_name, entry.machine_identifier, entry.rating_key)
    assert where == ("Cellar", "machine-1", about.rating_key)


def test_what_was_freed_is_what_counts(entry: AuditEntry) -> None:
    gone = AuditEntry.about(deletion(), AuditEntry.Verb.GONE, NOW, bytes=0)
    assert gone.bytes == 0


CODE: list[Callable[[AuditEntry], Any]] = [
    lambda entry: entry.save(),
    lambda entry: entry.delete(),
    lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(text="nothing happened"),
    lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
    lambda entry: AuditEntry.objects.bulk_update([entry], ["text"]),
    lambda entry: AuditEntry.objects.update_or_create(defaults={"text": "no"}, pk=entry.pk),
    lambda entry: entry.deletion and entry.deletion.audit.all().delete(),
    lambda entry: AuditEntry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["text"]
    ),
]


@pytest.mark.parametrize("change", CODE)
def test_no_code_changes_or_removes_an_entry(entry: AuditEntry, change: Callable[[AuditEntry], Any]) -> None:
    with pytest.raises(TypeError, match="never changed"), transaction.atomic():
        change(entry)
    assert AuditEntry.objects.get().text == "Bob watched it."


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET text = 'nothing happened'",
        f"UPDATE {TABLE} SET at = NULL",
        f"UPDATE {TABLE} SET bytes = bytes + 1, by_id = NULL",
        f"UPDATE {TABLE} SET by_id = by_id + 1",
        f"UPDATE {TABLE} SET deletion_id = deletion_id + 1",
        f"DELETE FROM {TABLE}",
        f"DELETE FROM {TABLE} WHERE verb = 'deleted'",
    ],
)
def test_no_statement_changes_or_removes_an_entry(entry: AuditEntry, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)
    entry.refresh_from_db()
    assert (entry.text, entry.bytes, entry.by_name) == ("Bob watched it.", 700, "dora")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_table_is_not_emptied_at_once() -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"TRUNCATE {TABLE} CASCADE")


def test_an_entry_outlives_all_that_it_speaks_of(entry: AuditEntry) -> None:
    by, item = User.objects.get(username="dora"), MediaItem.objects.get()
    item.delete()
    by.delete()
    Deletion.objects.get().delete()
    PlexServer.objects.get().delete()
    entry.refresh_from_db()
    assert (entry.by_id, entry.deletion_id, entry.server_id) == (None, None, None)
    assert (entry.by_name, entry.server_name, entry.title, entry.bytes) == ("dora", "Cellar", "Salt", 700)
    assert (entry.machine_identifier, entry.text, entry.answer) == ("machine-1", "Bob watched it.", "200")


def test_migrations_leave_the_lock_where_it_was(entry: AuditEntry) -> None:
    append_only.release()
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"DELETE FROM {TABLE}")


def manage(folder: Path, *words: str) -> None:
    environment = {"PLAXE_DATA_DIR": str(folder), "PLAXE_ENV_FILE": "", "PATH": ""}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)


def test_what_the_first_release_wrote_gets_its_columns(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    manage(folder, "migrate", "deletions", "0001_initial", "--verbosity=0")
    with closing(sqlite3.connect(folder / "plaxe.sqlite3")) as database, database:
        database.execute(
            f"INSERT INTO {TABLE} (at, verb, by_name, server_name, title, text, details) "
            """VALUES ('2026-11-21 12:00', 'deleted', 'Plaxe', 'Cellar', 'SALT', '', '{"bytes": 700}')"""
        )
    manage(folder, "migrate", "--verbosity=0")
    with closing(sqlite3.connect(folder / "plaxe.sqlite3")) as database:
        found = database.execute(f"SELECT bytes, answer, details, words FROM {TABLE}").fetchone()
        assert found == (700, "", "{}", "salt\n\nplaxe\ncellar")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(f"DELETE FROM {TABLE}")


def test_a_search_finds_words_in_any_order_and_case() -> None:
    for title in ("Über den Dächern", "Das Boot", "50% off_"):
        AuditEntry(at=NOW, verb="changed", title=title, text="Carol saw it.").save()

    def found(words: str) -> list[str]:
        return [entry.title for entry in AuditEntry.objects.mentioning(words)]

    assert found("ÜBER") == found("dächern über carol") == ["Über den Dächern"]
    assert found("%") == found("f_") == ["50% off_"]
    assert found("boot über") == []
