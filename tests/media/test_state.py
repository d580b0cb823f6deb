"""What viewers themselves say they have seen, from a Plex over HTTP."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Access, PlexServer
from media import states, watching
from media.likeness import Likeness
from media.models import Evidence, Watch
from media.signals import plays_recorded
from media.sources import PollReport, poll
from media.states import Listing, Seen
from media.sync import sync_server
from plexclient.demo import Item, World
from plexclient.demo.faults import Fault
from plexclient.demo.server import ViewState
from tests.neighbourhood import (
    LAST_MONTH,
    LAST_WEEK,
    assign,
    calls,
    connected,
    has_seen,
    inhabited,
    known,
    viewer,
)

DAY = timedelta(days=1)
LISTS = "/library/sections/"
Poll = Callable[..., PollReport]


@pytest.fixture
def world() -> World:
    return inhabited()


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_MONTH, duration=6_000_000)


@pytest.fixture
def episode(world: World) -> Item:
    show = world.add_show("Salt Road", added_at=LAST_MONTH)
    return world.add_episode(world.add_season(show, added_at=LAST_MONTH), added_at=LAST_MONTH)


@pytest.fixture
def server(db: None, world: World, film: Item, episode: Item) -> Iterator[PlexServer]:
    with connected(world) as (server, _):
        yield server


@pytest.fixture
def read(server: PlexServer, world: World) -> Poll:
    """A poll; `later` than now."""

    def read(later: timedelta = timedelta(0)) -> PollReport:
        world.requests.clear()
        return poll(server, timezone.now() + later)

    return read


def access(name: str) -> Access:
    return Access.objects.get(viewer__name=name)


def state(world: World, name: str, item: Item) -> ViewState:
    """As the server keeps it, to be edited."""
    world.server.touch()
    account = world.server.account_id(world.person(name))
    return world.server.states.setdefault((account, item.guid), ViewState())


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ned"])
def test_a_mark_without_any_history_counts(read: Poll, world: World, film: Item, name: str) -> None:
    assign(film, name)
    world.mark_watched(world.person(name), film)
    report = read()
    assert (report.watches, report.errors) == (1, ())
    assert has_seen(film, name)
    watch = Watch.objects.get()
    assert (watch.source, watch.get_source_display()) == ("state", "Plex watched state")
    assert Evidence.objects.get().said == "seen"


def test_an_episode_is_read_as_one(read: Poll, world: World, episode: Item) -> None:
    assert episode.parent
    assert episode.parent.parent
    assign(episode.parent.parent, "carol")
    world.mark_watched(world.person("carol"), episode.parent)
    read()
    assert has_seen(episode, "carol")


def test_a_mark_that_was_taken_back_counts_no_more_and_wakes_the_queue(
    read: Poll, world: World, film: Item
) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film)
    read()
    woken: list[PlexServer] = []

    def hear(sender: type, server: PlexServer, **kwargs: object) -> None:
        woken.append(server)

    plays_recorded.connect(hear)
    world.mark_unwatched(world.person("carol"), film)
    read()
    plays_recorded.disconnect(hear)
    assert not has_seen(film, "carol")
    assert Watch.objects.get().withdrawn_by == "state"
    assert {row.source: row.said for row in Evidence.objects.all()} == {"state": "unseen"}


def test_a_play_in_the_history_is_taken_back_by_the_mark(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film, at=LAST_WEEK)
    read()
    assert has_seen(film, "bob")
    world.mark_unwatched(world.person("bob"), film)
    read()
    assert not has_seen(film, "bob")
    read()
    assert not has_seen(film, "bob"), "the same row of the history again is no later view"


def test_a_later_view_counts_again(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film, at=LAST_WEEK)
    world.mark_unwatched(world.person("bob"), film)
    read()
    assert not has_seen(film, "bob")
    world.play(world.person("bob"), film, at=timezone.now() + timedelta(seconds=2))
    read(timedelta(seconds=3))
    assert has_seen(film, "bob")


def test_a_mark_given_back_counts_again(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film, at=LAST_WEEK)
    world.mark_unwatched(world.person("bob"), film)
    read()
    world.mark_watched(world.person("bob"), film, at=LAST_WEEK)
    read(timedelta(seconds=5))
    assert has_seen(film, "bob")


def test_who_begins_again_has_not_seen_it_until_the_end(read: Poll, world: World, film: Item) -> None:
    bob = world.person("bob")
    assign(film, "bob")
    world.play(bob, film, at=LAST_WEEK)
    read()
    world.play(bob, film, fraction=0.5)
    read()
    assert (has_seen(film, "bob"), Watch.objects.get().offset) == (False, 3_000_000)
    world.play(bob, film, at=timezone.now() + timedelta(seconds=2))
    read(timedelta(seconds=3))
    assert has_seen(film, "bob")


@pytest.mark.parametrize(("offset", "counts"), [(59_999, True), (60_000, False)])
def test_a_minute_is_where_it_begins(read: Poll, world: World, film: Item, offset: int, counts: bool) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film, at=LAST_WEEK)
    state(world, "bob", film).view_offset = offset
    read()
    assert has_seen(film, "bob") == counts


def test_a_view_of_an_earlier_copy_does_not_count(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    world.mark_watched(world.person("bob"), film, at=LAST_MONTH - DAY)
    read()
    assert Watch.objects.get().is_listed
    assert not has_seen(film, "bob")


def test_a_copy_added_again_starts_anew_with_and_without_dates(
    server: PlexServer, read: Poll, world: World, film: Item
) -> None:
    assign(film, "bob")
    world.mark_watched(world.person("bob"), film, at=LAST_WEEK)
    state(world, "carol", film).view_count = 1  # a mark without a date
    read()
    world.delete(film)
    again = world.add_movie("Heron Lake", added_at=timezone.now() - timedelta(minutes=1))
    sync_server(server, timezone.now(), full=True)
    assign(again, "bob", "carol")
    for later in range(3):
        read(later * DAY)
        assert not has_seen(again, "bob")
        assert not has_seen(again, "carol")


def test_a_broken_off_play_of_a_new_copy_does_not_make_the_old_view_count(
    read: Poll, world: World, film: Item
) -> None:
    bob = world.person("bob")
    assign(film, "bob")
    world.mark_watched(bob, film, at=LAST_MONTH - DAY)
    read()
    world.play(bob, film, fraction=0.3)
    read()
    state(world, "bob", film).view_offset = None
    read(2 * DAY)
    assert not has_seen(film, "bob")


def test_a_mark_without_a_date_counts_only_where_we_had_seen_it_unmarked(
    read: Poll, world: World, film: Item, episode: Item
) -> None:
    assign(film, "carol")
    assign(episode, "carol")
    state(world, "carol", film).view_count = 1
    read()
    assert not has_seen(film, "carol"), "it may be the mark of an earlier copy"
    state(world, "carol", episode).view_count = 1
    read(DAY)
    assert has_seen(episode, "carol")
    assert not has_seen(film, "carol")


def test_only_viewers_somebody_waits_for_are_read(read: Poll, world: World, film: Item) -> None:
    assign(film, "carol")
    read()
    assert calls(world, LISTS) == 2  # her movies and her episodes
    world.delete(film)
    assert calls(world, "/api/v2/home") == 0


def test_a_second_reading_takes_one_page_a_library(read: Poll, world: World, film: Item) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    for number in range(1200):
        world.mark_watched(carol, world.add_movie(f"Film {number}", added_at=LAST_MONTH), at=LAST_WEEK)
    sync_server(access("carol").server, timezone.now(), full=True)
    read()
    assert calls(world, "/library/sections/1/all") == 3
    world.mark_watched(carol, film)
    read()
    assert calls(world, "/library/sections/1/all") == 1
    assert has_seen(film, "carol")


def test_a_list_that_became_shorter_is_read_whole(read: Poll, world: World, film: Item) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    others = [world.add_movie(f"Film {number}", added_at=LAST_MONTH) for number in range(600)]
    sync_server(access("carol").server, timezone.now(), full=True)
    for number, other in enumerate([film, *others]):
        world.mark_watched(carol, other, at=LAST_WEEK + timedelta(minutes=number))
    read()
    assert has_seen(film, "carol")
    world.mark_unwatched(carol, film)
    read()
    assert not has_seen(film, "carol")


def test_once_a_day_a_list_is_read_whole(read: Poll, world: World, film: Item, episode: Item) -> None:
    """One long enough that news alone do not lead to its end."""
    carol = world.person("carol")
    assign(film, "carol")
    for item in [film, *(world.add_movie(f"Film {number}", added_at=LAST_MONTH) for number in range(501))]:
        world.mark_watched(carol, item, at=LAST_WEEK)
    sync_server(access("carol").server, timezone.now(), full=True)
    read()
    first = access("carol").state_full_read_at
    read(timedelta(hours=1))
    assert access("carol").state_full_read_at == first
    assert access("carol").state_read_at != first
    read(DAY)
    assert access("carol").state_full_read_at != first


def broken(world: World, **fault: object) -> None:
    world.faults.add(Fault(times=None, **fault))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_refuses_one_viewer_changes_nothing_and_is_told(
    read: Poll, world: World, film: Item, status: int
) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film)
    read()
    world.mark_unwatched(world.person("carol"), film)
    broken(world, kind="status", path_pattern=r"/library/sections/\d+/all", status=status)
    report = read()
    assert has_seen(film, "carol")
    assert "carol" in report.errors[0]
    assert access("carol").state_problem


@pytest.mark.parametrize("kind", ["half", "cut", "html", "short_page", "repeat_page", "reset"])
def test_a_reading_with_gaps_changes_nothing(read: Poll, world: World, film: Item, kind: str) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    others = [world.add_movie(f"Film {number}", added_at=LAST_MONTH) for number in range(520)]
    sync_server(access("carol").server, timezone.now(), full=True)
    for other in [film, *others]:
        world.mark_watched(carol, other, at=LAST_WEEK)
    read()
    world.mark_unwatched(carol, others[7])
    world.faults.add(Fault(kind, path_pattern="/library/sections/1/all", times=1, after=2))  # type: ignore[arg-type]
    read(DAY)
    assert Watch.objects.counting().count() >= 520


def test_an_empty_answer_is_not_believed_to_be_the_list(read: Poll, world: World, film: Item) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film)
    read()
    world.faults.add(Fault("html", path_pattern="/library/sections/1/all", times=None))
    read(DAY)
    assert has_seen(film, "carol")


def test_a_list_that_ignores_what_was_asked_for_is_not_believed(read: Poll, world: World, film: Item) -> None:
    assign(film, "carol")
    broken(world, kind="ignore_filter", path_pattern=r"/library/sections/\d+/all")
    report = read()
    assert not has_seen(film, "carol")
    assert "without regard" in report.errors[0]


def test_a_viewer_who_fails_stops_no_other(read: Poll, world: World, film: Item) -> None:
    assign(film, "ned", "carol")
    for name in ("ned", "carol"):
        world.mark_watched(world.person(name), film)
    broken(world, kind="status", method="POST", path_pattern="switch", status=429)
    [error] = read().errors
    assert "ned" in error
    assert has_seen(film, "carol")
    assert not has_seen(film, "ned")


def test_who_has_no_token_is_no_error_and_counts_by_history_alone(
    read: Poll, world: World, film: Item, episode: Item
) -> None:
    assign(film, "mia")
    assign(episode, "mia")
    world.play(world.person("mia"), film)
    world.mark_watched(world.person("mia"), episode)
    report = read()
    assert report.errors == ()
    assert (has_seen(film, "mia"), has_seen(episode, "mia")) == (True, False)
    assert "asks for a PIN" in access("mia").state_problem
    viewer("mia").take_pin("1234")
    read()
    assert (has_seen(episode, "mia"), access("mia").state_problem) == (True, "")


def test_a_library_that_is_not_shared_is_unknown_and_not_unseen(read: Poll, world: World, film: Item) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    world.play(carol, film, at=LAST_WEEK)
    read()
    world.share(carol, sections=[world.server.sections[1]])
    report = read()
    assert has_seen(film, "carol")
    assert report.errors == ()
    assert "Films cannot be read as carol" in access("carol").state_problem


def test_the_owners_word_stands_against_the_list(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    watching.declare(known(film), viewer("bob"), timezone.now())
    read()
    assert has_seen(film, "bob")
    world.play(world.person("bob"), film, at=timezone.now() + timedelta(seconds=2), fraction=0.5)
    state(world, "bob", film).view_count = 1
    read(timedelta(seconds=3))
    assert not has_seen(film, "bob"), "begun again later"


def test_the_owners_no_stands_until_a_later_view(read: Poll, world: World, film: Item) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film, at=LAST_WEEK)
    read()
    watching.declare(known(film), viewer("bob"), timezone.now(), seen=False)
    read(DAY)
    assert not has_seen(film, "bob")
    world.play(world.person("bob"), film, at=timezone.now() + timedelta(seconds=2))
    read(DAY + timedelta(seconds=5))
    assert has_seen(film, "bob")


def test_a_title_met_before_its_library_was_read_is_met_again(
    server: PlexServer, read: Poll, world: World, film: Item
) -> None:
    assign(film, "carol")
    read()
    late = world.add_movie("Iron Orchard", added_at=LAST_WEEK)
    world.mark_watched(world.person("carol"), late, at=timezone.now() - timedelta(minutes=5))
    read()
    sync_server(server, timezone.now(), full=True)
    read(timedelta(hours=3))
    assert has_seen(late, "carol")


def test_a_date_in_the_future_is_none(read: Poll, world: World, film: Item) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film, at=datetime(2040, 1, 1, tzinfo=LAST_WEEK.tzinfo))
    read()
    assert not has_seen(film, "carol")


@pytest.mark.parametrize("nonsense", [-1, 2**31, 2**62])
def test_numbers_that_cannot_be_do_no_harm(
    read: Poll, world: World, film: Item, episode: Item, nonsense: int
) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film)
    state(world, "carol", film).view_offset = nonsense
    state(world, "carol", episode).view_count = nonsense
    assert read().errors == ()
    assert Watch.objects.filter(viewer=viewer("carol"), item=known(film)).exists()


def test_a_list_costs_the_same_number_of_queries_however_long(
    server: PlexServer, world: World, film: Item
) -> None:
    films = [world.add_movie(f"Film {number}", added_at=LAST_MONTH) for number in range(50)]
    sync_server(server, timezone.now(), full=True)
    section = known(film).section
    listing = Listing(server, viewer("carol"), section, timezone.now(), None)

    def taken(items: list[Item]) -> int:
        rows = [Seen(item.rating_key, Likeness("movie", item.guid), LAST_WEEK, 1, 0) for item in items]
        with CaptureQueriesContext(connection) as queries:
            assert states.take_in(listing, rows).news == len(items)
        return len(queries)

    assert taken(films[:2]) == taken(films[2:50])  # SQLite takes so many at once


def test_what_says_nothing_new_is_not_written_again(read: Poll, world: World, film: Item) -> None:
    assign(film, "carol")
    world.mark_watched(world.person("carol"), film)
    read()
    with CaptureQueriesContext(connection) as queries:
        read(timedelta(hours=25))
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert not [sql for sql in written if "media_watch" in sql or "media_evidence" in sql]


def test_a_list_that_suddenly_lacks_most_of_it_is_believed_the_second_time(
    read: Poll, world: World, film: Item
) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    films = [film, *(world.add_movie(f"Film {number}", added_at=LAST_MONTH) for number in range(19))]
    sync_server(access("carol").server, timezone.now(), full=True)
    for each in films:
        world.mark_watched(carol, each, at=LAST_WEEK)
    read()
    fault = world.faults.add(Fault("empty", path_pattern="/library/sections/1/all", times=None))
    [error] = read().errors
    assert "had 20 titles and has 0 now" in error
    assert Watch.objects.counting().count() == 20
    fault.times = 0
    assert read().errors == ()
    for each in films:
        world.mark_unwatched(carol, each)
    read()
    assert Watch.objects.counting().count() == 20
    read()
    assert Watch.objects.counting().count() == 0


def test_news_that_nothing_marks_as_seen_are_not_believed_at_once(
    read: Poll, world: World, film: Item
) -> None:
    carol = world.person("carol")
    assign(film, "carol")
    for number in range(501):
        other = world.add_movie(f"Film {number}", added_at=LAST_MONTH)
        world.mark_watched(carol, other, at=LAST_WEEK)
    read()
    state(world, "carol", film).last_viewed_at = world.now()  # begun and broken off at once
    broken(world, kind="ignore_filter", path_pattern=r"/library/sections/\d+/all")
    assert read().errors
    assert not has_seen(film, "carol")
