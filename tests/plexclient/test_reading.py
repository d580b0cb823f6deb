import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from responses import RequestsMock

from plexclient.decoding import Page
from plexclient.errors import BadResponse, Forbidden
from plexclient.http import Answer
from plexclient.paging import KeySet, Reading
from plexclient.server import HISTORY, METADATA, PlexMediaServer
from plexclient.types import ItemType, Metadata, Play

Answers = Callable[..., None]

SERVER = "http://plex.example:32400"
ALL = "/library/sections/1/all"


def movies(first: int, last: int) -> list[dict[str, Any]]:
    return [
        {"ratingKey": str(key), "type": "movie", "title": f"Movie {key}"} for key in range(first, last + 1)
    ]


def page(*rows: Any, **container: Any) -> dict[str, Any]:
    return {"size": len(rows), **({"Metadata": list(rows)} if rows else {}), **container}


def read(server: PlexMediaServer, page_size: int = 3) -> tuple[Reading[Metadata], list[str]]:
    reading = server.items("1", ItemType.MOVIE, page_size=page_size)
    return reading, [item.rating_key for item in reading]


def test_a_listing_is_read_page_by_page_as_it_is_gone_through(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers
) -> None:
    listing(ALL, movies(1, 7))
    reading = server.items("1", ItemType.MOVIE, page_size=3)
    assert not wire.calls
    pages = reading.pages()
    assert [item.title for item in next(pages)] == ["Movie 1", "Movie 2", "Movie 3"]
    assert len(wire.calls) == 1
    assert not reading.complete
    assert [len(one) for one in pages] == [3, 1]
    assert (reading.rows, reading.total, reading.skipped, reading.complete) == (7, 7, 0, True)
    starts = [call.request.headers["X-Plex-Container-Start"] for call in wire.calls]
    assert starts == ["0", "3", "6"]
    assert {call.request.headers["X-Plex-Container-Size"] for call in wire.calls} == {"3"}


def test_a_reading_can_be_gone_through_once_only(server: PlexMediaServer, listing: Answers) -> None:
    listing(ALL, movies(1, 2))
    reading, keys = read(server)
    assert keys == ["1", "2"]
    assert list(reading) == []


def test_a_reading_left_early_is_not_complete(server: PlexMediaServer, listing: Answers) -> None:
    listing(ALL, movies(1, 7))
    reading = server.items("1", ItemType.MOVIE, page_size=3)
    next(iter(reading))
    assert not reading.complete


def test_an_empty_listing_is_complete(server: PlexMediaServer, container: Answers) -> None:
    container(ALL, {"size": 0, "totalSize": 0})
    reading, keys = read(server)
    assert (keys, reading.complete) == ([], True)


def test_an_empty_listing_without_a_total_is_complete(server: PlexMediaServer, container: Answers) -> None:
    container(ALL, {"size": 0})
    reading, keys = read(server)
    assert (keys, reading.complete) == ([], True)


def test_without_a_total_only_an_empty_page_proves_the_end(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers
) -> None:
    listing(ALL, movies(1, 4), total=False)
    reading, keys = read(server)
    assert (len(keys), reading.total, reading.complete) == (4, None, True)
    assert len(wire.calls) == 3


def test_the_total_may_stand_in_a_header(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, page(*movies(1, 2)), headers={"X-Plex-Container-Total-Size": "2"})
    reading, _ = read(server)
    assert (reading.total, reading.complete) == (2, True)
    assert len(wire.calls) == 1


def test_pages_shorter_than_asked_for_are_followed_up(server: PlexMediaServer, container: Answers) -> None:
    container(
        ALL,
        page(*movies(1, 2), totalSize=5),
        page(*movies(3, 3), totalSize=5),
        page(*movies(4, 5), totalSize=5),
    )
    reading, keys = read(server)
    assert keys == ["1", "2", "3", "4", "5"]
    assert reading.complete


