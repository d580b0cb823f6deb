"""What keeps a title at the trigger, tried by saying it between the queueing and the deletion."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from accounts.tokens import ViewerTokens
from deletions import protecting, queue
from deletions.execution import execute, execute_due
from deletions.models import Deletion, Hold, Status
from media.keeping import Rule
from media.models import MediaItem, Protection
from plexclient.demo.faults import Fault
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests import factories
from tests.neighbourhood import known

QueueUp = Callable[..., list[Deletion]]
ADDED = timezone.now() - timedelta(days=9)


@pytest.fixture
def show(world: World) -> Item:
    return world.add_show("Salt Road", added_at=ADDED)


@pytest.fixture
def season(world: World, show: Item) -> Item:
    return world.add_season(show, added_at=ADDED)


@pytest.fixture
def episodes(world: World, season: Item) -> list[Item]:
    return [world.add_episode(season, added_at=ADDED) for _ in range(6)]


def fresh(deletion: Deletion) -> Deletion:
    deletion.refresh_from_db()
    return deletion


def executed(deletion: Deletion) -> Deletion:
    execute_due(deletion.server, timezone.now())
    return fresh(deletion)


def assert_kept(deletion: Deletion, words: str, world: World) -> None:
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, Hold.KEPT)
    assert words in deletion.held_because
    assert world.deletes == []


def statuses(deletions: list[Deletion]) -> Counter[str]:
    return Counter(fresh(deletion).status for deletion in deletions)


def readings(world: World, item: Item) -> int:
    return sum(call.path == f"/library/metadata/{item.rating_key}" for call in world.requests)


# What somebody protects


def test_a_film_protected_after_it_was_queued_stays(due: Deletion, world: World, film: Item) -> None:
    protecting.protect([known(film)], timezone.now(), by=factories.alice())
    assert_kept(due, "alice protected the movie.", world)


def test_a_film_in_a_protected_library_stays(due: Deletion, world: World, film: Item) -> None:
    protecting.protect([known(film).section], timezone.now())
    assert_kept(due, "The library Films is protected.", world)


def test_a_film_for_a_protected_viewer_stays_also_when_he_is_optional_and_gone(
    due: Deletion, world: World, film: Item
) -> None:
    carol = factories.carol(on=due.server, gone=True)
    factories.assignment(item=known(film), viewer=carol)
    known(film).assignments.filter(viewer=carol).update(is_optional=True)
    protecting.protect([carol], timezone.now())
    assert_kept(due, "It is assigned to Carol, who is protected.", world)


@pytest.mark.parametrize("level", ["show", "season"])
def test_an_episode_of_a_protected_show_or_season_stays(
    world: World, queue_up: QueueUp, show: Item, season: Item, episodes: list[Item], level: str
) -> None:
    [deletion] = queue_up(episodes[0])
    protecting.protect([known(show if level == "show" else season)], timezone.now())
    assert_kept(deletion, f"The {level} is protected.", world)


def test_what_is_no_longer_protected_waits_for_the_queue_and_its_delay(
    due: Deletion, world: World, film: Item, settings: Settings
) -> None:
    protecting.protect([known(film)], timezone.now())
    executed(due)
    protecting.unprotect([known(film)], timezone.now())
    assert executed(due).status == Status.HELD
    settings.PLAXE_DELETION_DELAY = timedelta(hours=3)
    queue.enqueue_complete(due.server, timezone.now())
    assert executed(due).status == Status.SCHEDULED
    assert due.scheduled_for > timezone.now() + timedelta(hours=2)
    Deletion.objects.update(scheduled_for=timezone.now())
    assert executed(due).status == Status.DELETED


def test_what_is_protected_in_the_last_moment_stays(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    """After every law has agreed, and before the intent is written down."""

    class Late(ViewerTokens):
        def client_for(self, viewer: object) -> object:  # type: ignore[override]
            Protection.objects.get_or_create(item=known(film), protected_at=due.enqueued_at)
            return super().client_for(viewer)  # type: ignore[arg-type]

    execute(due, server.connect(), Late(server), timezone.now())
    assert (due.status, due.hold) == (Status.HELD, Hold.KEPT)
    assert world.deletes == []


# Labels in Plex


@pytest.mark.parametrize(("level", "words"), [("show", "Its show carries"), ("season", "Its season carries")])
def test_a_label_on_the_show_or_the_season_keeps_until_it_is_gone(
    world: World, queue_up: QueueUp, show: Item, season: Item, episodes: list[Item], level: str, words: str
) -> None:
    labelled = show if level == "show" else season
    deletions = queue_up(*episodes[:2])
    labelled.labels.append("KEEP")
    assert_kept(deletions[0], f"{words} the label Keep in Plex.", world)
    assert_kept(deletions[1], words, world)
    labelled.labels.clear()
    assert executed(deletions[0]).status == Status.DELETED


def test_a_season_and_a_show_are_read_once_in_a_pass(
    world: World, queue_up: QueueUp, show: Item, season: Item, episodes: list[Item]
) -> None:
    deletions = queue_up(*episodes)
    world.requests.clear()
    execute_due(deletions[0].server, timezone.now())
    assert statuses(deletions) == {Status.DELETED: 6}
    for above in (show, season):
        assert readings(world, above) == 1


@pytest.mark.parametrize("above", ["show", "season"])
def test_an_unreadable_season_or_show_holds_and_is_never_taken_for_unlabelled(
    world: World, queue_up: QueueUp, show: Item, season: Item, episodes: list[Item], above: str
) -> None:
    deletions = queue_up(*episodes[:2])
    key = (show if above == "show" else season).rating_key
    world.faults.add(Fault("status", "GET", f"^/library/metadata/{key}$", status=404, times=2))
    execute_due(deletions[0].server, timezone.now())
    assert {(fresh(one).status, one.hold) for one in deletions} == {(Status.HELD, Hold.UNREADABLE)}
    assert world.deletes == []
    execute_due(deletions[0].server, timezone.now())
    assert statuses(deletions) == {Status.DELETED: 2}


def test_without_a_label_to_look_for_nothing_above_is_read(
    world: World, queue_up: QueueUp, show: Item, episodes: list[Item], settings: Settings
) -> None:
    [deletion] = queue_up(episodes[0])
    settings.PLAXE_KEEP_LABEL = ""
    show.labels.append("Keep")
    world.requests.clear()
    assert executed(deletion).status == Status.DELETED
    assert readings(world, show) == 0


# Rules


def test_of_four_due_episodes_one_goes_when_five_of_six_must_stay(
    world: World, queue_up: QueueUp, server: PlexServer, show: Item, episodes: list[Item]
) -> None:
    deletions = queue_up(*episodes[:4])
    protecting.keep(known(show), Rule(at_least=5), timezone.now())
    execute_due(server, timezone.now())
    assert statuses(deletions) == {Status.DELETED: 1, Status.HELD: 3}
    assert len(world.deletes) == 1
    assert "at least 5 episodes of Salt Road stay" in deletions[-1].held_because
    execute_due(server, timezone.now())
    queue.enqueue_complete(server, timezone.now())
    execute_due(server, timezone.now())
    assert len(world.deletes) == 1


def test_an_episode_that_somebody_deleted_in_plex_is_not_counted(
    world: World, queue_up: QueueUp, server: PlexServer, show: Item, episodes: list[Item]
) -> None:
    [deletion] = queue_up(episodes[0])
    protecting.keep(known(show), Rule(at_least=5), timezone.now())
    world.delete(episodes[5])
    assert_kept(deletion, "at least 5 episodes", world)


def test_the_newest_that_is_left_stays_when_somebody_deleted_the_newest_in_plex(
    world: World, queue_up: QueueUp, show: Item, episodes: list[Item]
) -> None:
    [deletion] = queue_up(episodes[4])
    protecting.keep(known(show), Rule(newest=1), timezone.now())
    world.delete(episodes[5])
    assert_kept(deletion, "It is the newest episode of Salt Road.", world)


def test_an_episode_that_arrived_since_the_last_sync_lets_the_former_newest_go(
    world: World, queue_up: QueueUp, season: Item, show: Item, episodes: list[Item]
) -> None:
    [deletion] = queue_up(episodes[5])
    protecting.keep(known(show), Rule(newest=1), timezone.now())
    world.add_episode(season, added_at=timezone.now())
    assert executed(deletion).status == Status.DELETED


def test_a_show_whose_episodes_cannot_be_listed_holds(
    world: World, queue_up: QueueUp, show: Item, episodes: list[Item]
) -> None:
    [deletion] = queue_up(episodes[0])
    protecting.keep(known(show), Rule(newest=1), timezone.now())
    world.faults.add(Fault("status", "GET", "allLeaves$", status=404))
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, Hold.UNREADABLE)
    assert executed(deletion).status == Status.DELETED


def test_episodes_of_another_show_under_the_key_are_not_taken_for_its_own(
    world: World, queue_up: QueueUp, show: Item, episodes: list[Item]
) -> None:
    other = world.add_show("Iron Orchard", added_at=ADDED)
    [deletion] = queue_up(episodes[0])
    protecting.keep(known(show), Rule(at_least=1), timezone.now())
    world.swap_keys(show, other)
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, Hold.UNREADABLE)
    assert "in another show" in deletion.held_because
    assert not MediaItem.objects.exclude(missing_since=None).exists()


def test_the_first_season_stays(world: World, queue_up: QueueUp, show: Item, episodes: list[Item]) -> None:
    [deletion] = queue_up(episodes[0])
    protecting.keep(known(show).section, Rule(first_season=True), timezone.now())
    assert_kept(deletion, "The first season of Salt Road is kept.", world)


def test_two_episodes_in_one_file_count_as_two(
    world: World, queue_up: QueueUp, show: Item, season: Item, episodes: list[Item]
) -> None:
    file = "/media/Series/Salt Road S01E07-E08.mkv"
    twins = [world.add_episode(season, file=file, added_at=ADDED) for _ in range(2)]
    deletions = queue_up(*twins)
    protecting.keep(known(show), Rule(at_least=7), timezone.now())
    for deletion in deletions:
        assert_kept(deletion, "at least 7 episodes", world)
    protecting.keep(known(show), Rule(at_least=6), timezone.now())
    queue.enqueue_complete(deletions[0].server, timezone.now())
    execute_due(deletions[0].server, timezone.now())
    execute_due(deletions[0].server, timezone.now())
    assert len(world.deletes) == 1
    assert MediaItem.objects.leaves().filter(show=known(show)).count() == 6


@pytest.mark.parametrize("rule", [Rule(at_least=5), Rule(newest=5)])
def test_what_another_worker_is_deleting_at_this_moment_is_not_counted(
    world: World, queue_up: QueueUp, server: PlexServer, show: Item, episodes: list[Item], rule: Rule
) -> None:
    mine, theirs = queue_up(episodes[1], episodes[5])
    protecting.keep(known(show), rule, timezone.now())
    theirs.claim(timezone.now())
    theirs.intend(timezone.now())
    execute(mine, server.connect(), ViewerTokens(server), timezone.now())
    assert (mine.status, mine.hold) == (Status.HELD, Hold.KEPT)
    assert world.deletes == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", [Rule(at_least=5), Rule(newest=5)])
def test_of_workers_at_the_same_moment_one_takes_what_can_be_spared(
    world: World, queue_up: QueueUp, server: PlexServer, show: Item, episodes: list[Item], rule: Rule
) -> None:
    deletions = queue_up(*episodes[:4])
    protecting.keep(known(show), rule, timezone.now())
    together = Barrier(len(deletions))

    def work(deletion: Deletion) -> None:
        try:
            together.wait(timeout=10)
            execute(deletion, server.connect(), ViewerTokens(server), timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deletions)) as pool:
        list(pool.map(work, deletions))
    assert statuses(deletions) == {Status.DELETED: 1, Status.HELD: 3}
    assert len(world.deletes) == 1
