"""A DELETE of unknown result is settled by what the server says of the title itself, never by its key."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Job, PlexServer
from deletions import queue
from deletions.execution import execute_due
from deletions.models import Deletion, Status
from media.models import MediaItem
from media.sync import sync_server
from plexclient.demo.faults import Fault, FaultKind
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests.deletions.conftest import ADDED

METADATA = "^/library/metadata/"
QueueUp = Callable[..., list[Deletion]]


@pytest.fixture
def other(world: World) -> Item:
    return world.add_movie("Iron Orchard", added_at=ADDED)


@pytest.fixture
def home_video(world: World) -> Item:
    return world.add_movie("Beach", guid="local://7", guids=(), added_at=ADDED)


def executed(deletion: Deletion, *, hours: int) -> Deletion:
    execute_due(deletion.server, timezone.now() + timedelta(hours=hours))
    deletion.refresh_from_db()
    return deletion


def lose_the_answer(deletion: Deletion, world: World, kind: FaultKind) -> None:
    """To the DELETE, and to whoever asks afterwards."""
    world.faults.add(Fault(kind, "DELETE", METADATA))
    world.faults.add(Fault("status", "GET", METADATA, status=500, after=2, times=None))
    assert executed(deletion, hours=0).status == Status.RUNNING
    world.faults.clear()


def pass_on_the_key(world: World, key: str, to: Item) -> None:
    with world.lock:
        items = to.server.items
        if former := items.get(key):
            former.rating_key = str(to.server.next_id())
            items[former.rating_key] = former
        del items[to.rating_key]
        to.rating_key, items[key] = key, to
        to.server.touch(to.section)


def sync(server: PlexServer) -> None:
    assert sync_server(server, timezone.now() + timedelta(hours=1), full=True).errors == []


@pytest.mark.parametrize("is_synced", [True, False])
def test_it_is_gone_although_its_key_is_anothers_by_now(
    due: Deletion, other: Item, world: World, server: PlexServer, is_synced: bool
) -> None:
    lose_the_answer(due, world, "reset_after")
    pass_on_the_key(world, due.rating_key, other)
    if is_synced:
        sync(server)

    assert executed(due, hours=2).status == Status.DELETED

    assert len(world.deletes) == 1
    assert not MediaItem.objects.present().filter(deletions=due.pk).exists()


@pytest.mark.parametrize("is_synced", [True, False])
def test_it_is_still_there_under_another_key(
    due: Deletion, other: Item, world: World, server: PlexServer, is_synced: bool
) -> None:
    lose_the_answer(due, world, "reset")
    pass_on_the_key(world, due.rating_key, other)
    if is_synced:
        sync(server)

    assert executed(due, hours=2).status == Status.FAILED

    assert "it is still there" in due.failure
    assert len(world.deletes) == 1


def test_another_copy_of_the_same_work_under_its_key_is_not_the_title(
    due: Deletion, film: Item, world: World
) -> None:
    copy = world.add_movie("Heron Lake", guid=film.guid, file="/media/4k/Heron Lake.mkv")
    lose_the_answer(due, world, "reset_after")
    pass_on_the_key(world, due.rating_key, copy)

    assert executed(due, hours=2).status == Status.DELETED


def test_a_version_is_not_gone_because_its_key_is_anothers(
    queue_up: QueueUp, film: Item, other: Item, world: World
) -> None:
    version = world.add_version(film)
    [deletion] = queue_up(film)
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    queue.approve(deletion, timezone.now(), version=str(version.id))
    lose_the_answer(deletion, world, "reset")
    pass_on_the_key(world, deletion.rating_key, other)

    assert executed(deletion, hours=2).status == Status.FAILED


@pytest.mark.parametrize(("kind", "status"), [("reset", 0), ("status", 404), ("status", 500)])
def test_after_an_error_one_404_is_no_proof_where_a_list_has_the_title(
    due: Deletion, film: Item, world: World, kind: FaultKind, status: int
) -> None:
    world.faults.add(Fault(kind, "DELETE", METADATA, status=status))
    world.faults.add(Fault("status", "GET", METADATA, status=404, after=2, times=None))

    assert executed(due, hours=0).status == Status.RUNNING

    world.faults.clear()
    assert executed(due, hours=2).status == Status.FAILED
    assert "it is still there" in due.failure
    assert film.rating_key in world.server.items


@pytest.mark.parametrize(("kind", "end"), [("reset_after", Status.DELETED), ("reset", Status.FAILED)])
def test_of_what_no_agent_has_matched_nobody_knows_until_all_of_its_library_was_read(
    queue_up: QueueUp, home_video: Item, other: Item, world: World, kind: FaultKind, end: Status
) -> None:
    [deletion] = queue_up(home_video)
    lose_the_answer(deletion, world, kind)
    pass_on_the_key(world, deletion.rating_key, other)

    assert executed(deletion, hours=2).status == Status.RUNNING
    assert "only the next full sync of its library tells" in deletion.held_because
    assert Job.of(deletion.server, Job.Kind.LIBRARIES).is_full

    sync(deletion.server)
    assert executed(deletion, hours=4).status == end
    assert len(world.deletes) == 1
