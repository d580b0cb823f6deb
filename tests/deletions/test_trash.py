"""What becomes of a title in the trash: it is put back, or purged."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Refused
from deletions import queue, trash
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Quarantined, Status
from deletions.removal.refreshing import refresh
from media.models import MediaItem
from media.sync import sync_server
from plexclient.demo import Item, World
from tests import factories
from tests.deletions.trashing import FILMS, LONG_AGO, add, enqueued

MONTH = timedelta(days=31)
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def film(world: World) -> Item:
    return add(world)


@pytest.fixture
def gone(due: Deletion, place: Path) -> Deletion:
    """It is in the trash."""
    execute_due(due.server, timezone.now())
    due.refresh_from_db()
    assert not place.exists()
    return due


@pytest.fixture
def trashed(folder: Path, gone: Deletion) -> Path:
    return folder / ".plaxe-trash" / str(gone.pk) / "Heron Lake" / "film.mkv"


def test_what_is_put_back_is_where_it_was(gone: Deletion, place: Path, trashed: Path, folder: Path) -> None:
    alice = factories.alice()
    paths = trash.put_back(gone, timezone.now(), by=alice)
    assert paths == [f"{FILMS}/Heron Lake/film.mkv"]
    assert place.read_bytes() == b"heron"
    assert not trashed.exists()
    assert not (folder / ".plaxe-trash" / str(gone.pk)).exists()
    assert Quarantined.objects.get().restored_at is not None
    gone.refresh_from_db()
    assert gone.status == Status.CANCELLED
    entry = AuditEntry.objects.get(verb="put_back")
    assert (entry.by, entry.bytes) == (alice, 5)


def test_a_title_that_plex_takes_back_is_not_queued_again_until_somebody_says_so(
    gone: Deletion, world: World, film: Item
) -> None:
    world.server.scans_at_once = False
    world.server.place(film)
    paths = trash.put_back(gone, timezone.now())
    refresh(gone.server.connect(), gone.item, paths)
    assert enqueued(gone.server) == 0
    assert MediaItem.objects.present().get().rating_key == film.rating_key
    queue.retry(gone, timezone.now())
    execute_due(gone.server, timezone.now())
    gone.refresh_from_db()
    assert gone.status == Status.DELETED
    assert Quarantined.objects.present().count() == 1


def test_a_title_that_plex_takes_for_a_new_one_is_not_queued_again_either(
    gone: Deletion, world: World
) -> None:
    """It may date it back, so that the views from before count for it."""
    trash.put_back(gone, timezone.now())
    again = world.add_movie("Heron Lake", added_at=LONG_AGO, file=f"{FILMS}/Heron Lake/film.mkv", size=5)
    sync_server(gone.server, timezone.now(), full=True)
    known = MediaItem.objects.get(rating_key=again.rating_key)
    bob = factories.bob(on=gone.server)
    factories.assignment(item=known, viewer=bob)
    factories.watch(item=known, viewer=bob, at=timezone.now())
    assert enqueued(gone.server) == 0
    row = Deletion.objects.get(item=known)
    assert row.status == Status.CANCELLED
    assert "put back from the trash" in AuditEntry.objects.get(deletion=row).text
    assert enqueued(gone.server) == 0
    queue.retry(row, timezone.now())
    assert row.status == Status.SCHEDULED


def test_a_new_copy_of_another_size_is_a_new_title(gone: Deletion, world: World) -> None:
    trash.put_back(gone, timezone.now())
    again = world.add_movie("Heron Lake", added_at=LONG_AGO, file=f"{FILMS}/Heron Lake/film.mkv", size=6)
    sync_server(gone.server, timezone.now(), full=True)
    known = MediaItem.objects.get(rating_key=again.rating_key)
    bob = factories.bob(on=gone.server)
    factories.assignment(item=known, viewer=bob)
    factories.watch(item=known, viewer=bob, at=timezone.now())
    assert enqueued(gone.server) == 1


def test_nothing_is_put_back_onto_another_file(gone: Deletion, place: Path, trashed: Path) -> None:
    place.write_bytes(b"a new download")
    with pytest.raises(Refused, match=r"Another file is in its place: .* Move that away first"):
        trash.put_back(gone, timezone.now())
    assert (place.read_bytes(), trashed.read_bytes()) == (b"a new download", b"heron")
    gone.refresh_from_db()
    assert gone.status == Status.DELETED
    place.unlink()
    trash.put_back(gone, timezone.now())
    assert place.read_bytes() == b"heron"


def test_what_was_taken_from_the_trash_by_hand_cannot_be_put_back(gone: Deletion, trashed: Path) -> None:
    trashed.unlink()
    with pytest.raises(Refused, match="neither in its place nor in the trash"):
        trash.put_back(gone, timezone.now())
    assert trash.purge(gone, timezone.now()) == 5


def test_a_trash_that_is_not_mounted_is_neither_put_back_nor_purged(
    gone: Deletion, folder: Path, trashed: Path
) -> None:
    away = folder.rename(folder.with_name("unmounted"))
    folder.mkdir()
    for verb in (trash.put_back, trash.purge):
        with pytest.raises(Refused, match=r"not to be seen\. Is the disk mounted\?"):
            verb(gone, timezone.now())
    report = trash.purge_due(timezone.now() + MONTH)
    assert (report.purged, report.troubles) == (0, 1)
    folder.rmdir()
    away.rename(folder)
    assert "Is the disk mounted?" in Quarantined.objects.present().get().trouble
    assert trash.purge_due(timezone.now() + MONTH).purged == 1


def test_what_is_purged_is_gone_and_only_now_its_bytes_are_free(
    gone: Deletion, trashed: Path, folder: Path
) -> None:
    alice, now = factories.alice(), timezone.now()
    assert trash.purge(gone, now, by=alice) == 5
    assert list((folder / ".plaxe-trash").iterdir()) == [folder / ".plaxe-trash" / ".plexignore"]
    gone.refresh_from_db()
    assert (gone.status, gone.freed, gone.freed_at) == (Status.DELETED, 5, now)
    entry = AuditEntry.objects.get(verb="purged")
    assert (entry.by, entry.bytes) == (alice, 5)
    for verb in (trash.put_back, trash.purge):
        with pytest.raises(Refused, match="is not in the trash"):
            verb(gone, timezone.now())


def test_what_somebody_else_has_laid_into_the_trash_stays(gone: Deletion, trashed: Path) -> None:
    beside = trashed.with_name("notes.txt")
    beside.write_text("mine")
    trash.purge(gone, timezone.now())
    assert beside.read_text() == "mine"


def test_a_file_that_is_not_what_was_put_there_stays(gone: Deletion, trashed: Path) -> None:
    trashed.write_bytes(b"something else")
    trash.purge(gone, timezone.now())
    assert trashed.read_bytes() == b"something else"


def test_only_what_is_due_is_purged(gone: Deletion, trashed: Path) -> None:
    assert trash.purge_due(timezone.now() + timedelta(days=29)).purged == 0
    assert trashed.exists()
    report = trash.purge_due(timezone.now() + MONTH)
    assert (report.purged, report.freed, report.troubles) == (1, 5, 0)
    assert not trashed.exists()
    assert AuditEntry.objects.get(verb="purged").by_name == "Plaxe"


def test_a_dry_run_purges_nothing(gone: Deletion, trashed: Path, settings: Settings) -> None:
    settings.PLAXE_DRY_RUN = True
    report = trash.purge_due(timezone.now() + MONTH)
    assert (report.dry_run, report.purged) == (True, 0)
    assert trashed.exists()


def test_two_cannot_move_the_same_files_at_once(gone: Deletion, trashed: Path) -> None:
    assert Quarantined.objects.get().take(timezone.now())
    for verb in (trash.put_back, trash.purge):
        with pytest.raises(Refused, match="is being moved at this moment"):
            verb(gone, timezone.now())
    assert trashed.exists()


def test_who_was_stopped_before_he_moved_anything_is_followed_by_another(
    gone: Deletion, settings: Settings, place: Path
) -> None:
    Quarantined.objects.get().take(timezone.now() - settings.PLAXE_CLAIM_TIMEOUT)
    trash.settle(timezone.now())
    trash.put_back(gone, timezone.now())
    assert place.exists()


def test_who_was_stopped_after_he_had_put_it_back_has_put_it_back(
    gone: Deletion, settings: Settings, place: Path, trashed: Path
) -> None:
    Quarantined.objects.get().take(timezone.now() - settings.PLAXE_CLAIM_TIMEOUT)
    trashed.rename(place)
    trash.settle(timezone.now())
    assert Quarantined.objects.get().restored_at is not None
    gone.refresh_from_db()
    assert gone.status == Status.CANCELLED


def test_who_was_stopped_while_he_purged_is_followed_by_the_next(
    gone: Deletion, settings: Settings, trashed: Path
) -> None:
    Quarantined.objects.get().take(timezone.now() - settings.PLAXE_CLAIM_TIMEOUT)
    trashed.unlink()
    trash.settle(timezone.now())
    assert trash.purge_due(timezone.now() + MONTH).purged == 1


def test_what_is_back_in_its_place_is_not_purged(gone: Deletion, place: Path, trashed: Path) -> None:
    trashed.rename(place)
    with pytest.raises(Refused, match="is back in its place already"):
        trash.purge(gone, timezone.now())
    trash.put_back(gone, timezone.now())
    assert place.read_bytes() == b"heron"


def test_what_was_never_in_the_trash_cannot_be_put_back(due: Deletion) -> None:
    with pytest.raises(Refused, match=r"Heron Lake .* is not in the trash"):
        trash.put_back(due, timezone.now())
