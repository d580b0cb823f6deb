from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from plexclient.demo import Item, Person, World
from tests.demo.asking import Client

AsPerson = Callable[[str], Client]
HISTORY = "/status/sessions/history/all"


@pytest.fixture
def movie(world: World) -> Item:
    return world.add_movie("Paper Harbour", added_at=1_000)


@pytest.fixture
def show(world: World) -> Item:
    return world.add_show("Night Bus")


@pytest.fixture
def season(world: World, show: Item) -> Item:
    return world.add_season(show)


@pytest.fixture
def episode(world: World, season: Item) -> Item:
    return world.add_episode(season)


def test_a_play_is_a_row_of_the_history_with_the_types_of_plex(
    server: Client, world: World, bob: Person, movie: Item
) -> None:
    world.play(bob, movie, at=datetime.fromtimestamp(1_700_000_000, UTC))
    row = server.get(HISTORY).rows[0]
    assert (row["accountID"], row["viewedAt"]) == (bob.plex_id, 1_700_000_000)
    assert (row["ratingKey"], row["librarySectionID"]) == (movie.rating_key, "1")
    assert row["historyKey"] == "/status/sessions/history/1"


def test_the_owner_is_account_1(server: Client, world: World, alice: Person, movie: Item) -> None:
    world.play(alice, movie)
    assert server.get(HISTORY).rows[0]["accountID"] == 1


def test_rows_of_episodes_have_paths_but_no_keys_of_their_parents(
    server: Client, world: World, bob: Person, season: Item, episode: Item
) -> None:
    world.play(bob, episode)
    row = server.get(HISTORY).rows[0]
    assert row["parentKey"] == f"/library/metadata/{season.rating_key}"
    assert not {"parentRatingKey", "grandparentRatingKey"} & row.keys()


def test_rows_of_deleted_items_lose_their_keys_and_keep_the_rest(
    server: Client, world: World, bob: Person, episode: Item
) -> None:
    world.play(bob, episode)
    world.delete(episode)
    row = server.get(HISTORY).rows[0]
    assert not {"key", "ratingKey", "parentKey", "grandparentKey"} & row.keys()
    assert (row["grandparentTitle"], row["accountID"]) == ("Night Bus", bob.plex_id)


def test_history_is_oldest_first_and_sortable(server: Client, world: World, bob: Person, movie: Item) -> None:
    for moment in (3_000, 1_000, 2_000):
        world.play(bob, movie, at=moment)
    assert [row["viewedAt"] for row in server.get(HISTORY + "?sort=viewedAt:desc").rows] == [
        3_000,
        2_000,
        1_000,
    ]
    assert [row["viewedAt"] for row in server.get(HISTORY + "?sort=viewedAt:asc").rows] == [
        1_000,
        2_000,
        3_000,
    ]
    assert [row["historyKey"][-1] for row in server.get(HISTORY).rows] == ["1", "2", "3"]


@pytest.mark.parametrize("in_order", [True, False])
def test_history_since_a_moment_is_inclusive(
    server: Client, world: World, bob: Person, movie: Item, in_order: bool
) -> None:
    for moment in (1_000, 2_000, 3_000) if in_order else (3_000, 1_000, 2_000):
        world.play(bob, movie, at=moment)
    answer = server.get(HISTORY + "?viewedAt%3E=2000&sort=viewedAt:asc&X-Plex-Container-Size=1")
    assert (answer.container["totalSize"], answer.rows[0]["viewedAt"]) == (2, 2_000)


@pytest.mark.parametrize("wire", ["viewedAt%3E%3D=2000", "mindate=2000"])
def test_history_ignores_what_it_does_not_know(
    server: Client, world: World, bob: Person, movie: Item, wire: str
) -> None:
    world.play(bob, movie, at=1_000)
    assert len(server.get(f"{HISTORY}?{wire}").rows) == 1


def test_milliseconds_match_nothing(server: Client, world: World, bob: Person, movie: Item) -> None:
    world.play(bob, movie)
    assert server.get(HISTORY + "?viewedAt%3E=1700000000000").rows == []


