"""What the viewers themselves say at the last moment, each with his own token."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from accounts.sync import sync_viewers
from deletions.execution import execute_due
from deletions.models import Deletion, Hold, Status
from deletions.queue import enqueue_complete
from media import watching
from media.assigning import demand_quorum
from media.sources import poll
from media.sync import sync_server
from plexclient.demo import Item, World
from plexclient.demo.faults import Fault, FaultKind
from tests.neighbourhood import LAST_MONTH, LAST_WEEK, assign, calls, connected, inhabited, known, viewer


@pytest.fixture
def world() -> World:
    return inhabited()


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_MONTH, duration=6_000_000)


@pytest.fixture
def server(db: None, world: World, film: Item, settings: Settings) -> Iterator[PlexServer]:
    settings.PLAXE_DRY_RUN = False
    settings.PLAXE_DELETION_DELAY = timedelta(0)
    with connected(world) as (server, _):
        yield server


def queued(world: World, film: Item, *names: str) -> Deletion:
    """They have played it, and it is due."""
    assign(film, *names)
    for name in names:
        world.play(world.person(name), film, at=LAST_WEEK)
    server = known(film).server
    poll(server, timezone.now())
    enqueue_complete(server, timezone.now())
    return Deletion.objects.get()


def executed(deletion: Deletion) -> Deletion:
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def enqueued(deletion: Deletion) -> Deletion:
    enqueue_complete(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def assert_held(deletion: Deletion, why: Hold, words: str, world: World) -> None:
    assert (deletion.status, deletion.hold) == (Status.HELD, why)
    assert words in deletion.held_because
    assert world.deletes == []


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ned", "mia", "frank"])
def test_who_still_says_so_or_cannot_be_asked_lets_it_go(
    server: PlexServer, world: World, film: Item, name: str
) -> None:
    assert executed(queued(world, film, name)).status == Status.DELETED


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ned"])
def test_who_has_marked_it_unwatched_holds_it(
    server: PlexServer, world: World, film: Item, name: str
) -> None:
    deletion = queued(world, film, *{name, "carol"})
    world.mark_unwatched(world.person(name), film)
    assert_held(executed(deletion), Hold.UNWATCHED, f"{name} has marked it unwatched.", world)


@pytest.fixture
def marked(server: PlexServer, world: World, film: Item) -> Deletion:
    """The list of those bob has seen has it, and neither there nor on its own page is a view counted."""
    world.mark_watched(
        world.person("bob"), world.add_movie("Iron Orchard", added_at=LAST_MONTH), at=LAST_WEEK
    )
    world.add_movie("Otter Creek", added_at=LAST_MONTH)
    world.mark_watched(world.person("bob"), film, at=LAST_WEEK)
    world.server.states[world.server.account_id(world.person("bob")), film.guid].is_counted = False
    assign(film, "bob")
    poll(server, timezone.now())
    enqueue_complete(server, timezone.now())
    return Deletion.objects.get()


def test_a_mark_that_counts_no_view_lets_it_go(marked: Deletion) -> None:
    assert executed(marked).status == Status.DELETED


def test_such_a_mark_that_was_taken_back_holds_it(marked: Deletion, world: World, film: Item) -> None:
    world.mark_unwatched(world.person("bob"), film)
    assert_held(executed(marked), Hold.UNWATCHED, "bob has marked it unwatched.", world)


def test_such_a_mark_and_half_of_a_play_hold_it(marked: Deletion, world: World, film: Item) -> None:
    world.play(world.person("bob"), film, fraction=0.5)
    assert_held(executed(marked), Hold.HALF_PLAYED, "bob is half-way through it.", world)


@pytest.mark.parametrize("kind", ["status", "ignore_filter"])
def test_such_a_mark_is_not_known_while_the_list_cannot_be_read(
    marked: Deletion, world: World, kind: FaultKind
) -> None:
    world.faults.add(Fault(kind, path_pattern="/library/sections/", times=None))
    assert_held(executed(marked), Hold.STATE, "Whether bob still says", world)
    world.faults.clear()
    assert executed(marked).status == Status.DELETED


def test_a_poll_that_sees_it_holds_it_before_its_time(server: PlexServer, world: World, film: Item) -> None:
    deletion = queued(world, film, "carol")
    world.mark_unwatched(world.person("carol"), film)
    poll(server, timezone.now())
    assert_held(enqueued(deletion), Hold.UNWATCHED, "carol has marked it unwatched.", world)
    world.play(world.person("carol"), film, at=timezone.now() + timedelta(seconds=2))
    poll(server, timezone.now() + timedelta(seconds=3))
    assert enqueued(deletion).status == Status.SCHEDULED
    assert executed(deletion).status == Status.DELETED


def test_who_is_half_way_again_holds_it_until_the_end(server: PlexServer, world: World, film: Item) -> None:
    deletion = queued(world, film, "bob")
    world.play(world.person("bob"), film, fraction=0.5)
    assert_held(executed(deletion), Hold.HALF_PLAYED, "bob is half-way through it.", world)
    assert_held(executed(deletion), Hold.HALF_PLAYED, "bob is half-way through it.", world)
    world.play(world.person("bob"), film)
    assert executed(deletion).status == Status.DELETED


def test_a_quorum_takes_it_away_from_nobody_who_is_in_the_middle_of_it(
    server: PlexServer, world: World, film: Item
) -> None:
    assign(film, "carol")
    demand_quorum(known(film), 1)
    deletion = queued(world, film, "bob")
    world.play(world.person("carol"), film, fraction=0.5)
    assert executed(deletion).hold == Hold.HALF_PLAYED
    assert deletion.held_because == "carol is half-way through it."
    world.play(world.person("carol"), film)
    assert executed(deletion).status == Status.DELETED


def test_who_is_half_way_is_seen_by_the_poll_too(server: PlexServer, world: World, film: Item) -> None:
    deletion = queued(world, film, "bob")
    world.play(world.person("bob"), film, fraction=0.5)
    poll(server, timezone.now())
    assert_held(enqueued(deletion), Hold.HALF_PLAYED, "bob is half-way through it.", world)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_viewer_who_cannot_be_read_holds_it_for_now(
    server: PlexServer, world: World, film: Item, status: int
) -> None:
    deletion = queued(world, film, "carol")
    # The first of the two is the owner's own look.
    world.faults.add(Fault("status", "GET", "/library/metadata/", status=status, times=None, after=1))
    assert_held(executed(deletion), Hold.STATE, "Whether carol still says", world)
    world.faults.clear()
    assert executed(deletion).status == Status.DELETED


def test_a_plex_tv_that_gives_no_shares_holds_it_for_now(
    server: PlexServer, world: World, film: Item
) -> None:
    deletion = queued(world, film, "carol")
    world.faults.add(Fault("status", path_pattern="shared_servers", status=429, times=None))
    assert_held(executed(deletion), Hold.STATE, "Whether carol still says", world)


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("carol", "shared_servers", "empty"),
        ("ned", "/switch", "status"),
        ("ned", "/api/v2/resources", "empty"),
    ],
)
def test_who_could_be_asked_before_and_is_mislaid_at_plex_tv_holds_it(
    server: PlexServer, world: World, film: Item, name: str, path: str, kind: FaultKind
) -> None:
    deletion = queued(world, film, name)
    world.faults.add(Fault(kind, path_pattern=path, status=404, times=None))
    assert_held(executed(deletion), Hold.STATE, f"Whether {name} still says", world)
    watching.declare(known(film), viewer(name), timezone.now())
    assert executed(deletion).status == Status.DELETED


def test_who_has_left_and_is_known_to_have_left_counts_by_history(
    server: PlexServer, world: World, film: Item
) -> None:
    deletion = queued(world, film, "carol")
    world.unshare(world.person("carol"))
    assert_held(executed(deletion), Hold.STATE, "is not shared with carol any more", world)
    sync_viewers(server, timezone.now())
    assert executed(deletion).status == Status.DELETED


def test_a_title_that_is_hidden_from_a_viewer_holds_until_the_owner_speaks(
    server: PlexServer, world: World, film: Item
) -> None:
    deletion = queued(world, film, "carol")
    world.share(world.person("carol"), sections=[world.server.sections[1]])
    assert_held(executed(deletion), Hold.STATE, "Plex does not show it to carol", world)
    watching.declare(known(film), viewer("carol"), timezone.now())
    assert executed(deletion).status == Status.DELETED


def test_the_owners_word_is_enough_against_the_viewers_state(
    server: PlexServer, world: World, film: Item
) -> None:
    assign(film, "bob")
    watching.declare(known(film), viewer("bob"), timezone.now())
    enqueue_complete(server, timezone.now())
    deletion = Deletion.objects.get()
    assert deletion.reasons[0].endswith("(the owner's word), assigned to the movie.")
    assert executed(deletion).status == Status.DELETED


def test_the_owners_no_holds_it_and_says_so(server: PlexServer, world: World, film: Item) -> None:
    deletion = queued(world, film, "bob")
    watching.declare(known(film), viewer("bob"), timezone.now(), seen=False)
    assert_held(enqueued(deletion), Hold.UNWATCHED, "bob has not seen it, says the owner.", world)


def test_the_last_view_must_be_one_of_this_copy(server: PlexServer, world: World, film: Item) -> None:
    deletion = queued(world, film, "bob")
    account = world.server.account_id(world.person("bob"))
    world.server.states[account, film.guid].last_viewed_at = int(LAST_MONTH.timestamp()) - 60
    assert_held(executed(deletion), Hold.UNWATCHED, "bob has marked it unwatched.", world)


def test_of_a_title_that_plex_does_not_date_it_says_why_no_view_counts(
    server: PlexServer, world: World, film: Item
) -> None:
    deletion = queued(world, film, "bob")
    film.added_at = 0
    sync_server(server, timezone.now(), full=True)
    words = (
        "bob saw it before Plaxe knew it, and Plex does not say when it was added: that view does not count."
    )
    assert_held(executed(deletion), Hold.UNWATCHED, words, world)
    assert_held(executed(deletion), Hold.UNWATCHED, words, world)


def test_the_shares_are_asked_for_once_for_all_titles(server: PlexServer, world: World, film: Item) -> None:
    other = world.add_movie("Iron Orchard", added_at=LAST_MONTH)
    sync_server(server, timezone.now(), full=True)
    for title in (film, other):
        assign(title, "carol")
        world.play(world.person("carol"), title, at=LAST_WEEK)
    poll(server, timezone.now())
    enqueue_complete(server, timezone.now())
    world.requests.clear()
    execute_due(server, timezone.now())
    assert calls(world, "/api/servers/machine-1/shared_servers") == 1
    assert len(world.deletes) == 2
