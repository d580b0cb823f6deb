"""Several versions of one title: the owner chooses one, all or none, and what he did not choose stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Refused
from deletions import queue
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import MediaFile, MediaItem
from media.sync import sync_server
from plexclient.demo import Fault, Item, Media, World

QueueUp = Callable[..., list[Deletion]]
MEDIA = r"^/library/metadata/\d+/media/"
LONG_AGO = timezone.now() - timedelta(days=9)


@pytest.fixture
def small(world: World, film: Item) -> Media:
    """A second version beside the first, which has 700 bytes."""
    return world.add_version(film, size=300)


@pytest.fixture
def held(small: Media, due: Deletion) -> Deletion:
    executed(due)
    assert due.hold == Hold.VERSIONS
    return due


@pytest.fixture
def chosen(held: Deletion, small: Media) -> Deletion:
    queue.approve(held, timezone.now(), version=str(small.id))
    return held


def executed(deletion: Deletion, *, after: timedelta = timedelta(0)) -> Deletion:
    execute_due(deletion.server, timezone.now() + after)
    deletion.refresh_from_db()
    return deletion


def enqueued(deletion: Deletion) -> int:
    return queue.enqueue_complete(deletion.server, timezone.now()).enqueued


def assert_held(deletion: Deletion, why: Hold, words: str, world: World) -> None:
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, why)
    assert words in deletion.held_because
    assert world.deletes == []


def test_only_the_chosen_version_goes_by_one_delete_of_it(
    chosen: Deletion, world: World, film: Item, small: Media
) -> None:
    assert executed(chosen).status == Status.DELETED
    assert [call.path for call in world.deletes] == [f"/library/metadata/{film.rating_key}/media/{small.id}"]
    assert [media.parts[0].size for media in film.media] == [700]


def test_only_its_bytes_are_freed_and_the_title_is_not_gone(chosen: Deletion) -> None:
    executed(chosen)
    assert (chosen.bytes, chosen.freed) == (300, 300)
    assert AuditEntry.objects.get(verb="deleted").bytes == 300
    item = MediaItem.objects.get()
    assert (item.gone_at, item.size) == (None, 700)
    assert MediaFile.objects.get().size == 700


def test_what_stayed_is_not_queued_again_until_somebody_says_so(chosen: Deletion, world: World) -> None:
    executed(chosen)
    sync_server(chosen.server, timezone.now(), full=True)
    assert enqueued(chosen) == 0
    rest = queue.retry(chosen, timezone.now())
    assert (rest.status, rest.bytes, rest.version) == (Status.SCHEDULED, 700, "")
    assert chosen.status == Status.DELETED
    assert executed(rest).status == Status.DELETED
    assert len(world.deletes) == 2


def test_the_rest_is_queued_once(chosen: Deletion) -> None:
    executed(chosen)
    queue.retry(chosen, timezone.now())
    with pytest.raises(Refused, match="in the queue already"):
        queue.retry(chosen, timezone.now())


def test_all_versions_go_by_one_delete_of_the_title(held: Deletion, world: World, film: Item) -> None:
    queue.approve(held, timezone.now())
    assert executed(held).freed == 1000
    assert [call.path for call in world.deletes] == [f"/library/metadata/{film.rating_key}"]


def test_none_of_them_goes_after_it_was_cancelled(held: Deletion, world: World) -> None:
    queue.cancel(held, timezone.now())
    assert enqueued(held) == 0
    executed(held, after=timedelta(days=1))
    assert not world.deletes


def test_who_cancelled_a_choice_and_tries_again_is_asked_again(chosen: Deletion, world: World) -> None:
    queue.cancel(chosen, timezone.now())
    queue.retry(chosen, timezone.now())
    assert chosen.bytes == 1000
    assert_held(chosen, Hold.VERSIONS, "It has 2 versions", world)


def test_a_version_added_after_it_was_queued_is_to_be_chosen_among_as_well(
    due: Deletion, world: World, film: Item
) -> None:
    added = world.add_version(film, size=300)
    assert_held(due, Hold.VERSIONS, "It has 2 versions", world)
    queue.approve(due, timezone.now(), version=str(added.id))
    assert executed(due).freed == 300


@pytest.mark.parametrize("version", ["999", "", "None"])
def test_a_version_it_does_not_have_is_refused(held: Deletion, small: Media, version: str) -> None:
    with pytest.raises(Refused, match=rf"has no version {version}.*It has: .*{small.id}"):
        queue.approve(held, timezone.now(), version=version)
    held.refresh_from_db()
    assert held.status == Status.HELD


def test_a_version_of_a_title_that_waits_for_something_else_is_refused(due: Deletion) -> None:
    queue.hold(due, Hold.PLAYING, "Bob is playing it.", timezone.now())
    with pytest.raises(Refused, match="does not wait for one of its versions"):
        queue.approve(due, timezone.now(), version="1")


def test_the_only_version_is_none_to_choose(due: Deletion, film: Item) -> None:
    queue.hold(due, Hold.VERSIONS, "It has 2 versions.", timezone.now())
    with pytest.raises(Refused, match="has only one version"):
        queue.approve(due, timezone.now(), version=str(film.media[0].id))


def test_a_chosen_version_that_has_vanished_holds(
    chosen: Deletion, world: World, film: Item, small: Media
) -> None:
    world.server.remove_media(film, small)
    assert_held(chosen, Hold.VERSIONS, "The chosen version is no longer there. Only one version is", world)


def test_the_other_version_vanishing_holds_the_last_one(chosen: Deletion, world: World, film: Item) -> None:
    world.server.remove_media(film, film.media[0])
    assert_held(chosen, Hold.VERSIONS, "Its versions are not those among which one was chosen", world)


def test_a_third_version_holds_and_it_is_chosen_again(
    chosen: Deletion, world: World, film: Item, small: Media
) -> None:
    world.add_version(film, size=1)
    assert_held(chosen, Hold.VERSIONS, "3 versions are there now. Choose again", world)
    queue.approve(chosen, timezone.now(), version=str(small.id))
    assert executed(chosen).freed == 300
    assert len(film.media) == 2


def test_a_chosen_version_of_another_size_holds_and_stays_the_chosen_one(
    chosen: Deletion, world: World, small: Media
) -> None:
    small.parts[0].size = 301
    assert_held(chosen, Hold.CHANGED, "had 300 bytes when it was queued and has 301 now", world)
    queue.approve(chosen, timezone.now())
    assert executed(chosen).freed == 301
    assert len(world.deletes) == 1


def test_a_version_that_stays_and_cannot_be_reached_holds(chosen: Deletion, world: World, film: Item) -> None:
    world.server.missing_files.add(film.media[0].parts[0].file)
    assert_held(chosen, Hold.CHANGED, "Is the disk mounted?", world)


def test_a_file_that_belongs_to_a_version_that_stays_holds(
    world: World, film: Item, queue_up: QueueUp
) -> None:
    other = world.add_version(film, file=film.files[0], size=700)
    [deletion] = queue_up(film)
    executed(deletion)
    queue.approve(deletion, timezone.now(), version=str(other.id))
    assert_held(deletion, Hold.VERSIONS, "belongs to another version too", world)


def test_an_optimised_version_is_none_to_choose(held: Deletion, world: World, film: Item) -> None:
    made = world.add_version(film, proxy_type=42)
    sync_server(held.server, timezone.now(), full=True)
    with pytest.raises(Refused, match="has no version"):
        queue.approve(held, timezone.now(), version=str(made.id))


def test_an_edition_is_a_title_of_its_own(world: World, film: Item, queue_up: QueueUp) -> None:
    longer = world.add_movie("Heron Lake", edition="Director's Cut", added_at=LONG_AGO)
    [deletion] = queue_up(film)
    assert executed(deletion).status == Status.DELETED
    assert longer.rating_key in world.server.items
    assert MediaItem.objects.present().get().edition_title == "Director's Cut"


@pytest.mark.parametrize(("status", "words"), [(403, "Allow media deletion"), (400, "permissions")])
def test_a_refused_delete_of_a_version_fails_in_words(
    chosen: Deletion, world: World, status: int, words: str, film: Item
) -> None:
    world.faults.add(Fault("status", "DELETE", MEDIA, status=status))
    assert executed(chosen).status == Status.FAILED
    assert words in chosen.failure
    assert len(film.media) == 2
    queue.retry(chosen, timezone.now())
    assert executed(chosen).freed == 300


def test_a_lost_answer_is_settled_by_whether_the_version_is_listed(
    chosen: Deletion, world: World, film: Item
) -> None:
    world.faults.add(Fault("reset_after", "DELETE", MEDIA))
    assert executed(chosen).status == Status.DELETED
    assert len(world.deletes) == 1


def test_a_delete_that_got_lost_is_not_sent_again(
    chosen: Deletion, world: World, settings: Settings, film: Item
) -> None:
    world.faults.add(Fault("reset", "DELETE", MEDIA))
    assert executed(chosen).status == Status.RUNNING
    assert executed(chosen, after=settings.PLAXE_CLAIM_TIMEOUT * 2).status == Status.FAILED
    assert len(world.deletes) == 1


def test_a_worker_that_died_after_the_version_went_has_deleted_it_and_not_the_title(
    chosen: Deletion, world: World, film: Item, small: Media
) -> None:
    chosen.claim(timezone.now())
    chosen.intend(timezone.now())
    world.server.remove_media(film, small)
    assert executed(chosen, after=timedelta(hours=1)).status == Status.DELETED
    assert not world.deletes
    assert MediaItem.objects.get().gone_at is None
    assert enqueued(chosen) == 0


def test_a_worker_that_died_before_it_sent_anything_is_followed_by_another(
    chosen: Deletion, world: World, film: Item
) -> None:
    chosen.claim(timezone.now())
    assert executed(chosen, after=timedelta(hours=1)).status == Status.SCHEDULED
    assert executed(chosen).status == Status.DELETED
    assert len(film.media) == 1


def test_a_title_that_went_as_a_whole_is_said_to_be_gone(chosen: Deletion, world: World, film: Item) -> None:
    world.delete(film)
    assert executed(chosen).status == Status.GONE
    assert "not only the chosen version less" in chosen.failure
    assert MediaItem.objects.get().gone_at is not None


def test_a_chosen_version_in_a_file_with_another_episode_waits_for_that(
    world: World, queue_up: QueueUp
) -> None:
    one, two, shared = _twins(world)
    [deletion] = queue_up(one)
    executed(deletion)
    queue.approve(deletion, timezone.now(), version=str(shared.id))
    assert_held(deletion, Hold.NEIGHBOUR, "which is not to go yet", world)
    queue_up(two)
    assert executed(deletion).hold == Hold.NEIGHBOUR


@pytest.mark.parametrize("scans_at_once", [True, False])
def test_chosen_versions_in_one_file_go_together_by_one_delete(
    world: World, queue_up: QueueUp, scans_at_once: bool
) -> None:
    world.server.scans_at_once = scans_at_once
    one, two, _ = _twins(world)
    deletions = queue_up(one, two)
    execute_due(deletions[0].server, timezone.now())
    for deletion, episode in zip(deletions, (one, two), strict=True):
        deletion.refresh_from_db()
        queue.approve(deletion, timezone.now(), version=str(episode.media[1].id))
    execute_due(deletions[0].server, timezone.now())
    assert [executed(deletion).status for deletion in deletions] == [Status.DELETED] * 2
    assert len(world.deletes) == 1
    assert sum(deletion.freed for deletion in deletions) == 50
    assert MediaItem.objects.leaves().count() == 2


def test_a_file_stays_while_of_its_other_episode_another_version_was_chosen(
    world: World, queue_up: QueueUp
) -> None:
    one, two, _ = _twins(world)
    deletions = queue_up(one, two)
    execute_due(deletions[0].server, timezone.now())
    for deletion, version in zip(deletions, (one.media[1], two.media[0]), strict=True):
        deletion.refresh_from_db()
        queue.approve(deletion, timezone.now(), version=str(version.id))
    execute_due(deletions[0].server, timezone.now())
    deletions[0].refresh_from_db()
    assert deletions[0].hold == Hold.NEIGHBOUR


def _twins(world: World) -> tuple[Item, Item, Media]:
    """Two episodes with a file of their own each, and one of 50 bytes that holds both."""
    season = world.add_season(world.add_show("Salt Road", added_at=LONG_AGO), added_at=LONG_AGO)
    one, two = (world.add_episode(season, added_at=LONG_AGO) for _ in range(2))
    shared = [world.add_version(each, file="/media/both.mkv", size=50) for each in (one, two)]
    return one, two, shared[0]
