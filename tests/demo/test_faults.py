import http.client
import json
import time
from collections.abc import Callable

import pytest

from plexclient.demo import Fault, Item, Running, World, serve, small_world
from tests.demo.asking import Client

LISTING = "/library/sections/1/all?X-Plex-Container-Start=0&X-Plex-Container-Size=4"


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    assert holds()


@pytest.fixture(autouse=True)
def movies(world: World) -> list[Item]:
    return [world.add_movie(f"Film {number}", added_at=number) for number in range(1, 7)]


def test_a_status_strikes_as_often_as_told_and_then_no_more(world: World, server: Client) -> None:
    world.faults.add(Fault("status", status=429, headers={"Retry-After": "3"}, times=2))
    answers = [server.get(LISTING) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "3"


def test_only_matching_requests_are_struck(world: World, server: Client) -> None:
    world.faults.add(Fault("status", method="DELETE", path_pattern="^/library/metadata/", times=None))
    assert server.get(LISTING).status == 200
    assert server("DELETE", "/library/metadata/101").status == 500


def test_some_requests_may_pass_first(world: World, server: Client) -> None:
    world.faults.add(Fault("status", after=1))
    assert [server.get(LISTING).status for _ in range(3)] == [200, 500, 200]


def test_html_comes_with_200(world: World, server: Client) -> None:
    world.faults.add(Fault("html"))
    answer = server.get(LISTING)
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")


def test_half_an_answer_is_no_json(world: World, server: Client) -> None:
    world.faults.add(Fault("half"))
    with pytest.raises(json.JSONDecodeError):
        _ = server.get(LISTING).json


def test_a_cut_answer_breaks_off(world: World, server: Client) -> None:
    world.faults.add(Fault("cut"))
    with pytest.raises(http.client.IncompleteRead):
        server.get(LISTING)


def test_a_reset_has_no_effect_and_is_logged_without_an_answer(
    world: World, server: Client, movies: list[Item]
) -> None:
    world.faults.add(Fault("reset", method="DELETE"))
    with pytest.raises(ConnectionError):
        server("DELETE", f"/library/metadata/{movies[0].rating_key}")
    assert movies[0].rating_key in world.server.items
    assert [(call.status, call.delivered) for call in world.deletes] == [(0, False)]


def test_a_reset_afterwards_has_taken_effect(world: World, server: Client, movies: list[Item]) -> None:
    world.faults.add(Fault("reset_after", method="DELETE"))
    with pytest.raises(ConnectionError):
        server("DELETE", f"/library/metadata/{movies[0].rating_key}")
    assert movies[0].rating_key not in world.server.items
    assert [(call.status, call.delivered) for call in world.deletes] == [(200, False)]


def test_a_late_request_takes_effect_although_nobody_waits_for_it_any_more(
    world: World, server: Client, movies: list[Item]
) -> None:
    world.faults.add(Fault("late", method="DELETE", delay=0.3))
    server.timeout = 0.1
    with pytest.raises(TimeoutError):
        server("DELETE", f"/library/metadata/{movies[0].rating_key}")
    assert movies[0].rating_key in world.server.items
    eventually(lambda: movies[0].rating_key not in world.server.items)


def test_a_slow_answer_is_whole(world: World, server: Client) -> None:
    world.faults.add(Fault("slow", delay=0.2))
    started = time.monotonic()
    assert len(server.get(LISTING).rows) == 4
    assert time.monotonic() - started >= 0.2


def test_a_dripping_answer_is_whole_too(world: World, server: Client) -> None:
    world.faults.add(Fault("drip", delay=0.2))
    started = time.monotonic()
    assert len(server.get(LISTING).rows) == 4
    assert time.monotonic() - started >= 0.2


def test_an_empty_answer_looks_honest(world: World, server: Client) -> None:
    world.faults.add(Fault("empty"))
    assert server.get(LISTING).container == {"size": 0, "totalSize": 0}


def test_an_empty_answer_of_plex_tv_looks_honest_too(world: World, cloud: Client) -> None:
    world.faults.add(Fault("empty", times=None))
    assert cloud.get("/api/v2/resources").json == []
    assert not list(cloud.get("/api/users", Accept="application/xml").xml)


def test_an_ignored_filter_gives_the_full_set(world: World, server: Client) -> None:
    world.faults.add(Fault("ignore_filter"))
    path = LISTING + "&addedAt%3E%3E=5"
    assert [server.get(path).container["totalSize"] for _ in range(2)] == [6, 1]


def test_a_short_page_and_a_page_that_repeats_rows(world: World, server: Client) -> None:
    world.faults.add(Fault("short_page"))
    assert len(server.get(LISTING).rows) == 2
    world.faults.add(Fault("repeat_page"))
    second = server.get(LISTING.replace("Start=0", "Start=4"))
    assert [row["title"] for row in second.rows] == ["Film 3", "Film 4", "Film 5", "Film 6"]
    assert second.container["offset"] == 4


def test_an_unknown_fault_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        Fault("flood")  # type: ignore[arg-type]  # the point of the test


def test_a_server_switched_off_refuses_and_comes_back_at_its_address(
    world: World, running: Running, server: Client
) -> None:
    running.switch_off()
    with pytest.raises(ConnectionError):
        server.get("/identity")
    running.switch_on()
    assert server.get("/identity").status == 200


def test_after_a_farewell_connections_are_refused_until_it_is_switched_on_again(
    world: World, running: Running, server: Client
) -> None:
    world.faults.add(Fault("farewell", after=1))
    assert [server.get("/identity").status for _ in range(2)] == [200, 200]
    with pytest.raises(ConnectionRefusedError):
        server.get("/identity")
    running.switch_on()
    assert server.get("/identity").status == 200


def test_stopping_does_not_wait_for_hanging_answers() -> None:
    world = small_world()
    world.faults.add(Fault("timeout", times=None))
    started = time.monotonic()
    with serve(world) as running:
        hanging = http.client.HTTPConnection(running.server_url().removeprefix("http://"), timeout=5)
        hanging.request("GET", "/identity")
        time.sleep(0.05)
    assert time.monotonic() - started < 1
    hanging.close()
