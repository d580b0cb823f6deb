"""Backups and what becomes of them: whole, with secrets closed, and never a reason to delete something."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import stops
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import Assignment, MediaItem
from plaxe import archive, backup, restoring, tasks
from plaxe.data_folder import only_one
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

once = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a backup takes long elsewhere, and this is the same there"
)

NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.PLAXE_DATA_DIR = tmp_path / "data"
    settings.PLAXE_DATA_DIR.mkdir()
    return tmp_path / "data"


def film(**fields: Any) -> MediaItem:
    server = PlexServer.objects.first() or factories.server()
    return factories.movie(section=server.sections.first() or factories.section(on=server), **fields)


def due(item: MediaItem) -> Deletion:
    return Deletion.objects.create(
        server=item.server, item=item, rating_key=item.rating_key, type=item.type, title=item.title,
        status=Status.SCHEDULED, enqueued_at=LONG_AGO, scheduled_for=NOW - timedelta(hours=1),
    )  # fmt: skip


def taken() -> Path:
    return backup.make(backup.Kind.ASKED, timezone.now())


def rows_of(path: Path, table: str, columns: str = "COUNT(*)") -> list[Any]:
    database = path.with_suffix(".sqlite3")
    archive.extract(path, database)
    with closing(sqlite3.connect(database)) as copy:
        return copy.execute(f"SELECT {columns} FROM {table}").fetchall()


def test_a_backup_is_a_whole_database_in_which_tokens_stay_encrypted() -> None:
    factories.server(token="a-secret-of-the-server")
    path = taken()
    assert rows_of(path, "accounts_plexserver", "name") == [("Cellar",)]
    assert b"a-secret-of-the-server" not in path.with_suffix(".sqlite3").read_bytes()
    assert abs(timezone.now() - archive.manifest_of(path).made_at) < timedelta(minutes=5)


def test_nobody_is_signed_in_in_a_backup(client: Client) -> None:
    client.force_login(factories.alice(), "django.contrib.auth.backends.ModelBackend")
    assert rows_of(taken(), "django_session") == [(0,)]


@once
def test_it_can_be_downloaded_by_an_admin_only(client: Client, tmp_path: Path) -> None:
    alice = factories.alice()
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/backup/")
    assert 'attachment; filename="plaxe-' in answer.headers["Content-Disposition"]
    file = tmp_path / "download.zip"
    file.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert archive.manifest_of(file).product == "Plaxe"
    alice.is_staff = alice.is_superuser = False
    alice.save()
    assert client.get("/backup/").status_code == 403


@once
def test_of_each_kind_the_newest_are_kept(settings: Settings) -> None:
    settings.PLAXE_BACKUPS_KEPT = 2
    asked = taken()
    for _ in range(3):
        tasks.back_up()
    assert len(backup.made(backup.Kind.DAILY)) == 2
    assert backup.made(backup.Kind.ASKED) == [asked]
    assert backup.made()[0] in backup.made(backup.Kind.DAILY)


def test_a_backup_that_fails_leaves_nothing_behind(folder: Path) -> None:
    (folder / "backups").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="exists"):
        taken()
    assert [path.name for path in folder.iterdir()] == ["backups"]


def same(it: Any) -> Any:
    return it


def written(
    *, manifest: Callable[[dict[str, Any]], Any] = same, database: Callable[[bytes], bytes] = same
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path) as before:
            told, data = json.loads(before.read("manifest.json")), before.read("plaxe.sqlite3")
        with zipfile.ZipFile(path, "w") as after:
            after.writestr("manifest.json", json.dumps(manifest(told)))
            after.writestr("plaxe.sqlite3", database(data))

    return write


def a_text(path: Path) -> None:
    path.write_text("no archive")


def a_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def later(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "migrations": [*told["migrations"], "media.9999_later"]}


@once
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (a_text, "is no backup of Plaxe"),
        (a_half, "or only a part of one"),
        (Path.unlink, "cannot be read"),
        (written(manifest=lambda told: {**told, "product": "Other"}), "is no backup of Plaxe"),
        (written(manifest=list), "is no backup of Plaxe"),
        (written(manifest=lambda told: {**told, "format": 2}), "newer than this one"),
        (written(manifest=later), "newer than this one"),
        (written(database=lambda data: data[:-5000]), "is damaged"),
        (written(database=lambda data: b"x" * len(data)), "is damaged"),
    ],
    ids=["text", "half", "missing", "other", "list", "format", "newer", "short", "garbage"],
)
def test_what_is_no_backup_of_ours_is_refused_and_changes_nothing(
    damage: Callable[[Path], None], words: str, folder: Path
) -> None:
    factories.server()
    path = taken()
    damage(path)
    with pytest.raises(Refused, match=words):
        restoring.restore(path, NOW)
    assert PlexServer.objects.get().restored_from is None
    assert not list(folder.glob(".restore-*"))


@once
def test_nothing_is_restored_while_plaxe_runs(folder: Path) -> None:
    path = taken()
    with only_one(folder), pytest.raises(ImproperlyConfigured, match="already runs"):
        restoring.restore(path, NOW)


def test_after_a_restore_all_is_back_and_what_waits_is_held_until_the_owner_has_looked() -> None:
    waiting, path = due(film()), taken()
    Deletion.objects.all().delete()
    manifest, before = restoring.restore(path, NOW)

    row = Deletion.objects.get()
    assert (row.pk, row.status, row.hold) == (waiting.pk, Status.HELD, Hold.RESTORED)
    assert "restored from a backup" in row.held_because
    assert backup.made(backup.Kind.RESTORE) == [before]
    assert manifest.made_at < timezone.now()
    assert AuditEntry.objects.filter(verb=AuditEntry.Verb.HELD, server=row.server).count() == 1
    assert stops.accept(row.server, Hold.RESTORED, NOW)
    row.refresh_from_db()
    assert row.status == Status.SCHEDULED


@once
@pytest.mark.parametrize("status", [Status.RUNNING, Status.SCHEDULED, Status.HELD])
def test_whatever_was_open_is_held_and_what_is_finished_stays_so(status: Status) -> None:
    row, done = due(film()), due(film())
    why = {"hold": Hold.CHANGED, "held_because": "Another file."} if status == Status.HELD else {}
    Deletion.objects.filter(pk=row.pk).update(status=status, leased_until=NOW, sent_at=NOW, **why)
    Deletion.objects.filter(pk=done.pk).update(status=Status.CANCELLED)
    restoring.restore(taken(), NOW)
    assert dict(Deletion.objects.values_list("pk", "status")) == {
        row.pk: Status.HELD,
        done.pk: Status.CANCELLED,
    }


@once
def test_what_becomes_due_after_a_restore_is_held_too() -> None:
    film()
    restoring.restore(taken(), NOW)
    row = due(film())
    assert execute_due(row.server, timezone.now()).held == 1
    assert Deletion.objects.get().hold == Hold.RESTORED


def test_a_restored_plaxe_goes_on_counting_and_its_record_is_still_append_only() -> None:
    before = due(film())
    restoring.restore(taken(), NOW)
    assert due(film()).pk > before.pk
    with pytest.raises(IntegrityError, match="append-only"):
        AuditEntry.objects.all()._raw_delete(using="default")


def test_dates_that_are_set_when_a_row_is_made_are_those_of_the_backup() -> None:
    item = film()
    factories.assignment(item=item, viewer=factories.bob(on=item.server))
    Assignment.objects.update(assigned_at=LONG_AGO)
    restoring.restore(taken(), NOW)
    assert Assignment.objects.get().assigned_at == LONG_AGO


@once
def test_a_token_that_was_encrypted_with_another_key_is_told_of(settings: Settings) -> None:
    factories.server(token="secret")
    path = taken()
    settings.PLAXE_ENCRYPTION_KEYS = ["another"]
    restoring.restore(path, NOW)
    assert restoring.unreadable() == ["Cellar"]


def test_the_settings_lead_to_it_and_to_whatever_else_can_be_set(browser: Client) -> None:
    page = browser.get("/settings/").content.decode()
    assert all(f'href="{path}"' in page for path in ("/backup/", "/webhooks/", "/libraries/", "/doctor/"))


@once
def test_the_newest_of_all_leads_the_list() -> None:
    moments = [datetime(2026, 1, day, tzinfo=NOW.tzinfo) for day in (2, 1, 3)]
    kinds = (backup.Kind.ASKED, backup.Kind.UPGRADE, backup.Kind.DAILY)
    for kind, moment in zip(kinds, moments, strict=True):
        backup.make(kind, moment)
    assert [path.name.split("-2026-")[0] for path in backup.made()] == [
        "plaxe-daily", "plaxe-asked", "plaxe-before-upgrade",
    ]  # fmt: skip
