"""Each law at the trigger, tried by breaking it between the queueing and the deletion."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions import queue
from deletions.execution import execute_due
from deletions.models import Deletion, Hold, Status
from media.models import Assignment, MediaItem
from media.sync import sync_server
from plexclient.demo.faults import Fault, FaultKind
from plexclient.demo.library import Item
from plexclient.demo.world import Call, World
from tests import factories
from tests.deletions.conftest import ADDED

QueueUp = Callable[..., list[Deletion]]


def executed(deletion: Deletion) -> Deletion:
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def assert_held(deletion: Deletion, why: Hold, words: str, world: World) -> None:
    executed(deletion)
    assert (deletion.status, deletion.hold) == (Status.HELD, why)
    assert words in deletion.held_because
    assert world.deletes == []


def test_nothing_that_broke_no_law_is_held(due: Deletion, world: World) -> None:
    assert executed(due).status == Status.DELETED


def test_another_server_at_the_address_holds(due: Deletion, world: World) -> None:
    world.server.machine_identifier = "machine-2"
    assert_held(due, Hold.WRONG_SERVER, "Another Plex server answers", world)


def test_deletion_switched_off_holds_and_goes_on_when_switched_on(due: Deletion, world: World) -> None:
    world.server.allow_media_deletion = False
    assert_held(due, Hold.DELETION_OFF, "Settings > Library > Allow media deletion", world)
    world.server.allow_media_deletion = True
    assert executed(due).status == Status.DELETED


def test_a_film_somebody_is_playing_waits_until_he_has_stopped(
    due: Deletion, world: World, film: Item
) -> None:
    session = world.start_session(world.person("bob"), film)
    assert_held(due, Hold.PLAYING, "bob is playing", world)
    world.stop_session(session)
    assert executed(due).status == Status.DELETED


def test_an_episode_waits_while_another_of_its_show_is_playing(world: World, queue_up: QueueUp) -> None:
    show = world.add_show("Salt Road", added_at=timezone.now() - timedelta(days=9))
    first, second = (world.add_season(show, number) for number in (1, 2))
    episode = world.add_episode(first, added_at=timezone.now() - timedelta(days=9))
    playing = world.add_episode(second)
    [deletion] = queue_up(episode)
    world.start_session(world.person("bob"), playing)
    assert_held(deletion, Hold.PLAYING, "bob is playing", world)


def test_other_parts_of_a_show_that_is_playing_go_where_the_owner_says_so(
    world: World, queue_up: QueueUp, settings: Settings
) -> None:
    settings.PLAXE_PLAYING_HOLDS_SHOW = False
    season = world.add_season(world.add_show("Salt Road", added_at=ADDED), added_at=ADDED)
    played, other = (world.add_episode(season, added_at=ADDED) for _ in range(2))
    [its, others] = queue_up(played, other)
    world.start_session(world.person("bob"), played)
    assert executed(others).status == Status.DELETED
    assert executed(its).hold == Hold.PLAYING
    assert its.held_because.startswith("bob is playing")


def test_what_is_in_the_file_that_is_playing_never_goes(
    world: World, queue_up: QueueUp, settings: Settings
) -> None:
    settings.PLAXE_PLAYING_HOLDS_SHOW = False
    one, two = twins(world)
    [first, second] = queue_up(one, two)
    world.start_session(world.person("bob"), two)
    assert_held(first, Hold.PLAYING, "bob is playing", world)
    assert_held(second, Hold.PLAYING, "bob is playing", world)


def test_another_title_under_the_key_holds(due: Deletion, world: World, film: Item) -> None:
    other = world.add_movie("Iron Orchard", size=700)
    world.swap_keys(film, other)
    assert_held(due, Hold.CHANGED, "Its guid was", world)


def test_another_kind_under_the_key_holds(due: Deletion, world: World, film: Item) -> None:
    world.swap_keys(film, world.add_show("Salt Road"))
    assert_held(due, Hold.CHANGED, "Its type was movie when queued and is show now.", world)


def other_title(film: Item) -> None:
    film.title = "Heron Lakes"


def other_edition(film: Item) -> None:
    film.edition = "Director's Cut"


def other_id(film: Item) -> None:
    film.guids = ("imdb://tt0000001", *film.guids[1:])


def lost_id(film: Item) -> None:
    film.guids = film.guids[1:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_title, "Its title was Heron Lake when queued and is Heron Lakes now."),
        (other_edition, "Its edition was empty when queued and is Director's Cut now."),
        (other_id, "when queued and is tt0000001 now."),
        (lost_id, "when queued and is empty now."),
    ],
)
def test_a_title_that_plex_names_differently_holds_until_that_is_approved(
    change: Callable[[Item], None], words: str, due: Deletion, world: World, film: Item
) -> None:
    change(film)
    assert_held(due, Hold.CHANGED, words, world)
    queue.approve(due, timezone.now())
    assert executed(due).status == Status.DELETED


@pytest.mark.parametrize("number", ["none", "one more"])
def test_an_id_that_came_to_be_known_or_ids_that_are_not_told_hold_nothing(
    number: str, due: Deletion, film: Item
) -> None:
    film.guids = () if number == "none" else (*film.guids, "tvdb://1")
    assert executed(due).status == Status.DELETED


def test_a_file_of_another_size_holds(due: Deletion, world: World, film: Item) -> None:
    film.media[0].parts[0].size = 701
    assert_held(due, Hold.CHANGED, "had 700 bytes when it was queued and has 701 now", world)


def test_a_file_that_was_renamed_holds(due: Deletion, world: World, film: Item) -> None:
    film.media[0].parts[0].file = "/media/Films/renamed.mkv"
    assert_held(due, Hold.CHANGED, "when it was queued", world)


def test_a_file_that_plex_cannot_reach_holds(due: Deletion, world: World, film: Item) -> None:
    world.server.missing_files.add(film.media[0].parts[0].file)
    assert_held(due, Hold.CHANGED, "Is the disk mounted?", world)


def test_what_is_known_to_have_changed_goes_after_it_was_approved(
    due: Deletion, world: World, film: Item
) -> None:
    film.media[0].parts[0].size = 701
    executed(due)
    MediaItem.objects.get(rating_key=film.rating_key).files.update(size=701)
    queue.approve(due, timezone.now())
    assert executed(due).status == Status.DELETED


def test_several_versions_wait_for_approval(world: World, film: Item, queue_up: QueueUp) -> None:
    world.add_version(film)
    [deletion] = queue_up(film)
    assert_held(deletion, Hold.VERSIONS, "It has 2 versions", world)
    queue.approve(deletion, timezone.now())
    assert executed(deletion).status == Status.DELETED


def test_an_answer_without_versions_is_none(due: Deletion, world: World, film: Item) -> None:
    film.media.clear()
    assert_held(due, Hold.UNREADABLE, "Plex does not say which files it has.", world)


def test_an_optimised_version_is_no_version(world: World, film: Item, queue_up: QueueUp) -> None:
    world.add_version(film, proxy_type=42)
    [deletion] = queue_up(film)
    assert executed(deletion).status == Status.DELETED


def test_a_film_labelled_keep_holds_until_the_label_is_gone(due: Deletion, world: World, film: Item) -> None:
    film.labels.append("keep")
    assert_held(due, Hold.KEPT, "the label Keep", world)
    film.labels.clear()
    assert executed(due).status == Status.DELETED


def test_somebody_assigned_after_it_was_queued_holds(due: Deletion, world: World) -> None:
    assert due.item
    factories.assignment(item=due.item, viewer=factories.carol(on=due.server))
    assert_held(due, Hold.UNWATCHED, "Not seen by Carol.", world)


def test_nobody_assigned_any_more_holds(due: Deletion, world: World) -> None:
    Assignment.objects.all().delete()
    assert_held(due, Hold.UNWATCHED, "Nobody is assigned to it any more", world)


def test_views_from_before_it_was_added_hold_as_plex_says_today_when_that_was(
    due: Deletion, world: World, film: Item
) -> None:
    film.added_at = int((timezone.now() + timedelta(hours=1)).timestamp())
    MediaItem.objects.update(first_seen_at=timezone.now() + timedelta(hours=2))
    assert_held(due, Hold.UNWATCHED, "Not seen by Bob.", world)


def test_nothing_goes_while_much_of_its_library_is_suddenly_missing(
    due: Deletion, world: World, server: PlexServer
) -> None:
    lose(films(world, server)[:11], world, server)
    assert_held(due, Hold.UNREADABLE, "Much of its library, Films, was suddenly missing", world)


def test_what_is_missing_of_one_library_keeps_nothing_of_another(
    world: World, server: PlexServer, queue_up: QueueUp
) -> None:
    season = world.add_season(world.add_show("Salt Road", added_at=ADDED), added_at=ADDED)
    [deletion] = queue_up(world.add_episode(season, added_at=ADDED))
    lose(films(world, server)[:11], world, server)
    assert executed(deletion).status == Status.DELETED


@pytest.mark.parametrize("come_back", [True, False])
def test_it_goes_when_its_library_is_whole_again_or_a_second_look_agrees(
    due: Deletion, world: World, server: PlexServer, come_back: bool
) -> None:
    lost = films(world, server)[:11]
    lose(lost, world, server)
    assert executed(due).status == Status.HELD
    world.server.items.update({film.rating_key: film for film in lost} if come_back else {})
    world.server.touch()
    sync_server(server, timezone.now() + timedelta(minutes=11))  # it is read whole although nobody says so
    assert executed(due).status == Status.DELETED


def films(world: World, server: PlexServer) -> list[Item]:
    found = [world.add_movie(f"Iron Orchard {part}", added_at=ADDED) for part in range(13)]
    sync_server(server, timezone.now(), full=True)
    return found


def lose(titles: list[Item], world: World, server: PlexServer) -> None:
    for title in titles:
        world.delete(title)
    sync_server(server, timezone.now(), full=True)


def test_two_episodes_in_one_file_wait_for_each_other(world: World, queue_up: QueueUp) -> None:
    one, two = twins(world)
    [deletion] = queue_up(one)
    assert_held(deletion, Hold.NEIGHBOUR, "Its file also holds Salt Road · S01E02", world)
    queue_up(two)
    assert executed(deletion).status == Status.DELETED


def test_an_episode_waits_for_one_in_its_file_that_no_sync_has_seen(world: World, queue_up: QueueUp) -> None:
    season = world.add_season(world.add_show("Salt Road", added_at=ADDED))
    one = world.add_episode(season, added_at=ADDED)
    [deletion] = queue_up(one)
    world.add_episode(season, file=one.files[0], added_at=ADDED)

    assert_held(deletion, Hold.NEIGHBOUR, "Its file also holds Salt Road · S01E02", world)


@pytest.mark.parametrize("kind", ["status", "half"])
def test_where_it_is_not_known_which_episodes_are_in_its_file_it_waits(
    world: World, queue_up: QueueUp, kind: FaultKind
) -> None:
    season = world.add_season(world.add_show("Salt Road", added_at=ADDED))
    [deletion] = queue_up(world.add_episode(season, added_at=ADDED))
    world.faults.add(Fault(kind, "GET", "allLeaves$", times=None, status=404))

    assert (executed(deletion).hold, world.deletes) == (Hold.UNREADABLE, [])


def test_the_episodes_of_a_show_are_read_once_in_a_pass(
    world: World, queue_up: QueueUp, server: PlexServer
) -> None:
    season = world.add_season(world.add_show("Salt Road", added_at=ADDED))
    queue_up(*(world.add_episode(season, added_at=ADDED) for _ in range(3)))
    world.requests.clear()

    execute_due(server, timezone.now())

    assert len(world.deletes) == 3
    assert sum(call.path.endswith("/allLeaves") for call in world.requests) == 1


def test_a_film_waits_for_its_twin_in_the_same_file_that_no_sync_has_seen(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    twin = add_twin(world, film)
    assert_held(due, Hold.NEIGHBOUR, f"Plex also has it as {twin.rating_key}", world)
    sync_server(server, timezone.now(), full=True)
    assert_held(due, Hold.NEIGHBOUR, "Its file also holds Heron Lake (2020), which is not", world)


def test_an_episode_waits_for_its_twin_in_another_library(world: World, queue_up: QueueUp) -> None:
    show = world.add_show("Salt Road", added_at=ADDED)
    one = world.add_episode(world.add_season(show), added_at=ADDED)
    [deletion] = queue_up(one)
    again = world.add_show("Salt Road", section=world.add_section("More series", "show"), guid=show.guid)
    twin = world.add_episode(world.add_season(again), file=one.files[0], guid=one.guid)
    assert_held(deletion, Hold.NEIGHBOUR, f"Plex also has it as {twin.rating_key}", world)


def test_a_twin_of_which_plex_says_no_file_is_waited_for(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    add_twin(world, film).media.clear()
    assert_held(due, Hold.NEIGHBOUR, "not in another file as far as Plaxe knows", world)


def test_a_twin_in_a_file_of_its_own_stays_and_holds_nothing(due: Deletion, world: World, film: Item) -> None:
    twin = add_twin(world, film, file="/media/More films/Heron Lake.mkv")
    world.requests.clear()
    assert executed(due).status == Status.DELETED
    assert twin.rating_key in world.server.items
    assert sum(call.path == "/library/all" for call in before_the_delete(world)) == 1


@pytest.mark.parametrize(
    "fault", [Fault("status", status=500, times=None), Fault("half", times=None)], ids=["500", "half"]
)
def test_where_it_is_not_known_whether_it_has_a_twin_it_waits(
    due: Deletion, world: World, fault: Fault
) -> None:
    world.faults.add(replace(fault, path_pattern="^/library/all"))
    assert (executed(due).hold, world.deletes) == (Hold.UNREADABLE, [])


@pytest.mark.parametrize("status", [400, 404, None])
def test_where_a_server_does_not_sift_by_guid_the_last_sync_counts(
    due: Deletion, world: World, status: int | None
) -> None:
    world.add_movie("Iron Orchard", added_at=ADDED)
    kind: FaultKind = "status" if status else "ignore_filter"
    world.faults.add(Fault(kind, path_pattern="^/library/all", status=status or 0))
    assert executed(due).status == Status.DELETED


def add_twin(world: World, film: Item, file: str = "") -> Item:
    library = world.add_section("More films")
    return world.add_movie(film.title, section=library, guid=film.guid, file=file or film.files[0], size=700)


def before_the_delete(world: World) -> list[Call]:
    sent = next(at for at, call in enumerate(world.requests) if call.method == "DELETE")
    return [*world.requests][:sent]


@pytest.mark.parametrize("scans_at_once", [True, False])
def test_two_episodes_in_one_file_go_together_by_one_delete(
    world: World, queue_up: QueueUp, server: PlexServer, scans_at_once: bool
) -> None:
    world.server.scans_at_once = scans_at_once
    deletions = queue_up(*twins(world))
    execute_due(server, timezone.now())
    assert {executed(deletion).status for deletion in deletions} <= {Status.DELETED, Status.GONE}
    assert len(world.deletes) == 1


def test_an_episode_does_not_go_while_its_neighbour_is_kept(world: World, queue_up: QueueUp) -> None:
    one, two = twins(world)
    [first, second] = queue_up(one, two)
    two.labels.append("Keep")
    assert_held(first, Hold.NEIGHBOUR, "which is held: It carries the label Keep", world)
    assert executed(second).hold == Hold.KEPT


def test_two_episodes_in_one_file_that_were_held_together_go_on_together(
    world: World, queue_up: QueueUp, server: PlexServer
) -> None:
    deletions = queue_up(*twins(world))
    world.faults.add(Fault("status", "GET", "^/$", status=503, times=None))
    assert {executed(deletion).hold for deletion in deletions} == {Hold.OFFLINE}
    world.faults.clear()
    execute_due(server, timezone.now())
    assert {executed(deletion).status for deletion in deletions} <= {Status.DELETED, Status.GONE}


def test_a_neighbour_that_plex_does_not_show_says_nothing_about_the_title(
    world: World, queue_up: QueueUp
) -> None:
    one, two = twins(world)
    [first, _] = queue_up(one, two)
    del world.server.items[two.rating_key]
    assert_held(first, Hold.NEIGHBOUR, "Plex does not show it any more", world)


def test_who_begins_to_play_it_while_the_laws_are_asked_holds(
    due: Deletion, world: World, film: Item
) -> None:
    world.start_session(world.person("bob"), film)
    world.faults.add(Fault("empty", "GET", "^/status/sessions"))
    assert_held(due, Hold.PLAYING, "bob is playing Heron Lake", world)


def test_a_title_plaxe_no_longer_knows_holds(due: Deletion, world: World) -> None:
    MediaItem.objects.all().delete()
    due.refresh_from_db()
    assert_held(due, Hold.CHANGED, "Plaxe no longer knows this title", world)


def test_the_label_that_keeps_can_be_another(
    due: Deletion, world: World, film: Item, settings: Settings
) -> None:
    settings.PLAXE_KEEP_LABEL = "Forever"
    film.labels.append("Forever")
    assert_held(due, Hold.KEPT, "the label Forever", world)


def twins(world: World) -> tuple[Item, Item]:
    added = timezone.now() - timedelta(days=9)
    season = world.add_season(world.add_show("Salt Road", added_at=added), added_at=added)
    file = "/media/Series/Salt Road S01E01-E02.mkv"
    one, two = (world.add_episode(season, file=file, added_at=added) for _ in range(2))
    return one, two
