"""A line to the server: what it says leads to a look, and what it could not say is asked for."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.connecting import reach
from accounts.models import Job, PlexServer
from media import playing, tasks
from media.listening import FIRST_PAUSE, Gathered, Line, follow, next_pause
from media.models import MediaItem, PlaySession, Webhook
from plexclient.demo import Item, World
from plexclient.types.events import Changed, Playing
from tests import neighbourhood
from tests.neighbourhood import LAST_WEEK, calls, has_seen

PATIENCE = 8.0


@pytest.fixture
def world() -> World:
    return neighbourhood.inhabited()


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_WEEK)


@pytest.fixture
def server(db: None, world: World, film: Item) -> Iterator[PlexServer]:
    with neighbourhood.connected(world) as (server, _):
        yield server


@pytest.fixture
def line(server: PlexServer) -> Line:
    return Line(server, reach(server, timezone.now()))


def moves(session_key: str, item: Item, state: str = "playing", offset: int = 0) -> Playing:
    return Playing(session_key=session_key, rating_key=item.rating_key, state=state, view_offset=offset)


def test_its_pauses_double_up_to_half_a_minute_and_begin_anew_after_a_line_that_stood() -> None:
    pauses = [FIRST_PAUSE]
    for _ in range(8):
        pauses.append(next_pause(pauses[-1], timedelta(seconds=1)))
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert next_pause(pauses[-1], timedelta(minutes=2)) == FIRST_PAUSE


def test_a_playback_is_joined_with_the_sessions_to_know_whose_it_is(
    line: Line, world: World, film: Item
) -> None:
    session = world.start_session(world.person("bob"), film)
    line.hear([moves(session.key, film)], timezone.now())
    assert PlaySession.objects.get().viewer == neighbourhood.viewer("bob")


def test_further_words_about_it_cost_no_request(line: Line, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film)
    line.hear([moves(session.key, film)], timezone.now())
    asked = len(world.requests)
    line.hear([moves(session.key, film, "paused", 7000)], timezone.now())
    row = PlaySession.objects.get()
    assert (row.state, row.offset, len(world.requests)) == ("paused", 7000, asked)


def test_who_stops_is_asked_what_he_has_seen(line: Line, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film)
    line.hear([moves(session.key, film)], timezone.now())
    world.play(world.person("bob"), film)
    world.stop_session(session)
    line.hear([moves(session.key, film, "stopped")], timezone.now())
    assert not PlaySession.objects.exists()
    assert has_seen(film, "bob")


def test_who_is_near_the_end_is_asked_once(line: Line, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film)
    line.hear([moves(session.key, film)], timezone.now())
    world.play(world.person("bob"), film)
    for offset in (film.duration * 91 // 100, film.duration * 92 // 100):
        asked = calls(world, f"/library/metadata/{film.rating_key}")
        line.hear([moves(session.key, film, "playing", offset)], timezone.now())
    assert has_seen(film, "bob")
    assert calls(world, f"/library/metadata/{film.rating_key}") == asked


def test_of_a_playback_that_began_and_ended_unheard_the_history_tells(
    line: Line, world: World, film: Item
) -> None:
    world.play(world.person("bob"), film)
    line.hear([moves("never heard of", film, "stopped")], timezone.now())
    assert has_seen(film, "bob")


def test_after_each_gap_everything_is_asked_for_anew(
    line: Line, server: PlexServer, world: World, film: Item
) -> None:
    world.start_session(world.person("bob"), film)
    line.hear([], timezone.now(), is_first=True)
    assert Job.of(server, Job.Kind.POLL).wanted_at
    assert PlaySession.objects.exists()


def test_what_the_server_says_of_other_things_leads_nowhere(line: Line, world: World) -> None:
    asked = len(world.requests)
    line.hear([Changed(item_id="7", section_id="-1", state=5), Changed(state=5)], timezone.now())
    assert len(world.requests) == asked


def test_a_sign_of_life_is_written_down_now_and_then(line: Line, server: PlexServer) -> None:
    now = timezone.now()
    line.hear([], now)
    for later, is_live in ((timedelta(minutes=2), True), (timedelta(minutes=4), False)):
        server.refresh_from_db()
        assert server.is_live(now + later) is is_live


def test_the_sessions_are_asked_for_only_where_nothing_else_tells(
    server: PlexServer, world: World, film: Item
) -> None:
    world.start_session(world.person("bob"), film)
    for heard_at, told in ((timezone.now(), 0), (None, 1)):
        PlexServer.objects.update(heard_at=heard_at)
        asked = calls(world, "/status/sessions")
        tasks.refresh_sessions(server.pk)
        assert calls(world, "/status/sessions") - asked == told
    Webhook.objects.create(server=server, event="media.play", received_at=timezone.now(), digest="x")
    tasks.refresh_sessions(server.pk)
    assert calls(world, "/status/sessions") - asked == 1


def test_two_looks_at_once_ask_about_an_end_once(server: PlexServer, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film)
    client = reach(server, timezone.now())
    playing.refresh(server, client, timezone.now())
    row = PlaySession.objects.get()
    world.stop_session(session)
    assert [row.forget(), row.forget()] == [True, False]


@contextmanager
def following(server: PlexServer, world: World) -> Iterator[None]:
    stopping = Event()

    def run() -> None:
        try:
            follow(server.pk, stopping)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        world.server.announcer.cut()  # else he would hear of it only at the next sign of life
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()


def until(reached: Callable[[], object]) -> None:
    waiting = Event()
    for _ in range(int(PATIENCE / 0.05)):
        if reached():
            return
        waiting.wait(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture
def live(transactional_db: None, world: World, film: Item) -> Iterator[PlexServer]:
    with neighbourhood.connected(world) as (server, _), following(server, world):
        until(lambda: world.server.announcer.listeners)
        yield server


def test_a_play_is_noticed_over_a_real_line(live: PlexServer, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film)
    until(PlaySession.objects.exists)
    world.play(world.person("bob"), film)
    world.stop_session(session)
    until(lambda: has_seen(film, "bob"))


def test_what_arrives_and_what_goes_is_noticed_over_a_real_line(
    live: PlexServer, world: World, film: Item
) -> None:
    world.add_movie("Fresh")
    until(MediaItem.objects.filter(title="Fresh").exists)
    world.server.remove(film)
    until(MediaItem.objects.filter(title="Heron Lake", gone_at__isnull=False).exists)


def test_a_line_that_is_cut_is_opened_again_and_nothing_is_missed(
    live: PlexServer, world: World, film: Item
) -> None:
    Job.objects.update(wanted_at=None)
    world.server.announcer.cut()
    world.play(world.person("bob"), film)
    until(lambda: Job.of(live, Job.Kind.POLL).wanted_at)
    tasks.poll(live.pk)
    assert has_seen(film, "bob")


def test_words_about_a_server_that_was_removed_raise_no_alarm(
    live: PlexServer, world: World, film: Item, caplog: pytest.LogCaptureFixture
) -> None:
    PlexServer.objects.all().delete()
    with caplog.at_level("INFO"):
        world.start_session(world.person("bob"), film)
        until(lambda: "removed while it was worked on" in caplog.text)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


def test_nor_do_titles_that_were_gathered_before(
    line: Line, server: PlexServer, film: Item, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[set[str]] = []

    def look(keys: set[str]) -> None:
        told.append(keys)
        server.lock()

    server_key = server.pk
    gathered = Gathered(server, look)
    server.delete()
    server.pk = server_key
    with caplog.at_level("INFO"):
        gathered.add(film.rating_key)
        until(lambda: "removed while it was worked on" in caplog.text)
    assert told == [{film.rating_key}]
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
