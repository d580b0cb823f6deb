from plexclient.demo import generate, serve
from plexclient.demo.cast import leaves
from tests.demo.asking import Client

HISTORY = "/status/sessions/history/all?sort=viewedAt:{}&X-Plex-Container-Start={}&X-Plex-Container-Size={}"


def test_it_has_about_as_many_items_and_exactly_as_many_plays() -> None:
    world = generate(items=1_000, history_rows=5_000, viewers=6)
    assert 970 <= len(world.server.items) <= 1_000
    assert len(world.people) == 6
    assert len(world.server.history) == 5_000
    times = [row.viewed_at for row in world.server.history]
    assert times == sorted(times)
    seen = {(row.account_id, row.rating_key) for row in world.server.history}
    assert {account for account, _ in seen} == {world.server.account_id(person) for person in world.people}
    assert len({key for _, key in seen}) == len(leaves(world))


def test_a_million_plays_are_paged_without_being_made() -> None:
    world = generate(items=100, history_rows=1_000_000)
    with serve(world) as running:
        server = Client(running.server_url(), world.server.access_token)
        last = server.get(HISTORY.format("asc", 999_999, 10))
        assert [row["historyKey"] for row in last.rows] == ["/status/sessions/history/1000000"]
        assert server.get(HISTORY.format("desc", 0, 1)).rows == last.rows
        since = HISTORY.format("asc", 0, 2) + f"&viewedAt%3E={last.rows[0]['viewedAt']}"
        assert server.get(since).container["totalSize"] < 100


def test_what_is_played_later_stands_at_the_end() -> None:
    world = generate(items=100, history_rows=50)
    item = leaves(world)[0]
    world.play(world.person("bob"), item)
    assert world.server.history[-1].id == 51
    assert world.server.history[-1].rating_key == item.rating_key
