from collections.abc import Callable

import pytest

from plexclient.demo import Item, Person, World
from tests.demo.asking import Client

AsPerson = Callable[[str], Client]
PAGE = "X-Plex-Container-Start={}&X-Plex-Container-Size={}"


@pytest.fixture
def movies(world: World) -> list[Item]:
    return [world.add_movie(f"Film {number}", added_at=1_000 * number) for number in range(1, 8)]


@pytest.fixture
def show(world: World) -> Item:
    show = world.add_show("Odd Sundays")
    for _ in range(2):
        season = world.add_season(show)
        for _ in range(2):
            world.add_episode(season)
    return show


def test_identity_needs_no_token(server: Client, world: World) -> None:
    server.token = ""
    assert server.get("/identity").container["machineIdentifier"] == world.server.machine_identifier


def test_everything_else_does_and_the_refusal_is_html(server: Client) -> None:
    server.token = ""
    answer = server.get("/library/sections")
    assert (answer.status, answer.headers.get_content_type()) == (401, "text/html")
    assert b"<h1>401 Unauthorized</h1>" in answer.body


def test_plex_tv_tokens_of_others_than_the_owner_are_refused(
    server: Client, alice: Person, bob: Person, carol: Person
) -> None:
    statuses = []
    for person in (alice, bob, carol):
        server.token = person.token
        statuses.append(server.get("/library/sections").status)
    assert statuses == [200, 401, 401]


def test_the_permission_to_delete_is_missing_when_off_or_asked_by_others(
    world: World, server: Client, as_person: AsPerson
) -> None:
    assert server.get("/").container["allowMediaDeletion"] is True
    assert "allowMediaDeletion" not in as_person("bob").get("/").container
    world.server.allow_media_deletion = False
    assert "allowMediaDeletion" not in server.get("/").container


def test_without_asking_for_json_it_is_xml(world: World, server: Client, movies: list[Item]) -> None:
    answer = server.get("/library/sections/1/all", Accept="*/*")
    assert (answer.xml[0].tag, answer.xml[0].get("title")) == ("Video", "Film 1")
    assert [part.get("size") for part in answer.xml[0].iter("Part")] == ["2400000000"]


def test_sections_are_those_shared_and_others_are_forbidden(
    world: World, server: Client, as_person: AsPerson, carol: Person
) -> None:
    assert [row["key"] for row in server.get("/library/sections").container["Directory"]] == ["1", "2"]
    world.share(carol, sections=[world.server.sections[0]])
    friend = as_person("carol")
    assert [row["key"] for row in friend.get("/library/sections").container["Directory"]] == ["1"]
    assert friend.get("/library/sections/2/all").status == 403
    assert server.get("/library/sections/9/all").status == 404


def test_rows_carry_the_types_plex_gives_them(server: Client, show: Item) -> None:
    episode = server.get("/library/sections/2/all?type=4").rows[0]
    texts = ("ratingKey", "parentRatingKey", "grandparentRatingKey")
    assert [type(episode[name]) for name in texts] == [str, str, str]
    numbers = ("index", "parentIndex", "addedAt", "duration")
    assert [type(episode[name]) for name in numbers] == [int, int, int, int]
    assert "librarySectionID" not in episode
    detail = server.get(f"/library/metadata/{episode['ratingKey']}").rows[0]
    assert detail["librarySectionID"] == 2


def test_an_empty_listing_has_no_metadata(server: Client) -> None:
    container = server.get("/library/sections/1/all").container
    assert container["size"] == 0
    assert "Metadata" not in container


def test_pages_come_with_totals_and_only_when_asked(server: Client, movies: list[Item]) -> None:
    assert "totalSize" not in server.get("/library/sections/1/all").container
    answer = server.get("/library/sections/1/all?" + PAGE.format(4, 5))
    assert (answer.container["size"], answer.container["totalSize"], answer.container["offset"]) == (3, 7, 4)
    assert answer.headers["X-Plex-Container-Total-Size"] == "7"
    assert [row["title"] for row in answer.rows] == ["Film 5", "Film 6", "Film 7"]


def test_paging_by_headers_and_size_zero_gives_the_totals(server: Client, movies: list[Item]) -> None:
    headers = {"X-Plex-Container-Start": "0", "X-Plex-Container-Size": "0"}
    answer = server.get("/library/sections/1/all", **headers)
    assert (answer.container["totalSize"], answer.rows) == (7, [])


def test_a_head_request_has_the_headers_and_no_body(server: Client, movies: list[Item]) -> None:
    answer = server("HEAD", "/library/sections/1/all?" + PAGE.format(0, 2))
    assert (answer.headers["X-Plex-Container-Total-Size"], answer.body) == ("7", b"")


def test_a_limit_hides_the_total(server: Client, movies: list[Item]) -> None:
    container = server.get("/library/sections/1/all?limit=3&" + PAGE.format(0, 2)).container
    assert "totalSize" not in container


def test_a_server_may_give_shorter_pages_or_insist_on_paging(
    world: World, server: Client, movies: list[Item]
) -> None:
    world.server.page_limit = 3
    assert len(server.get("/library/sections/1/all?" + PAGE.format(0, 500)).rows) == 3
    world.server.paging_required = True
    assert server.get("/library/sections/1/all").status == 400


@pytest.mark.parametrize("wire", ["addedAt%3E%3E=5000", "addedAt>>=5000"])
def test_a_well_encoded_filter_filters(server: Client, movies: list[Item], wire: str) -> None:
    assert [row["title"] for row in server.get(f"/library/sections/1/all?{wire}").rows] == [
        "Film 6",
        "Film 7",
    ]


