from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from responses import RequestsMock

from plexclient.errors import BadResponse, Forbidden, NotFound, PlexError, Unreachable
from plexclient.server import PlexMediaServer
from plexclient.types import ItemType

Answers = Callable[..., None]

SERVER = "http://plex.example:32400"
HISTORY = "/status/sessions/history/all"
METROPOLIS = "plex://movie/5d7768248718ba001e311111"

MOVIE = {
    "ratingKey": "7",
    "key": "/library/metadata/7",
    "guid": METROPOLIS,
    "type": "movie",
    "title": "Metropolis",
    "editionTitle": "Restored",
    "librarySectionID": 1,
    "year": 1927,
    "duration": 9180000,
    "originallyAvailableAt": "1927-01-10",
    "addedAt": 1700000000,
    "updatedAt": 1700000100,
    "viewCount": 2,
    "lastViewedAt": 1700000200,
    "viewOffset": 1000,
    "thumb": "/library/metadata/7/thumb/1700000100",
    "Guid": [{"id": "imdb://tt0017136"}, {"id": "tmdb://19"}],
    "Label": [{"tag": "Keep"}],
    "Media": [
        {"id": 70, "Part": [{"id": 700, "file": "/films/Metropolis.mkv", "size": 4000}]},
        {"id": "71", "proxyType": 42, "Part": [{"id": "701", "file": "/opt/Metropolis.mp4", "size": "9"}]},
    ],
}


def sent(wire: RequestsMock) -> list[Any]:
    return [call.request for call in wire.calls]


def test_identity_and_root_are_read(server: PlexMediaServer, container: Answers) -> None:
    container("/identity", {"machineIdentifier": "m1", "version": "1.43", "claimed": True})
    container("/", {"machineIdentifier": "m1", "friendlyName": "Attic", "ownerFeatures": "pass,webhooks"})
    assert server.identity().claimed is True
    assert server.root().owner_features == ("pass", "webhooks")


@pytest.mark.parametrize("path", ["/identity", "/"])
@pytest.mark.parametrize("found", [{}, {"machineIdentifier": None}, {"machineIdentifier": ""}])
def test_a_server_that_does_not_say_who_it_is_is_not_believed(
    server: PlexMediaServer, container: Answers, path: str, found: Any
) -> None:
    container(path, {"size": 0, "version": "1.43", **found})
    with pytest.raises(BadResponse):
        server.identity() if path == "/identity" else server.root()


@pytest.mark.parametrize(
    ("found", "allowed"),
    [
        ({}, False),
        (None, False),
        ("", False),
        ("0", False),
        (0, False),
        (False, False),
        ("1", True),
        (1, True),
        (True, True),
    ],
)
def test_deletion_is_allowed_only_when_the_server_says_so(
    server: PlexMediaServer, container: Answers, found: Any, allowed: Any
) -> None:
    said = found if isinstance(found, dict) else {"allowMediaDeletion": found}
    container("/", {"machineIdentifier": "m1", **said})
    assert server.root().allows_deletion is allowed


def test_a_permission_that_is_neither_yes_nor_no_is_a_bad_response(
    server: PlexMediaServer, container: Answers
) -> None:
    container("/", {"machineIdentifier": "m1", "allowMediaDeletion": "perhaps"})
    with pytest.raises(BadResponse):
        server.root()


def test_sections_are_read(server: PlexMediaServer, container: Answers) -> None:
    movies = {
        "key": "1",
        "type": "movie",
        "title": "Movies",
        "uuid": "u",
        "Location": [{"id": 1, "path": "/films"}],
    }
    container(
        "/library/sections", {"size": 2, "Directory": [movies, {"key": 2, "type": "show", "hidden": 2}]}
    )
    first, second = server.sections()
    assert (first.key, first.locations) == ("1", ("/films",))
    assert (second.key, second.type) == ("2", "show")


@pytest.mark.parametrize("found", [{"size": 1}, {}, {"size": 2, "Directory": [{"key": "1"}]}])
def test_missing_sections_are_not_taken_for_none(
    server: PlexMediaServer, container: Answers, found: Any
) -> None:
    container("/library/sections", found)
    with pytest.raises(BadResponse):
        server.sections()


def test_a_section_without_a_key_is_a_bad_response(server: PlexMediaServer, container: Answers) -> None:
    container("/library/sections", {"size": 1, "Directory": [{"title": "?"}]})
    with pytest.raises(BadResponse):
        server.sections()


