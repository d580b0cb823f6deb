"""What servers announce: the values, the two kinds of lines, and what becomes of a line that breaks."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plexclient.demo import World, serve
from plexclient.errors import PlexError, Unauthorized, Unreachable
from plexclient.events import Event, events_of
from plexclient.http import ClientIdentity, Timing
from plexclient.server import PlexMediaServer
from plexclient.types.events import Changed, Playing
from tests.plexclient.test_sockets import Behaviour, head, listening

RECORDED = Path(__file__).parents[3] / "shared/plex/recorded/plextraktsync"
QUICK = Timing(connect=1, read=1, deadline=2, attempts=1)
PLAYING = {"sessionKey": "12", "ratingKey": 7, "state": "playing", "viewOffset": "5000"}


@pytest.fixture
def world() -> World:
    world = World()
    world.add_server(world.add_person("alice"))
    world.share(world.add_person("bob"))
    world.add_section("Films", "movie")
    return world


def at(url: str, token: str) -> PlexMediaServer:
    identity = ClientIdentity(identifier="plaxe-test", version="1", device_name="attic")
    return PlexMediaServer(url, identity, token, timing=QUICK)


def listeners_of(world: World) -> int:
    return world.server.announcer.listeners


def next_event(line: Iterator[list[Event]]) -> Event:
    return next(event for events in line for event in events)


def test_a_frame_of_the_websocket_is_wrapped() -> None:
    container = {"type": "playing", "size": 1, "PlaySessionStateNotification": [PLAYING]}
    assert events_of(json.dumps({"NotificationContainer": container})) == [
        Playing(session_key="12", rating_key="7", state="playing", view_offset=5000)
    ]


@pytest.mark.parametrize("data", [PLAYING, {"PlaySessionStateNotification": PLAYING}])
def test_an_event_source_names_the_event_beside_its_data(data: object) -> None:
    (event,) = events_of(json.dumps(data), "playing")
    assert isinstance(event, Playing)
    assert event.rating_key == "7"


def test_ids_of_a_timeline_come_as_numbers_or_as_text() -> None:
    rows = [{"itemID": 7, "sectionID": "1", "state": 9}, {"itemID": "8", "sectionID": -1, "state": 5}]
    found = events_of(json.dumps({"NotificationContainer": {"type": "timeline", "TimelineEntry": rows}}))
    assert [(one.item_id, one.is_gone) for one in found if isinstance(one, Changed)] == [
        ("7", True),
        ("8", False),
    ]


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe", b"[]", b"7", b"{", b"{}", b'{"NotificationContainer": 3}', b'{"type": "playing"}',
     b'{"type": "playing", "PlaySessionStateNotification": 4}',
     b'{"type": "playing", "PlaySessionStateNotification": [4, {"viewOffset": "x"}]}',
     b'{"type": "unheard.of", "Something": [{}]}'],
)  # fmt: skip
def test_garbage_is_no_event(text: bytes) -> None:
    assert events_of(text) == []


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads are not here")
@pytest.mark.parametrize("name", ["events.json", "events-played.json"])
def test_recorded_notifications_are_read_without_a_complaint(name: str) -> None:
    frames = json.loads((RECORDED / name).read_text())
    found = [event for frame in frames for event in events_of(json.dumps({"NotificationContainer": frame}))]
    assert all(isinstance(event, Playing | Changed) for event in found)


@pytest.mark.parametrize("has_event_source", [True, False])
def test_what_happens_on_the_server_comes_over_the_line_it_offers(
    world: World, *, has_event_source: bool
) -> None:
    world.server.has_event_source = has_event_source
    with serve(world) as running:
        line = at(running.server_url(), world.server.access_token).listen(silence=5)
        assert next(line) == []  # the line is open
        until(lambda: listeners_of(world) == 1)
        film = world.add_movie("Heron Lake")
        added = next_event(line)
        session = world.start_session(world.person("bob"), film, view_offset=3000)
        begun = next_event(line)
        line.close()  # type: ignore[attr-defined]  # a generator
    assert isinstance(added, Changed)
    assert (added.item_id, added.section_id) == (film.rating_key, film.section.key)
    assert begun == Playing(
        session_key=session.key, rating_key=film.rating_key, state="playing", view_offset=3000
    )


def until(reached: object) -> None:
    """What the server's own thread does takes a moment."""
    waiting = threading.Event()
    for _ in range(200):
        if reached():  # type: ignore[operator]
            return
        waiting.wait(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("has_event_source", [True, False])
def test_a_line_that_is_cut_ends_with_an_error(world: World, *, has_event_source: bool) -> None:
    world.server.has_event_source = has_event_source
    with serve(world) as running:
        line = at(running.server_url(), world.server.access_token).listen(silence=5)
        next(line)
        until(lambda: listeners_of(world) == 1)
        world.server.announcer.cut()
        with pytest.raises(Unreachable):
            list(line)


def test_a_line_on_which_nothing_is_said_for_too_long_ends(world: World) -> None:
    with serve(world) as running, pytest.raises(Unreachable):
        list(at(running.server_url(), world.server.access_token).listen(silence=0.2))


def test_a_websocket_that_answers_pings_is_alive_however_quiet(world: World) -> None:
    world.server.has_event_source = False
    with serve(world) as running:
        line = at(running.server_url(), world.server.access_token).listen(silence=0.4)
        signs = [next(line) for _ in range(4)]
        line.close()  # type: ignore[attr-defined]  # a generator
    assert signs == [[], [], [], []]


@pytest.mark.parametrize("has_event_source", [True, False])
def test_a_wrong_token_opens_no_line(world: World, *, has_event_source: bool) -> None:
    world.server.has_event_source = has_event_source
    with serve(world) as running, pytest.raises(Unauthorized):
        list(at(running.server_url(), "wrong").listen(silence=1))


def flood() -> Behaviour:
    def behave(connection: object) -> None:
        connection.sendall(head("Content-Type: text/event-stream"))  # type: ignore[attr-defined]
        for _ in range(20):
            connection.sendall(b"data: " + b"x" * 65536)  # type: ignore[attr-defined]

    return behave


def web_page() -> Behaviour:
    return lambda connection: connection.sendall(head("Content-Type: text/html", "Content-Length: 0"))


@pytest.mark.parametrize("behaviour", [flood(), web_page()])
def test_a_stream_that_is_none_ends_with_an_error(behaviour: Behaviour) -> None:
    with listening(behaviour) as listener, pytest.raises(PlexError):
        list(at(listener.url, "token").listen(silence=1))


def test_the_token_goes_in_a_header_and_never_into_the_address() -> None:
    with listening(web_page()) as listener, pytest.raises(PlexError):
        list(at(listener.url, "alices-secret-token").listen(silence=1))
    for request in listener.requests:
        first, _, rest = request.partition(b"\r\n")
        assert b"alices-secret-token" not in first
        assert b"X-Plex-Token: alices-secret-token" in rest
    assert len(listener.requests) == 2