@pytest.mark.parametrize("wire", ["addedAt%3E%3E%3D=5000", "addedAt>=5000", "nonsense=5", "addedAt>>=soon"])
def test_a_filter_not_understood_is_ignored_or_matches_nothing(
    server: Client, movies: list[Item], wire: str
) -> None:
    rows = server.get(f"/library/sections/1/all?{wire}").rows
    assert len(rows) == (0 if wire.endswith("soon") else 7)


def test_sorting_by_several_fields(world: World, server: Client, movies: list[Item]) -> None:
    world.add_movie("Film 8", added_at=7_000)
    rows = server.get("/library/sections/1/all?sort=addedAt:desc,titleSort:desc").rows
    assert [row["title"] for row in rows][:3] == ["Film 8", "Film 7", "Film 6"]


def test_external_guids_only_when_asked(server: Client, movies: list[Item]) -> None:
    assert "Guid" not in server.get("/library/sections/1/all").rows[0]
    guids = server.get("/library/sections/1/all?includeGuids=1").rows[0]["Guid"]
    assert guids[0]["id"].startswith("imdb://tt")


def test_a_batch_leaves_out_what_is_missing_and_is_404_only_when_empty(
    server: Client, movies: list[Item]
) -> None:
    one, other = movies[0].rating_key, movies[1].rating_key
    assert server.get(f"/library/metadata/{one},9999,{other}").keys == [one, other]
    assert server.get("/library/metadata/9998,9999").status == 404


def test_files_are_checked_on_demand(world: World, server: Client, movies: list[Item]) -> None:
    path = f"/library/metadata/{movies[0].rating_key}"
    assert "exists" not in server.get(path).rows[0]["Media"][0]["Part"][0]
    world.server.missing_files.update(movies[0].files)
    assert server.get(path + "?checkFiles=1").rows[0]["Media"][0]["Part"][0]["exists"] is False


def test_children_begin_with_an_entry_that_has_no_key_and_counts(server: Client, show: Item) -> None:
    container = server.get(f"/library/metadata/{show.rating_key}/children").container
    assert (container["size"], len(container["Metadata"]), len(container["Directory"])) == (3, 2, 1)
    assert "ratingKey" not in container["Directory"][0]


def test_leaves_and_grandchildren_are_the_episodes(server: Client, show: Item) -> None:
    leaves = server.get(f"/library/metadata/{show.rating_key}/allLeaves").rows
    assert [(row["parentIndex"], row["index"]) for row in leaves] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert server.get(f"/library/metadata/{show.rating_key}/grandchildren").rows == leaves


def test_a_works_guid_stays_the_same_when_it_is_added_again(world: World, movies: list[Item]) -> None:
    world.delete(movies[0])
    again = world.add_movie("Film 1")
    assert again.guid == movies[0].guid
    assert again.rating_key != movies[0].rating_key


def test_accounts_list_nobody_the_owner_and_former_users(
    world: World, server: Client, bob: Person, carol: Person
) -> None:
    world.unshare(carol)
    ids = [account["id"] for account in server.get("/accounts").container["Account"]]
    assert ids == [0, 1, bob.plex_id, carol.plex_id]


def test_unneeded_fields_can_be_left_out(server: Client, movies: list[Item]) -> None:
    row = server.get("/library/sections/1/all?excludeElements=Media&excludeFields=thumb,art").rows[0]
    assert not {"Media", "thumb", "art"} & row.keys()
    assert row["title"] == "Film 1"


@pytest.mark.parametrize(
    ("url", "width", "status"),
    [
        ("/library/metadata/{}/thumb/1", 120, 200),
        ("http://example.com/x", 120, 403),
        ("/library/metadata/{}/thumb/1", 0, 400),
    ],
)
def test_pictures_are_drawn_in_the_size_asked_for(
    server: Client, movies: list[Item], url: str, width: int, status: int
) -> None:
    answer = server.get(f"/photo/:/transcode?url={url.format(movies[0].rating_key)}&width={width}&height=180")
    assert answer.status == status
    if status == 200:
        assert answer.body.startswith(b"\x89PNG")
        assert int.from_bytes(answer.body[16:20]) == width


def test_a_work_is_found_by_its_guid_over_all_sections(
    world: World, server: Client, movies: list[Item]
) -> None:
    copy = world.add_movie("Film 1", section=world.add_section("Classics", "movie"))
    assert server.get(f"/library/all?guid={copy.guid}").keys == [movies[0].rating_key, copy.rating_key]


def test_items_nobody_saw_come_last_when_sorted_by_their_last_view(
    world: World, server: Client, alice: Person, movies: list[Item]
) -> None:
    world.play(alice, movies[2], at=1_000)
    world.play(alice, movies[4], at=2_000)
    rows = server.get("/library/sections/1/all?sort=lastViewedAt:desc").rows
    assert [row["title"] for row in rows][:3] == ["Film 5", "Film 3", "Film 1"]
    seen_after = server.get("/library/sections/1/all?lastViewedAt%3E%3E=1500").rows
    assert [row["title"] for row in seen_after] == ["Film 5"]


def test_preferences_are_for_the_owner_who_may_change_them(
    world: World, server: Client, as_person: AsPerson
) -> None:
    assert as_person("bob").get("/:/prefs").status == 403
    assert server("PUT", "/:/prefs?allowMediaDeletion=0").status == 200
    assert world.server.allow_media_deletion is False
    assert server.get("/:/prefs/get?id=allowMediaDeletion").container["Setting"][0]["value"] is False
    assert server("PUT", "/:/prefs?Nonsense=1").status == 400