def test_an_item_is_read_in_full(server: PlexMediaServer, container: Answers) -> None:
    container("/library/metadata/7", {"size": 1, "Metadata": [MOVIE]})
    item = server.metadata("7", check_files=True)
    assert (item.rating_key, item.type, item.title, item.year) == ("7", "movie", "Metropolis", 1927)
    assert item.added_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert item.guids == ("imdb://tt0017136", "tmdb://19")
    assert item.external_ids == {"imdb": "tt0017136", "tmdb": "19"}
    assert (item.labels, item.section_key, item.edition_title) == (("Keep",), "1", "Restored")
    assert [media.is_optimised for media in item.media] == [False, True]
    assert item.media[0].parts[0].file == "/films/Metropolis.mkv"
    assert (item.media[1].id, item.media[1].parts[0].size) == (71, 9)
    assert item.media[0].parts[0].exists is None
    assert (item.view_count, item.view_offset) == (2, 1000)


def test_an_item_is_asked_for_with_its_guids_and_its_files_checked(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    container("/library/metadata/7", {"size": 1, "Metadata": [MOVIE]})
    server.metadata("7")
    server.metadata("7", check_files=True)
    plain, checked = (request.params for request in sent(wire))
    assert plain == {"includeGuids": "1"}
    assert checked == {"includeGuids": "1", "checkFiles": "1"}


def test_file_checks_are_read_in_any_spelling(server: PlexMediaServer, container: Answers) -> None:
    parts = [{"exists": "1", "accessible": 0}, {"exists": False, "accessible": True}]
    container("/library/metadata/7", {"size": 1, "Metadata": [{**MOVIE, "Media": [{"Part": parts}]}]})
    first, second = server.metadata("7").media[0].parts
    assert (first.exists, first.accessible) == (True, False)
    assert (second.exists, second.accessible) == (False, True)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{**MOVIE, "ratingKey": "8"}],
        [MOVIE, {**MOVIE, "ratingKey": "8"}],
        [MOVIE, {"title": "?"}],
        [{"title": "?"}],
    ],
)
def test_another_item_than_the_one_asked_for_is_a_bad_response(
    server: PlexMediaServer, container: Answers, rows: Any
) -> None:
    container("/library/metadata/7", {"size": len(rows), "Metadata": rows})
    with pytest.raises(BadResponse):
        server.metadata("7")


