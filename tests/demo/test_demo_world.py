import json
import signal
import subprocess
import sys
import time
from urllib.parse import quote

from plexclient.demo import Player, demo_world, serve
from plexclient.demo.cast import at_home, leaves
from plexclient.demo.pictures import portrait, poster
from tests.demo.asking import Client

COMMAND = [sys.executable, "-m", "plexclient.demo"]


def test_forty_titles_and_seven_people() -> None:
    world = demo_world()
    titles = [item for item in world.server.items.values() if item.type in {"movie", "show"}]
    assert (len(titles), len(world.people)) == (40, 7)
    assert [person.title for person in world.people[:2]] == ["Alice", "Bob"]
    assert [person.title for person in at_home(world) if person.restricted] == ["Mia"]


def test_the_same_seed_makes_the_same_world() -> None:
    def told(seed: int) -> list[tuple[str, int]]:
        world = demo_world(seed, clock=lambda: 1_800_000_000)
        return [(row.title, row.viewed_at) for row in world.server.history]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_the_plays_of_the_past_spread_over_two_weeks() -> None:
    world = demo_world()
    days = {(world.now() - row.viewed_at) // 86_400 for row in world.server.history}
    assert len(days) > 10


def test_nothing_has_been_seen_by_the_whole_home_nor_before_it_was_added() -> None:
    world = demo_world()
    for item in leaves(world):
        states = [world.server.state(person, item) for person in at_home(world)]
        assert not all(state and state.view_count for state in states)
    assert all(row.viewed_at > world.server.items[row.rating_key].added_at for row in world.server.history)


def test_the_first_thirty_plays_finish_several_movies_and_episodes_for_the_home() -> None:
    world = demo_world()
    player = Player(world)
    for _ in range(30):
        player.play_one()
    finished = [
        item.type
        for item in leaves(world)
        if all((state := world.server.state(p, item)) and state.view_count for p in at_home(world))
    ]
    assert finished.count("movie") >= 5
    assert finished.count("episode") >= 5


def test_when_all_has_been_seen_something_new_arrives() -> None:
    world = demo_world()
    for item in leaves(world):
        for person in at_home(world):
            world.mark_watched(person, item)
    before = len(world.server.items)
    Player(world).play_one()
    assert len(world.server.items) == before + 1


def test_nobody_goes_on_with_a_title_that_was_deleted() -> None:
    world = demo_world()
    player = Player(world)
    _, item = player.play_one()
    world.delete(item)
    later = [player.play_one()[1] for _ in range(10)]
    assert item not in later


def test_the_player_shows_a_session_and_then_a_play() -> None:
    world = demo_world()
    before = len(world.server.history)
    with Player(world, interval=0.06, session=0.04):
        deadline = time.monotonic() + 5
        seen_playing = False
        while time.monotonic() < deadline and not (seen_playing and len(world.server.history) > before + 2):
            seen_playing = seen_playing or bool(world.server.sessions)
            time.sleep(0.005)
    assert seen_playing
    assert len(world.server.history) > before + 2
    assert world.server.sessions == []


def test_posters_are_the_same_for_the_same_title_and_quick() -> None:
    started = time.monotonic()
    assert poster("plex://movie/1", 120, 180) == poster("plex://movie/1", 120, 180)
    assert poster("plex://movie/1", 120, 180) != poster("plex://movie/2", 120, 180)
    assert portrait("uuid", "B").startswith(b"\x89PNG")
    assert time.monotonic() - started < 2


def test_the_sign_in_page_shows_everybody_and_links_the_pin() -> None:
    world = demo_world()
    with serve(world) as running:
        page, cloud = Client(running.app_url), Client(running.plex_tv_url)
        shown = page.get("/auth").body.decode()
        assert all(f'value="{person.plex_id}"' in shown for person in world.people)
        assert f'src="{running.plex_tv_url}/users/{world.people[0].uuid}/avatar"' in shown
        pin = cloud("POST", "/api/v2/pins?strong=true").json
        answer = page(
            "POST", "/auth/link", body=_choice(pin["code"], world.people[3].plex_id, "http://here/back")
        )
        assert (answer.status, answer.headers["Location"]) == (303, "http://here/back")
        cloud.token = cloud.get(f"/api/v2/pins/{pin['id']}").json["authToken"]
        assert cloud.get("/api/v2/user").json["username"] == "carol"


def test_without_a_way_back_the_window_may_be_closed() -> None:
    world = demo_world()
    with serve(world) as running:
        page, cloud = Client(running.app_url), Client(running.plex_tv_url)
        code = cloud("POST", "/api/v2/pins").json["code"]
        answer = page(
            "POST", "/auth/link", body=_choice(code.lower(), world.people[0].plex_id, "javascript:1")
        )
        assert b"You may close this window" in answer.body
        assert page("POST", "/auth/link", body=_choice("nothing", world.people[0].plex_id, "")).status == 404


def _choice(code: str, plex_id: int, forward: str) -> str:
    return f"code={code}&person={plex_id}&forwardUrl={quote(forward, safe='')}"


def test_alone_it_prints_its_addresses_and_stops_at_once() -> None:
    with subprocess.Popen([*COMMAND, "--no-plays"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert Client(told["server_url"]).get("/identity").status == 200
        assert Client(told["plex_tv_url"]).get("/api/v2/user").status == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=3) == 0


def test_it_ends_when_its_parent_closes_the_pipe() -> None:
    command = [*COMMAND, "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=3) == 0