def test_history_of_one_account_one_show(
    server: Client, world: World, alice: Person, bob: Person, movie: Item, show: Item, episode: Item
) -> None:
    for person in (alice, bob):
        for item in (movie, episode):
            world.play(person, item)
    assert len(server.get(HISTORY + "?accountID=1").rows) == 2
    rows = server.get(f"{HISTORY}?metadataItemID={show.rating_key}&accountID=1").rows
    assert [row["type"] for row in rows] == ["episode"]


def test_guests_see_their_own_rows_or_none(
    server: Client, world: World, alice: Person, bob: Person, movie: Item, as_person: AsPerson
) -> None:
    world.play(alice, movie)
    world.play(bob, movie)
    assert [row["accountID"] for row in as_person("bob").get(HISTORY).rows] == [bob.plex_id]
    world.server.guest_history_status = 401
    assert as_person("bob").get(HISTORY).status == 401


def test_marking_writes_no_history(
    server: Client, world: World, bob: Person, movie: Item, as_person: AsPerson
) -> None:
    world.mark_watched(bob, movie)
    assert server.get(HISTORY).rows == []
    assert as_person("bob").get("/library/sections/1/all?unwatched=0").keys == [movie.rating_key]


def test_everybody_sees_only_his_own_state(
    server: Client, world: World, bob: Person, movie: Item, as_person: AsPerson
) -> None:
    world.play(bob, movie)
    assert as_person("bob").get("/library/sections/1/all").rows[0]["viewCount"] == 1
    assert not {"viewCount", "lastViewedAt"} & server.get("/library/sections/1/all").rows[0].keys()


def test_half_a_play_leaves_an_offset_and_no_count(
    server: Client, world: World, bob: Person, movie: Item, as_person: AsPerson
) -> None:
    world.play(bob, movie, fraction=0.5)
    row = as_person("bob").get("/library/sections/1/all").rows[0]
    assert row["viewOffset"] == movie.duration // 2
    assert "lastViewedAt" in row
    assert "viewCount" not in row
    assert as_person("bob").get("/library/sections/1/all?unwatched=0").rows == []
    assert server.get(HISTORY).rows == []


def test_unmarking_clears_the_state_and_keeps_the_history(
    server: Client, world: World, bob: Person, movie: Item, as_person: AsPerson
) -> None:
    world.play(bob, movie)
    as_person("bob")("PUT", f"/:/unscrobble?identifier=x&key={movie.rating_key}")
    assert "lastViewedAt" not in as_person("bob").get("/library/sections/1/all").rows[0]
    assert len(server.get(HISTORY).rows) == 1


def test_a_title_added_again_is_watched_at_once(
    server: Client, world: World, alice: Person, movie: Item
) -> None:
    world.play(alice, movie)
    world.delete(movie)
    again = world.add_movie("Paper Harbour")
    assert server.get("/library/sections/1/all?unwatched=0").keys == [again.rating_key]


def test_one_work_in_two_sections_shares_its_state(
    server: Client, world: World, alice: Person, movie: Item
) -> None:
    other = world.add_movie("Paper Harbour", section=world.add_section("Classics", "movie"))
    world.play(alice, movie)
    assert server.get("/library/sections/3/all?unwatched=0").keys == [other.rating_key]


def test_a_started_show_is_not_unwatched_and_counts_only_for_its_viewer(
    server: Client, world: World, bob: Person, season: Item, episode: Item, as_person: AsPerson
) -> None:
    world.add_episode(season)
    world.play(bob, episode)
    shows = as_person("bob").get("/library/sections/2/all?type=2&unwatched=0").rows
    assert [(show["leafCount"], show["viewedLeafCount"]) for show in shows] == [(2, 1)]
    assert server.get("/library/sections/2/all?type=2").rows[0]["viewedLeafCount"] == 0


def test_sessions_name_the_user_by_a_string(
    server: Client, world: World, alice: Person, bob: Person, movie: Item
) -> None:
    assert "Metadata" not in server.get("/status/sessions").container
    world.start_session(bob, movie)
    playing = world.start_session(alice, movie)
    rows = server.get("/status/sessions").rows
    assert [row["User"]["id"] for row in rows] == [str(bob.plex_id), "1"]
    world.stop_session(playing)
    assert len(server.get("/status/sessions").rows) == 1


def test_sessions_are_for_the_owner(as_person: AsPerson) -> None:
    assert as_person("bob").get("/status/sessions").status == 403