def test_an_item_that_is_gone_is_not_found(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    container("/identity", {"machineIdentifier": "m"})
    wire.get(SERVER + "/library/metadata/7", status=404, body="<html>", content_type="text/html")
    with pytest.raises(NotFound):
        server.metadata("7")


def test_an_item_that_is_missed_once_is_not_gone(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    wire.get(SERVER + "/library/metadata/7", status=404, body="<html>", content_type="text/html")
    container("/identity", {"machineIdentifier": "m"})
    container("/library/metadata/7", {"size": 1, "Metadata": [MOVIE]})
    assert server.metadata("7").rating_key == "7"


def test_a_proxy_that_knows_nothing_while_plex_is_away_does_not_say_that_an_item_is_gone(
    wire: RequestsMock, server: PlexMediaServer
) -> None:
    for path in ("/library/metadata/7", "/identity"):
        wire.get(SERVER + path, status=404, body="404 page not found", content_type="text/plain")
    with pytest.raises(Unreachable, match="Is Plex running"):
        server.metadata("7")


def test_loose_types_of_an_item_are_understood(server: PlexMediaServer, container: Answers) -> None:
    loose = {
        "ratingKey": 7,
        "parentRatingKey": 5,
        "index": "3",
        "year": "",
        "title": None,
        "addedAt": "1700000000",
        "updatedAt": 1700000000000,
        "viewCount": "1",
        "librarySectionID": "1",
        "Media": None,
    }
    container("/library/metadata/7", {"size": "1", "Metadata": [loose]})
    item = server.metadata("7")
    assert (item.rating_key, item.parent_rating_key, item.index, item.year) == ("7", "5", 3, None)
    assert (item.title, item.view_count, item.section_key, item.media) == ("", 1, "1", ())
    assert item.added_at == item.updated_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_values_that_all_rows_share_are_taken_from_the_container(
    server: PlexMediaServer, container: Answers
) -> None:
    shared = {
        "librarySectionID": 2,
        "librarySectionTitle": "Shows",
        "grandparentRatingKey": 22,
        "grandparentTitle": "The Show",
        "parentIndex": 1,
        "parentTitle": "",
        "key": "89",
        "title1": "The Show",
    }
    own = {"ratingKey": "91", "grandparentRatingKey": "23", "parentIndex": 0}
    rows = [{"ratingKey": "90", "parentTitle": "Season 1"}, own]
    container("/library/metadata/89/children", {"size": 2, "totalSize": 2, **shared, "Metadata": rows})
    first, second = server.children("89")
    assert (first.section_key, first.section_title) == ("2", "Shows")
    assert (first.grandparent_rating_key, first.grandparent_title) == ("22", "The Show")
    assert (first.parent_index, first.parent_title, first.key) == (1, "Season 1", "")
    assert (second.grandparent_rating_key, second.parent_index) == ("23", 0)


def test_a_batch_gives_those_that_exist(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    container("/library/metadata/1,2,3", {"size": 1, "Metadata": [{"ratingKey": "2"}]})
    assert [item.rating_key for item in server.metadata_batch(["1", "2", "3", "2"])] == ["2"]
    assert sent(wire)[0].params == {"includeGuids": "1", "skipRefresh": "1"}


def test_a_batch_of_which_none_exists_is_empty(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(SERVER + "/library/metadata/1,2", status=404)
    assert server.metadata_batch(["1", "2"]) == []


def test_an_empty_batch_asks_nothing(wire: RequestsMock, server: PlexMediaServer) -> None:
    assert server.metadata_batch([]) == []
    assert not wire.calls


def test_a_large_batch_is_asked_for_in_chunks(
    wire: RequestsMock, server: PlexMediaServer, container: Answers
) -> None:
    keys = [str(number) for number in range(1, 251)]
    container("/library/metadata/" + ",".join(keys[:200]), {"size": 1, "Metadata": [{"ratingKey": "1"}]})
    container("/library/metadata/" + ",".join(keys[200:]), {"size": 1, "Metadata": [{"ratingKey": "250"}]})
    assert [item.rating_key for item in server.metadata_batch(keys)] == ["1", "250"]


@pytest.mark.parametrize("found", [{"size": 2, "Metadata": [{"ratingKey": "1"}, {}]}, {"size": 2}])
def test_a_batch_with_an_odd_row_takes_nothing_for_missing(
    server: PlexMediaServer, container: Answers, found: Any
) -> None:
    container("/library/metadata/1,2", found)
    with pytest.raises(BadResponse):
        server.metadata_batch(["1", "2"])


def test_the_other_titles_of_a_work_are_asked_for_by_its_guid(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers
) -> None:
    listing("/library/all", [{"ratingKey": key, "guid": METROPOLIS} for key in ("5", "6")])
    assert [twin.rating_key for twin in server.twins("5", METROPOLIS, ItemType.MOVIE) or []] == ["6"]
    [request] = sent(wire)
    assert request.params == {"type": "1", "guid": METROPOLIS, "includeGuids": "1"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"ratingKey": "6", "guid": METROPOLIS}],
        [{"ratingKey": str(number), "guid": f"{METROPOLIS}{number}"} for number in range(900)],
    ],
    ids=["nothing", "not the title", "everything"],
)
def test_a_server_that_does_not_sift_by_guid_says_nothing_of_other_titles_and_is_asked_once(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers, rows: list[dict[str, str]]
) -> None:
    listing("/library/all", rows)
    assert server.twins("5", METROPOLIS, ItemType.MOVIE) is None
    assert len(wire.calls) == 1


def test_listings_ask_for_their_type_guids_order_and_state(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers
) -> None:
    listing("/library/sections/2/all", [])
    list(server.items("2", ItemType.EPISODE, sort="lastViewedAt:desc", unwatched=False))
    list(server.items("2", ItemType.SEASON, unwatched=True))
    watched, unwatched = (request.params for request in sent(wire))
    assert watched == {"type": "4", "includeGuids": "1", "sort": "lastViewedAt:desc", "unwatched": "0"}
    assert unwatched == {"type": "3", "includeGuids": "1", "unwatched": "1"}


def test_all_leaves_of_a_show_are_read(server: PlexMediaServer, listing: Answers) -> None:
    listing("/library/metadata/9/allLeaves", [{"ratingKey": "11"}, {"ratingKey": "12"}])
    assert [episode.rating_key for episode in server.all_leaves("9")] == ["11", "12"]


def test_history_is_filtered_in_the_spelling_that_plex_understands(
    wire: RequestsMock, server: PlexMediaServer, listing: Answers
) -> None:
    listing(HISTORY, [])
    since = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    list(server.history(since=since, account_id=1, section_key="2", rating_key="9"))
    url = sent(wire)[0].url
    assert "viewedAt%3E=1700000000" in url
    assert "%3D" not in url
    assert "sort=viewedAt%3Aasc" in url
    assert sent(wire)[0].params["accountID"] == "1"
    assert sent(wire)[0].params["librarySectionID"] == "2"
    assert sent(wire)[0].params["metadataItemID"] == "9"
    assert sent(wire)[0].headers["X-Plex-Container-Start"] == "0"
    assert sent(wire)[0].headers["X-Plex-Container-Size"] == "1000"


def test_plays_are_read(server: PlexMediaServer, listing: Answers) -> None:
    row = {
        "historyKey": "/status/sessions/history/12",
        "ratingKey": "34",
        "parentKey": "/library/metadata/33",
        "grandparentKey": "/library/metadata/30",
        "librarySectionID": "2",
        "title": "Pilot",
        "type": "episode",
        "viewedAt": 1700000000,
        "accountID": 1,
        "deviceID": 5,
    }
    listing(HISTORY, [row])
    reading = server.history()
    (play,) = reading
    assert (play.account_id, play.rating_key, play.section_key) == (1, "34", "2")
    assert (play.parent_rating_key, play.grandparent_rating_key) == ("33", "30")
    assert play.viewed_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (play.history_key, play.source) == ("/status/sessions/history/12", "history")
    assert reading.complete


def test_plays_of_deleted_items_are_read_without_their_keys(
    server: PlexMediaServer, listing: Answers
) -> None:
    listing(
        HISTORY,
        [{"historyKey": "/status/sessions/history/1", "title": "Gone", "viewedAt": 1, "accountID": 1}],
    )
    reading = server.history()
    (play,) = reading
    assert (play.rating_key, play.parent_rating_key, play.section_key) == (None, None, None)
    assert reading.complete


@pytest.mark.parametrize(
    "viewed_at", [1700000000, "1700000000", 1700000000000, "1700000000000", 1700000000.0]
)
def test_seconds_and_milliseconds_are_told_apart(
    server: PlexMediaServer, listing: Answers, viewed_at: Any
) -> None:
    listing(HISTORY, [{"historyKey": "/h/1", "viewedAt": viewed_at, "ratingKey": 5, "librarySectionID": 2}])
    (play,) = server.history()
    assert play.viewed_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (play.rating_key, play.section_key) == ("5", "2")


@pytest.mark.parametrize("viewed_at", [None, "", -(10**30), 10**30])
def test_a_play_without_a_sensible_time_has_none(
    server: PlexMediaServer, listing: Answers, viewed_at: Any
) -> None:
    listing(HISTORY, [{"historyKey": "/h/1", "ratingKey": "5", "viewedAt": viewed_at}])
    (play,) = server.history()
    assert play.viewed_at is None


def test_plays_without_a_history_key_are_told_apart_by_what_they_say(
    server: PlexMediaServer, listing: Answers
) -> None:
    listing(HISTORY, [{"ratingKey": "5", "viewedAt": time, "accountID": 1} for time in (1, 2, 2)])
    reading = server.history()
    assert len(list(reading)) == 3
    assert reading.complete


def test_local_accounts_are_read(server: PlexMediaServer, container: Answers) -> None:
    container("/accounts", {"size": 2, "Account": [{"id": 0, "name": ""}, {"id": "1", "name": "alice"}]})
    assert [(account.id, account.name) for account in server.accounts()] == [(0, ""), (1, "alice")]


def test_sessions_are_read(server: PlexMediaServer, container: Answers) -> None:
    row = {
        "sessionKey": "3",
        "ratingKey": "34",
        "parentRatingKey": "33",
        "grandparentRatingKey": "30",
        "librarySectionID": "2",
        "type": "episode",
        "title": "Pilot",
        "viewOffset": 1000,
        "User": {"id": "1", "title": "alice"},
        "Player": {"state": "playing", "title": "TV"},
        "Session": {"id": "s1", "location": "lan"},
    }
    container("/status/sessions", {"size": 1, "Metadata": [row]})
    (session,) = server.sessions()
    assert (session.rating_key, session.parent_rating_key, session.grandparent_rating_key) == (
        "34",
        "33",
        "30",
    )
    assert (session.account_id, session.user_title, session.state) == (1, "alice", "playing")
    assert (session.session_id, session.session_key, session.player) == ("s1", "3", "TV")


def test_an_idle_server_has_no_sessions(server: PlexMediaServer, container: Answers) -> None:
    container("/status/sessions", {"size": 0})
    assert server.sessions() == []


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"size": 1},
        {"size": "1"},
        {"size": 2, "Metadata": [{"ratingKey": "1"}]},
        {"size": 1, "Metadata": {"ratingKey": "1"}},
        {"size": 1, "Metadata": ["?"]},
        {"size": 1, "Metadata": [{"ratingKey": ["1"]}]},
    ],
)
def test_sessions_that_cannot_be_seen_are_not_taken_for_none(
    server: PlexMediaServer, container: Answers, found: Any
) -> None:
    container("/status/sessions", found)
    with pytest.raises(BadResponse):
        server.sessions()


