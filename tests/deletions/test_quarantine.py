"""Files go to the trash instead: what moves, what a crash leaves, and where it is not possible."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions import queue, trash
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Quarantined, Status
from deletions.removal import Way, way_for
from deletions.space import rules
from media.models import MediaItem
from plexclient.demo import Fault, Item, World
from tests.deletions.trashing import FILMS, LONG_AGO, SERIES, QueueUp, add, enqueued, put

REFRESH = r"^/library/sections/\d+/refresh"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def film(world: World) -> Item:
    return add(world)


@pytest.fixture
def trashed(folder: Path, due: Deletion) -> Path:
    return folder / ".plaxe-trash" / str(due.pk) / "Heron Lake" / "film.mkv"


def executed(deletion: Deletion, *, after: timedelta = timedelta(0)) -> Deletion:
    execute_due(deletion.server, timezone.now() + after)
    deletion.refresh_from_db()
    return deletion


def assert_held(deletion: Deletion, words: str, world: World) -> None:
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, Hold.QUARANTINE)
    assert words in deletion.held_because
    assert not world.deletes
    assert not Quarantined.objects.present().exists()


def test_a_file_is_moved_to_the_trash_and_plex_is_sent_no_delete(
    due: Deletion, world: World, place: Path, trashed: Path
) -> None:
    report = execute_due(due.server, timezone.now())
    due.refresh_from_db()
    assert (report.deleted, due.status, due.answer) == (1, Status.DELETED, "Moved to the trash.")
    assert not place.exists()
    assert trashed.read_bytes() == b"heron"
    assert not world.deletes


def test_plex_is_asked_to_look_at_its_folder_and_to_empty_nothing(
    due: Deletion, world: World, film: Item
) -> None:
    executed(due)
    [call] = [call for call in world.requests if "refresh" in call.path]
    assert call.path == f"/library/sections/{film.section.key}/refresh"
    assert call.query == "path=%2Fdata%2Ffilms%2FHeron+Lake"
    assert not [call for call in world.requests if "emptyTrash" in call.path]
    assert film.rating_key not in world.server.items


def test_it_is_recorded_and_has_freed_nothing_yet(due: Deletion) -> None:
    executed(due)
    row = Quarantined.objects.present().get()
    assert (row.deletion, row.bytes) == (due, 5)
    assert row.at is not None
    assert row.purge_for == row.at + timedelta(days=30)
    assert (due.bytes, due.freed) == (5, 0)
    entry = AuditEntry.objects.get(verb="quarantined")
    assert (entry.bytes, entry.answer) == (0, "Moved to the trash.")
    assert AuditEntry.objects.filter(verb="moving").count() == 1
    assert not AuditEntry.objects.filter(verb__in=("sent", "deleted")).exists()
    assert MediaItem.objects.get().gone_at is not None


def test_days_in_the_trash_are_the_owners_choice(due: Deletion, settings: Settings) -> None:
    settings.PLAXE_TRASH_DAYS = 3
    executed(due)
    row = Quarantined.objects.get()
    assert row.at is not None
    assert row.purge_for == row.at + timedelta(days=3)


def test_without_it_files_are_deleted(
    due: Deletion, world: World, settings: Settings, place: Path, folder: Path
) -> None:
    settings.PLAXE_QUARANTINE = False
    assert executed(due).freed == 5
    assert len(world.deletes) == 1
    assert not place.exists()
    assert not (folder / ".plaxe-trash").exists()


def test_a_dry_run_moves_nothing(due: Deletion, settings: Settings, place: Path, folder: Path) -> None:
    settings.PLAXE_DRY_RUN = True
    assert executed(due).status == Status.SCHEDULED
    assert place.exists()
    assert not (folder / ".plaxe-trash").exists()


def test_a_plex_that_does_not_look_changes_nothing_of_it(due: Deletion, world: World, trashed: Path) -> None:
    world.faults.add(Fault("status", "GET", REFRESH, status=500, times=None))
    assert executed(due).status == Status.DELETED
    assert trashed.exists()
    assert "could not be asked to look at once" in AuditEntry.objects.get(verb="quarantined").text


@pytest.mark.parametrize("scans_at_once", [True, False])
def test_what_lies_in_the_trash_is_not_queued_again(
    due: Deletion, world: World, scans_at_once: bool, film: Item
) -> None:
    """Where Plex does not empty its own trash by itself it goes on listing the title."""
    world.server.scans_at_once = scans_at_once
    executed(due)
    assert (film.rating_key in world.server.items) is not scans_at_once
    assert enqueued(due.server) == 0


def test_nor_when_plex_does_not_mark_what_it_has_lost(due: Deletion, world: World, film: Item) -> None:
    world.faults.add(Fault("status", "GET", REFRESH, status=500, times=None))
    executed(due)
    assert enqueued(due.server) == 0
    assert MediaItem.objects.present().exists()


def test_all_parts_of_a_title_move_together(world: World, queue_up: QueueUp, folder: Path) -> None:
    paths = [f"{FILMS}/Salt/{name}.mkv" for name in ("one", "two")]
    film = world.add_movie("Salt", added_at=LONG_AGO, file=paths[0], size=3)
    film.media[0].parts.append(type(film.media[0].parts[0])(id=99, file=paths[1], size=3))
    places = [put(world, path, b"abc") for path in paths]
    [deletion] = queue_up(film)
    assert executed(deletion).status == Status.DELETED
    assert not any(place.exists() for place in places)
    assert Quarantined.objects.get().files.count() == 2


def test_all_of_it_or_nothing(world: World, queue_up: QueueUp) -> None:
    """One part lies where Plaxe sees nothing."""
    place = put(world, f"{FILMS}/Salt/one.mkv", b"abc")
    film = world.add_movie("Salt", added_at=LONG_AGO, file=f"{FILMS}/Salt/one.mkv", size=3)
    film.media[0].parts.append(type(film.media[0].parts[0])(id=99, file="/elsewhere/two.mkv", size=3))
    [deletion] = queue_up(film)
    assert_held(deletion, "/elsewhere/two.mkv lies in none of the folders", world)
    assert place.exists()


def test_only_the_chosen_version_moves(world: World, film: Item, queue_up: QueueUp, place: Path) -> None:
    small = put(world, f"{FILMS}/Heron Lake/small.mkv", b"abc")
    version = world.add_version(film, file=f"{FILMS}/Heron Lake/small.mkv", size=3)
    [deletion] = queue_up(film)
    executed(deletion)
    queue.approve(deletion, timezone.now(), version=str(version.id))
    assert executed(deletion).status == Status.DELETED
    assert (small.exists(), place.exists()) == (False, True)
    assert MediaItem.objects.get().gone_at is None
    assert enqueued(deletion.server) == 0


@pytest.mark.parametrize("scans_at_once", [True, False])
def test_two_episodes_in_one_file_go_together(world: World, queue_up: QueueUp, scans_at_once: bool) -> None:
    world.server.scans_at_once = scans_at_once
    season = world.add_season(world.add_show("Salt Road", added_at=LONG_AGO), added_at=LONG_AGO)
    path = f"{SERIES}/Salt Road/S01E01-E02.mkv"
    place = put(world, path, b"both")
    one, two = (world.add_episode(season, file=path, size=4, added_at=LONG_AGO) for _ in range(2))
    [first] = queue_up(one)
    assert executed(first).hold == Hold.NEIGHBOUR
    deletions = [first, *queue_up(two)]
    execute_due(first.server, timezone.now())
    for deletion in deletions:
        deletion.refresh_from_db()
    assert {deletion.status for deletion in deletions} <= {Status.DELETED, Status.GONE}
    assert not place.exists()
    assert Quarantined.objects.count() == 1
    assert sum(deletion.freed for deletion in deletions) == 0


# --- where it is not possible


def test_a_title_outside_the_folders_waits_and_is_not_deleted(world: World, queue_up: QueueUp) -> None:
    [deletion] = queue_up(world.add_movie("Salt", added_at=LONG_AGO, file="/other/salt.mkv"))
    assert_held(deletion, "lies in none of the folders that PLAXE_MEDIA_ROOTS names", world)


def test_a_file_that_vanished_for_plaxe_alone_waits(due: Deletion, world: World, place: Path) -> None:
    place.unlink()
    assert_held(due, "is not to be seen. Is the disk mounted?", world)


def test_a_file_of_another_size_on_the_disk_waits(due: Deletion, world: World, place: Path) -> None:
    place.write_bytes(b"another")
    assert_held(due, "has 7 bytes on the disk and 5 in Plex", world)


def test_a_collision_in_the_trash_waits(due: Deletion, world: World, place: Path, trashed: Path) -> None:
    trashed.parent.mkdir(parents=True)
    trashed.write_bytes(b"somebody else's")
    assert_held(due, f"Something is in the trash at {trashed} already", world)
    assert trashed.read_bytes() == b"somebody else's"
    assert place.exists()


def test_once_the_obstacle_is_cleared_away_it_goes(due: Deletion, world: World, place: Path) -> None:
    place.write_bytes(b"another")
    executed(due)
    assert executed(due).hold == Hold.QUARANTINE
    place.write_bytes(b"heron")
    assert executed(due).hold == Hold.QUARANTINE
    queue.retry(due, timezone.now())
    assert executed(due).status == Status.DELETED
    assert not world.deletes


def test_approving_it_deletes_it_for_good(due: Deletion, world: World, folder: Path, place: Path) -> None:
    place.write_bytes(b"another")
    executed(due)
    queue.approve(due, timezone.now())
    assert executed(due).status == Status.DELETED
    assert len(world.deletes) == 1
    assert due.freed == 5
    assert not (folder / ".plaxe-trash").exists()


def test_a_file_that_cannot_be_renamed_after_all_waits_with_the_reason(
    due: Deletion, world: World, place: Path, folder: Path
) -> None:
    """Between the look and the act."""
    (folder / ".plaxe-trash").mkdir()
    (folder / ".plaxe-trash" / str(due.pk)).write_text("a file where a folder must be")
    assert_held(due, "cannot be moved", world)
    assert place.read_bytes() == b"heron"
    assert not world.deletes


def test_of_several_parts_those_that_moved_come_back(world: World, queue_up: QueueUp, folder: Path) -> None:
    film = world.add_movie("Salt", added_at=LONG_AGO, file=f"{FILMS}/a/one.mkv", size=3)
    film.media[0].parts.append(type(film.media[0].parts[0])(id=99, file=f"{FILMS}/b/two.mkv", size=3))
    places = [put(world, path, b"abc") for path in film.files]
    [deletion] = queue_up(film)
    (folder / ".plaxe-trash" / str(deletion.pk)).mkdir(parents=True)
    (folder / ".plaxe-trash" / str(deletion.pk) / "b").write_text("a file where a folder must be")
    assert_held(deletion, "cannot be moved", world)
    assert all(place.exists() for place in places)


# --- a crash at every step


@pytest.fixture
def announced(due: Deletion) -> Way:
    """A worker has claimed it and written down that it moves it; it does not say any more."""
    due.claim(timezone.now())
    due.intend(timezone.now())
    way = way_for(due, due.server.connect(), to_trash=True)
    way.announce(timezone.now())
    return way


def test_a_worker_that_died_before_it_moved_anything_is_followed_by_another(
    due: Deletion, announced: Way, place: Path, trashed: Path
) -> None:
    assert executed(due, after=HOUR).status == Status.SCHEDULED
    assert place.exists()
    assert executed(due).status == Status.DELETED
    assert trashed.exists()


def test_a_worker_that_died_after_it_moved_all_has_done_it(
    due: Deletion, announced: Way, world: World, trashed: Path
) -> None:
    announced.act()
    assert executed(due, after=HOUR).status == Status.DELETED
    assert trashed.exists()
    assert Quarantined.objects.present().get().deletion == due
    assert due.answer == "Moved to the trash."
    assert [call for call in world.requests if "refresh" in call.path]


def test_a_worker_that_died_after_it_had_an_answer_has_done_it(due: Deletion, announced: Way) -> None:
    due.answered(announced.act())
    assert executed(due, after=HOUR).status == Status.DELETED


def test_a_worker_that_died_in_the_middle_has_done_nothing_of_it(
    world: World, queue_up: QueueUp, folder: Path
) -> None:
    film = world.add_movie("Salt", added_at=LONG_AGO, file=f"{FILMS}/a/one.mkv", size=3)
    film.media[0].parts.append(type(film.media[0].parts[0])(id=99, file=f"{FILMS}/b/two.mkv", size=3))
    places = [put(world, path, b"abc") for path in film.files]
    [deletion] = queue_up(film)
    deletion.claim(timezone.now())
    deletion.intend(timezone.now())
    way_for(deletion, deletion.server.connect(), to_trash=True).announce(timezone.now())
    first = folder / ".plaxe-trash" / str(deletion.pk) / "a" / "one.mkv"
    first.parent.mkdir(parents=True)
    places[0].rename(first)
    assert executed(deletion, after=HOUR).status == Status.SCHEDULED
    assert all(place.exists() for place in places)
    assert executed(deletion).status == Status.DELETED
    assert not any(place.exists() for place in places)


def test_a_part_that_cannot_come_back_fails_in_words_and_is_listed(
    world: World, queue_up: QueueUp, folder: Path
) -> None:
    film = world.add_movie("Salt", added_at=LONG_AGO, file=f"{FILMS}/a/one.mkv", size=3)
    film.media[0].parts.append(type(film.media[0].parts[0])(id=99, file=f"{FILMS}/b/two.mkv", size=3))
    places = [put(world, path, b"abc") for path in film.files]
    [deletion] = queue_up(film)
    deletion.claim(timezone.now())
    deletion.intend(timezone.now())
    way_for(deletion, deletion.server.connect(), to_trash=True).announce(timezone.now())
    first = folder / ".plaxe-trash" / str(deletion.pk) / "a" / "one.mkv"
    first.parent.mkdir(parents=True)
    places[0].rename(first)
    places[0].write_bytes(b"a new download")
    assert executed(deletion, after=HOUR).status == Status.FAILED
    assert "one.mkv is in the trash, and another file is in its place." in deletion.failure
    assert Quarantined.objects.present().get().purge_for is None
    places[0].unlink()
    trash.put_back(deletion, timezone.now())
    assert all(place.exists() for place in places)


def test_a_disk_that_is_not_mounted_tells_nothing(
    due: Deletion, announced: Way, folder: Path, trashed: Path
) -> None:
    announced.act()
    away = folder.rename(folder.with_name("unmounted"))
    folder.mkdir()
    assert executed(due, after=HOUR).status == Status.RUNNING
    folder.rmdir()
    away.rename(folder)
    assert executed(due, after=HOUR * 2).status == Status.DELETED


def test_a_file_that_is_nowhere_fails_in_words(due: Deletion, announced: Way, trashed: Path) -> None:
    announced.act()
    trashed.unlink()
    assert executed(due, after=HOUR).status == Status.FAILED
    assert "neither in its place nor in the trash" in due.failure


def test_workers_that_die_again_and_again_do_not_go_on_for_ever(due: Deletion, place: Path) -> None:
    for _ in range(3):
        due.claim(timezone.now())
        due.intend(timezone.now())
        Quarantined.objects.all().delete()
        way_for(due, due.server.connect(), to_trash=True).announce(timezone.now())
        executed(due, after=HOUR)
    assert due.status == Status.FAILED
    assert place.exists()


def test_a_worker_given_up_for_dead_that_moves_it_all_the_same_has_moved_it(
    due: Deletion, announced: Way, world: World, trashed: Path
) -> None:
    executed(due, after=HOUR)
    assert due.status == Status.SCHEDULED
    announced.act()  # only now does its disk answer
    assert executed(due).status == Status.DELETED
    assert trashed.exists()
    assert Quarantined.objects.present().count() == 1


def test_what_such_a_worker_moves_of_a_title_that_was_cancelled_is_listed(
    due: Deletion, announced: Way, trashed: Path
) -> None:
    executed(due, after=HOUR)
    queue.cancel(due, timezone.now())
    announced.act()
    trash.settle(timezone.now())
    row = Quarantined.objects.present().get()
    assert row.purge_for is None
    trash.put_back(due, timezone.now())
    assert not trashed.exists()


def test_an_intent_that_came_to_nothing_is_forgotten(due: Deletion, announced: Way) -> None:
    trash.settle(timezone.now())
    assert Quarantined.objects.exists()
    executed(due, after=HOUR)
    queue.cancel(due, timezone.now())
    trash.settle(timezone.now())
    assert not Quarantined.objects.exists()


def test_no_more_goes_to_the_trash_than_the_room_that_is_needed(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    titles = []
    for number in range(4):
        path = f"{FILMS}/{number}.mkv"
        put(world, path, b"x" * 100)
        titles.append(world.add_movie(f"Film {number}", added_at=LONG_AGO, file=path, size=100))
    rows = queue_up(*titles)
    rules.limit(MediaItem.objects.filter(type="movie")[0].section, 250, timezone.now())
    for _ in range(3):
        execute_due(server, timezone.now())
    mine = Deletion.objects.filter(pk__in=[row.pk for row in rows])
    assert sorted(mine.values_list("status", flat=True)) == ["DELETED", "DELETED", "HELD", "HELD"]


def test_what_lies_in_the_trash_counts_as_room_to_come(
    server: PlexServer, world: World, folder: Path, queue_up: QueueUp
) -> None:
    titles = []
    for number in range(3):
        path = f"{FILMS}/{number}.mkv"
        put(world, path, b"x" * 100)
        titles.append(world.add_movie(f"Film {number}", added_at=LONG_AGO, file=path, size=100))
    rows = queue_up(*titles)
    section = MediaItem.objects.filter(type="movie")[0].section
    rules.keep_free(section, str(folder), shutil.disk_usage(folder).free + 10**15, timezone.now())
    Quarantined.objects.create(deletion=rows[0], intended_at=timezone.now(), at=timezone.now(), bytes=10**16)
    execute_due(server, timezone.now())
    assert set(Deletion.objects.values_list("hold", flat=True)) == {"space"}