def test_a_total_that_is_too_low_ends_nothing(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    pages = (movies(1, 3), movies(4, 6), movies(7, 8), movies(9, 8))
    container(ALL, *(page(*rows, totalSize=4) for rows in pages))
    reading, keys = read(server)
    assert (len(keys), reading.complete) == (8, True)
    assert len(wire.calls) == 4


def test_a_total_that_is_too_low_proves_nothing_where_rows_come_again(
    server: PlexMediaServer, container: Answers
) -> None:
    pages = (movies(1, 3), movies(1, 3))
    container(ALL, *(page(*rows, totalSize=2) for rows in pages))
    reading, _ = read(server)
    assert not reading.complete


def test_an_empty_page_before_the_total_is_reached_is_incomplete(
    server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, page(*movies(1, 3), totalSize=5), page(totalSize=5))
    reading, keys = read(server)
    assert (len(keys), reading.complete) == (3, False)


def test_an_empty_first_page_of_many_is_incomplete(server: PlexMediaServer, container: Answers) -> None:
    container(ALL, page(totalSize=500))
    reading, keys = read(server)
    assert (keys, reading.complete) == ([], False)


def test_a_page_that_repeats_a_row_does_not_pass_for_complete(
    server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, page(*movies(1, 3), totalSize=6), page(*movies(3, 5), totalSize=6), page(totalSize=6))
    reading, keys = read(server)
    assert len(keys) == 6
    assert (reading.rows, reading.complete) == (6, False)


def test_a_row_pushed_back_by_a_repeated_one_is_still_fetched(
    server: PlexMediaServer, container: Answers
) -> None:
    container(
        ALL,
        page(*movies(1, 3), totalSize=5),
        page(*movies(3, 4), totalSize=5),
        page(*movies(5, 5), totalSize=5),
    )
    reading, keys = read(server)
    assert keys == ["1", "2", "3", "3", "4", "5"]
    assert reading.complete


@pytest.mark.parametrize("total", [{"totalSize": 9}, {}])
def test_a_server_that_always_sends_the_same_page_ends_incomplete(
    wire: RequestsMock, server: PlexMediaServer, container: Answers, total: Any
) -> None:
    container(ALL, page(*movies(1, 3), **total))
    reading, keys = read(server)
    assert len(keys) == 6
    assert not reading.complete
    assert len(wire.calls) == 2


@pytest.mark.parametrize("total", [{"totalSize": 9}, {}])
def test_a_server_that_goes_round_in_a_circle_ends_incomplete(
    wire: RequestsMock, server: PlexMediaServer, container: Answers, total: Any
) -> None:
    first, second = page(*movies(1, 3), **total), page(*movies(4, 6), **total)
    container(ALL, first, second, first, second, first)
    reading, _ = read(server)
    assert not reading.complete
    assert len(wire.calls) == 3


def test_a_total_that_grows_meanwhile_is_followed(server: PlexMediaServer, container: Answers) -> None:
    container(ALL, page(*movies(1, 3), totalSize=4), page(*movies(4, 5), totalSize=5))
    reading, keys = read(server)
    assert (len(keys), reading.total, reading.complete) == (5, 5, True)


def test_a_list_that_shrinks_meanwhile_may_have_moved_past_us(
    server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, page(*movies(1, 3), totalSize=7), page(*movies(5, 6), totalSize=5), page(totalSize=5))
    reading, keys = read(server)
    assert (len(keys), reading.total, reading.complete) == (5, 5, False)


def test_an_odd_row_costs_itself_and_completeness_only(server: PlexMediaServer, container: Answers) -> None:
    rows = [
        *movies(1, 2),
        {"title": "no key"},
        {"ratingKey": "4", "viewOffset": "half"},
        "nonsense",
        *movies(6, 6),
    ]
    container(ALL, page(*rows, totalSize=6))
    reading, keys = read(server, page_size=10)
    assert keys == ["1", "2", "6"]
    assert (reading.rows, reading.skipped, reading.complete) == (6, 3, False)


def test_a_page_of_odd_rows_does_not_hide_the_next_one(server: PlexMediaServer, container: Answers) -> None:
    odd = [{"title": "?"}] * 3
    container(ALL, page(*odd, totalSize=5), page(*movies(4, 5), totalSize=5))
    reading, keys = read(server)
    assert keys == ["4", "5"]
    assert (reading.skipped, reading.complete) == (3, False)


def test_rows_announced_but_not_sent_are_missing(server: PlexMediaServer, container: Answers) -> None:
    container(ALL, {"size": 5})
    reading, keys = read(server)
    assert (keys, reading.skipped, reading.complete) == ([], 5, False)


def test_an_answer_without_rows_or_their_number_is_no_proof_of_emptiness(
    server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, {})
    with pytest.raises(BadResponse):
        read(server)


@pytest.mark.parametrize(
    "body",
    [
        "<html>sign in</html>",
        '{"MediaContainer": {"size": 1, "Metadata": [{"ratingKey": "1"',
        '{"size": 0}',
        "[]",
        "null",
        "",
        '"MediaContainer"',
        '{"MediaContainer": []}',
        '{"MediaContainer": {"size": "many"}}',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_a_container_is_a_bad_response(
    wire: RequestsMock, server: PlexMediaServer, body: Any
) -> None:
    wire.get(SERVER + ALL, body=body, content_type="application/json")
    with pytest.raises(BadResponse) as caught:
        read(server)
    assert "plex.example:32400" in str(caught.value)


def test_an_error_in_the_middle_leaves_the_reading_incomplete(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    container(ALL, page(*movies(1, 3), totalSize=9))
    wire.get(SERVER + ALL, status=403)
    reading = server.items("1", ItemType.MOVIE, page_size=3)
    with pytest.raises(Forbidden):
        list(reading)
    assert (reading.rows, reading.complete) == (3, False)


def test_the_all_episodes_entry_is_neither_a_row_nor_a_loss(
    server: PlexMediaServer, container: Answers
) -> None:
    everything = {"key": "/library/metadata/9/allLeaves", "title": "All episodes", "leafCount": 3}
    seasons = [{"ratingKey": "10", "type": "season"}, {"ratingKey": "11", "type": "season"}]
    container(
        "/library/metadata/9/children",
        {"size": 3, "totalSize": 3, "Directory": [everything], "Metadata": seasons},
        {"size": 3, "totalSize": 3, "Metadata": [everything, *seasons]},
    )
    for _ in range(2):
        reading = server.children("9")
        assert [season.rating_key for season in reading] == ["10", "11"]
        assert (reading.rows, reading.skipped, reading.complete) == (2, 0, True)


def test_any_other_entry_beside_the_rows_is_one_we_do_not_understand(
    server: PlexMediaServer, container: Answers
) -> None:
    container(
        "/library/metadata/9/children", {"size": 2, "Directory": [{"title": "?"}], "Metadata": movies(1, 1)}
    )
    reading = server.children("9")
    assert len(list(reading)) == 2
    assert not reading.complete


def test_keys_are_told_apart() -> None:
    keys = KeySet()
    for key in ["1", "2", "1", "/status/sessions/history/3", "x", "x", "-1 None a/2", "9" * 30, "256", "٣"]:
        keys.add(key)
    assert keys.count == 7


def test_a_long_history_stays_small_in_memory() -> None:
    def fetch(start: int) -> Page[Play]:
        rows = [{"historyKey": f"/status/sessions/history/{start + n}", "viewedAt": 1} for n in range(1000)]
        body = {"MediaContainer": {"size": len(rows), "totalSize": 50_000, "Metadata": rows}}
        return HISTORY.read(Answer("plex.example", {}, json.dumps(body).encode()))

    tracemalloc.start()
    try:
        reading = Reading(fetch, lambda play: play.history_key)
        assert sum(len(rows) for rows in reading.pages()) == 50_000
        assert reading.complete
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_one_odd_row_in_a_page_is_found_without_losing_its_neighbours() -> None:
    body = {"MediaContainer": {"size": 3, "Metadata": [*movies(1, 1), {"ratingKey": None}, *movies(3, 3)]}}
    found = METADATA.read(Answer("plex.example", {}, json.dumps(body).encode()))
    assert [row.rating_key for row in found.rows] == ["1", "3"]
    assert (found.received, found.skipped) == (3, 1)


@pytest.mark.parametrize(
    ("cut", "read_as"),
    [
        (r"A\ud83d", "A\ufffd"),
        (r"\ude00B", "\ufffdB"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\ud83dx\ude00", "\ufffdx\ufffd"),
    ],
)
def test_half_a_character_in_one_title_spoils_neither_page_nor_title(
    wire: RequestsMock, server: PlexMediaServer, cut: str, read_as: str
) -> None:
    body = json.dumps({"MediaContainer": page(*movies(1, 2), totalSize=2)}).replace("Movie 1", cut)
    wire.get(SERVER + ALL, body=body, content_type="application/json")
    reading = server.items("1", ItemType.MOVIE)
    assert [item.title for item in reading] == [read_as, "Movie 2"]
    assert reading.complete


def plays(*numbers: int) -> list[dict[str, Any]]:
    return [{"historyKey": f"/status/sessions/history/{n}", "ratingKey": "7", "viewedAt": n} for n in numbers]


@pytest.mark.parametrize(
    ("pages", "complete"),
    [
        ([plays(1, 2, 2, 2)], True),  # one view, written down thrice
        ([plays(1, 2), plays(2, 3)], True),  # twins on both sides of a page's edge
        ([plays(1, 2), plays(2, 2)], True),
        ([plays(1, 2), plays(1, 2)], False),  # the same page again
        ([plays(1, 2, 3), plays(2)], False),  # a row pushed in from before
    ],
)
def test_a_history_that_holds_a_view_twice_is_complete_and_one_that_repeats_a_page_is_not(
    server: PlexMediaServer, container: Answers, pages: list[list[dict[str, Any]]], complete: bool
) -> None:
    container(
        "/status/sessions/history/all", *(page(*rows, totalSize=4) for rows in pages), page(totalSize=4)
    )
    reading = server.history()
    assert len(list(reading)) == 4
    assert reading.complete is complete


def test_a_twin_that_comes_for_ever_ends_somewhere(server: PlexMediaServer, wire: RequestsMock) -> None:
    wire.get(SERVER + "/status/sessions/history/all", json={"MediaContainer": page(*plays(1))})
    reading = server.history()
    assert len(list(reading)) == 2
    assert not reading.complete