def test_a_session_without_details_is_still_a_session(server: PlexMediaServer, container: Answers) -> None:
    container("/status/sessions", {"size": 1, "Metadata": [{"title": "Live"}]})
    (session,) = server.sessions()
    assert (session.rating_key, session.account_id, session.state) == (None, None, "")


def test_deleting_names_exactly_one_item(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.delete(SERVER + "/library/metadata/7")
    server.delete("7")
    assert [request.method for request in sent(wire)] == ["DELETE"]
    assert sent(wire)[0].url == SERVER + "/library/metadata/7"


@pytest.mark.parametrize("key", ["", "1,2", "1%2C2", "../1", "7/children", "7?proxy=1", "7\n", " 7"])
def test_whatever_is_not_one_key_is_never_sent(wire: RequestsMock, server: PlexMediaServer, key: str) -> None:
    for call in (server.delete, server.metadata, server.children, lambda one: server.metadata_batch([one])):
        with pytest.raises(PlexError):
            call(key)
    assert not wire.calls


def test_one_version_is_deleted_by_its_id(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.delete(SERVER + "/library/metadata/7/media/41")
    server.delete_version("7", "41")
    assert len(wire.calls) == 1


@pytest.mark.parametrize("media_id", ["", "41,42", "41/..", "*"])
def test_what_is_no_id_of_one_version_is_not_sent(
    wire: RequestsMock, server: PlexMediaServer, media_id: str
) -> None:
    with pytest.raises(PlexError, match="nothing was sent"):
        server.delete_version("7", media_id)


def test_a_folder_to_be_looked_at_is_named_as_it_is(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(SERVER + "/library/sections/1/refresh")
    server.refresh("1", "/data/films/A & B = C#?")
    assert str(wire.calls[0].request.url).endswith("/refresh?path=%2Fdata%2Ffilms%2FA+%26+B+%3D+C%23%3F")


def test_a_refused_delete_says_what_to_switch_on(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.delete(SERVER + "/library/metadata/7", status=403)
    with pytest.raises(Forbidden, match="Allow media deletion"):
        server.delete("7")


def test_a_failed_delete_says_what_to_look_at(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.delete(SERVER + "/library/metadata/7", status=400)
    with pytest.raises(BadResponse, match="could not delete the files"):
        server.delete("7")


def test_pictures_are_fetched_through_the_server(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(SERVER + "/photo/:/transcode", body=b"jpeg", content_type="image/jpeg; charset=x")
    image = server.thumb("/library/metadata/7/thumb/1", 200, 300)
    assert (image.content_type, image.content) == ("image/jpeg", b"jpeg")
    params = sent(wire)[0].params
    assert params["url"] == "/library/metadata/7/thumb/1"
    assert (params["width"], params["height"]) == ("200", "300")


@pytest.mark.parametrize("path", ["", "http://evil.example/", "/etc/passwd", "//evil", "/library/../:/prefs"])
def test_no_other_address_can_be_fetched_as_a_picture(
    wire: RequestsMock, server: PlexMediaServer, path: str
) -> None:
    with pytest.raises(PlexError):
        server.thumb(path, 1, 1)
    assert not wire.calls


def test_a_web_page_is_no_picture(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(SERVER + "/photo/:/transcode", body="<html>", content_type="text/html")
    with pytest.raises(BadResponse):
        server.thumb("/library/metadata/7/thumb/1", 1, 1)
