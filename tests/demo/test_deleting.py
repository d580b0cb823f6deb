from collections.abc import Callable

import pytest

from plexclient.demo import Item, World
from tests.demo.asking import Client

AsPerson = Callable[[str], Client]


@pytest.fixture
def movie(world: World) -> Item:
    return world.add_movie("Paper Harbour")


def path(item: Item) -> str:
    return f"/library/metadata/{item.rating_key}"


def test_a_deleted_item_is_gone_and_the_call_is_logged(world: World, server: Client, movie: Item) -> None:
    assert server("DELETE", path(movie)).status == 200
    assert server.get(path(movie)).status == 404
    assert [(call.rating_key, call.status) for call in world.deletes] == [(movie.rating_key, 200)]


def test_deleting_again_is_404(server: Client, movie: Item) -> None:
    server("DELETE", path(movie))
    assert server("DELETE", path(movie)).status == 404


def test_only_the_owner_deletes(world: World, server: Client, as_person: AsPerson, movie: Item) -> None:
    assert as_person("bob")("DELETE", path(movie)).status == 403
    server.token = "made-up"
    assert server("DELETE", path(movie)).status == 401
    assert [call.status for call in world.deletes] == [403, 401]
    assert movie.rating_key in world.server.items


def test_deleting_is_forbidden_while_the_setting_is_off(world: World, server: Client, movie: Item) -> None:
    world.server.allow_media_deletion = False
    assert server("DELETE", path(movie)).status == 403


def test_files_that_cannot_be_removed_are_400(world: World, server: Client, movie: Item) -> None:
    world.server.read_only = True
    assert server("DELETE", path(movie)).status == 400
    assert server.get(path(movie)).status == 200


def test_the_last_episode_takes_its_season_and_show_along(world: World, server: Client) -> None:
    show = world.add_show("Night Bus")
    season = world.add_season(show)
    first, last = world.add_episode(season), world.add_episode(season)
    server("DELETE", path(first))
    assert server.get(path(show)).rows[0]["leafCount"] == 1
    server("DELETE", path(last))
    assert [server.get(path(item)).status for item in (season, show)] == [404, 404]


def test_some_servers_keep_empty_shows_until_they_scan(world: World, server: Client) -> None:
    world.server.scans_at_once = False
    show = world.add_show("Night Bus")
    server("DELETE", path(world.add_episode(world.add_season(show))))
    assert server.get(path(show)).status == 200
    world.scan()
    assert server.get(path(show)).status == 404


def test_a_show_takes_everything_below_it(world: World, server: Client) -> None:
    show = world.add_show("Night Bus")
    episode = world.add_episode(world.add_season(show))
    assert server("DELETE", path(show)).status == 200
    assert server.get(path(episode)).status == 404


@pytest.mark.parametrize("at_once", [True, False])
def test_a_shared_file_is_gone_for_both_episodes(world: World, server: Client, at_once: bool) -> None:
    world.server.scans_at_once = at_once
    season = world.add_season(world.add_show("Bramble Court"))
    one, other = (world.add_episode(season, file="/media/double.mkv") for _ in range(2))
    server("DELETE", path(one))
    answer = server.get(path(other) + "?checkFiles=1")
    assert answer.status == (404 if at_once else 200)
    if not at_once:
        assert answer.rows[0]["Media"][0]["Part"][0]["exists"] is False


def test_one_version_can_go_alone(world: World, server: Client, movie: Item) -> None:
    extra = world.add_version(movie, size=5)
    assert len(server.get(path(movie)).rows[0]["Media"]) == 2
    assert server("DELETE", f"{path(movie)}/media/{extra.id}").status == 200
    assert len(server.get(path(movie)).rows[0]["Media"]) == 1
    assert server("DELETE", f"{path(movie)}/media/{extra.id}").status == 404


def test_optimised_versions_say_so(world: World, server: Client, movie: Item) -> None:
    world.add_version(movie, proxy_type=42)
    assert [media.get("proxyType") for media in server.get(path(movie)).rows[0]["Media"]] == [None, 42]


def test_swapped_keys_name_other_items(world: World, server: Client, movie: Item) -> None:
    other = world.add_movie("Glass Orchard")
    before = path(movie)
    world.swap_keys(movie, other)
    assert server.get(before).rows[0]["title"] == "Glass Orchard"


def test_a_version_goes_although_the_file_of_another_is_missing(
    world: World, server: Client, movie: Item
) -> None:
    extra = world.add_version(movie)
    world.server.missing_files.update(movie.media[0].files)
    assert server("DELETE", f"{path(movie)}/media/{movie.media[0].id}").status == 400
    assert server("DELETE", f"{path(movie)}/media/{extra.id}").status == 200


def test_the_last_version_takes_its_title_along(server: Client, movie: Item) -> None:
    assert server("DELETE", f"{path(movie)}/media/{movie.media[0].id}").status == 200
    assert server.get(path(movie)).status == 404


def test_deleting_a_version_is_forbidden_while_the_setting_is_off(
    world: World, server: Client, movie: Item
) -> None:
    world.server.allow_media_deletion = False
    assert server("DELETE", f"{path(movie)}/media/{movie.media[0].id}").status == 403


def test_a_version_in_a_shared_file_goes_for_both_episodes(world: World, server: Client) -> None:
    season = world.add_season(world.add_show("Bramble Court"))
    one, other = (world.add_episode(season) for _ in range(2))
    for each in (one, other):
        world.add_version(each, file="/media/double.mkv")
    server("DELETE", f"{path(one)}/media/{one.media[1].id}")
    assert [len(each.media) for each in (one, other)] == [1, 1]
