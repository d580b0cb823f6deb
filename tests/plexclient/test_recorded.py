"""Recorded answers of real servers, read where they lie; they are not part of this project."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from responses import RequestsMock

from plexclient.cloud import PlexCloud
from plexclient.errors import BadResponse, NotFound, PlexError, Unauthorized
from plexclient.server import PlexMediaServer
from plexclient.types import ItemType, Metadata

Answers = Callable[..., None]

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "plex" / "recorded"
SERVER = "http://plex.example:32400"
CLOUD = "https://plex.example"

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded Plex answers are not on this machine")


@pytest.fixture
def played(wire: RequestsMock) -> Answers:
    """Has a path answer with a recorded file."""

    def play(url: str, name: str, method: str = "GET", status: int = 200, **body: Any) -> None:
        content = body or {"body": (RECORDED / name).read_bytes()}
        wire.add(method, url, status=status, **content)

    return play


def in_rust(name: str) -> str:
    return f"plex-api.rs/{name}"


@pytest.mark.parametrize(
    "name",
    [
        in_rust("myplex/api/v2/pins_new.json"),
        in_rust("myplex/api/v2/pins_linked.json"),
        "plex-api-spec/assembled-examples/POST_pins_201.json",
        "plex-api-spec/assembled-examples/GET_pins_pinID_200.json",
    ],
)
def test_pins(played: Answers, cloud: PlexCloud, name: str) -> None:
    played(f"{CLOUD}/api/v2/pins/1", name)
    pin = cloud.pin(1)
    assert pin.id > 1
    assert pin.code
    assert pin.expires_in > 0
    assert bool(pin.auth_token) == ("new" not in name)


@pytest.mark.parametrize("kind", ["free", "free_guest", "plexpass", "plexpass_guest"])
def test_accounts(played: Answers, cloud: PlexCloud, kind: Any) -> None:
    played(f"{CLOUD}/api/v2/user", in_rust(f"myplex/api/v2/user/user_info_{kind}.json"))
    user = cloud.user()
    assert user.id > 0
    assert user.uuid
    assert user.name
    assert user.restricted == ("guest" in kind)


def test_an_assembled_account(played: Answers, cloud: PlexCloud) -> None:
    played(f"{CLOUD}/api/v2/user", "plex-api-spec/assembled-examples/GET_user_200.json")
    assert cloud.user().name == "friendlyUsername"


def test_an_owned_server_with_its_ways(played: Answers, cloud: PlexCloud) -> None:
    played(f"{CLOUD}/api/v2/resources", in_rust("myplex/api/v2/resources.json"))
    (server,) = cloud.resources()
    assert server.is_owned_server
    hosts = [way.uri.split("//")[1].split(".")[0] for way in server.ordered_connections()]
    assert hosts == ["172-18-0-3", "172", "example", "2-2-2-2", "178-3-2-1"]


def test_servers_of_others_and_players_are_not_ours(wire: RequestsMock, cloud: PlexCloud) -> None:
    entries = json.loads((RECORDED / "shortlist/plextv_resources.json").read_text())["entries"]
    wire.get(f"{CLOUD}/api/v2/resources", json=entries)
    assert [resource.is_owned_server for resource in cloud.resources()] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("shortlist/plextv_users.xml.txt", [555000100, 555000200, 555000300]),
        ("home-assistant/plextv_shared_users.xml", [1000, 1001]),
    ],
)
def test_rosters(played: Answers, cloud: PlexCloud, name: str, ids: list[int]) -> None:
    played(f"{CLOUD}/api/users", name)
    people = cloud.users()
    assert [person.id for person in people] == ids
    assert all(person.name and person.machine_identifiers for person in people)
    assert [person.home for person in people] == [person.restricted for person in people]


def test_the_home(played: Answers, cloud: PlexCloud) -> None:
    played(f"{CLOUD}/api/v2/home/users", "", status=404, body="")
    played(f"{CLOUD}/api/home/users", "shortlist/plextv_home_users.xml.txt")
    owner, kid, teen = cloud.home_users()
    assert (owner.admin, owner.protected, kid.restricted, teen.name) == (True, True, True, "teen")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("friends_empty", 0),
        ("friends_accepted_one_external", 1),
        ("friends_accepted_one_restricted", 1),
        ("friends_accepted_four_restricted", 4),
        ("friends_accepted_mixed", 2),
        ("friends_pending_received_one_external", 1),
    ],
)
def test_friends(played: Answers, cloud: PlexCloud, name: str, count: int) -> None:
    played(f"{CLOUD}/api/v2/friends", in_rust(f"myplex/api/v2/{name}.json"))
    friends = cloud.friends()
    assert len(friends) == count
    assert all(friend.id and friend.name and friend.status for friend in friends)


@pytest.mark.parametrize(
    ("name", "status", "kind", "code"),
    [
        ("GET_pins_pinID_404", 404, NotFound, 1020),
        ("plextv_error_400_client_id_missing", 400, BadResponse, 1000),
        ("plextv_error_401", 401, Unauthorized, 1001),
    ],
)
def test_errors_of_plex_tv(
    played: Answers, cloud: PlexCloud, name: str, status: int, kind: Any, code: Any
) -> None:
    played(f"{CLOUD}/api/v2/user", f"plex-api-spec/assembled-examples/{name}.json", status=status)
    with pytest.raises(kind) as caught:
        cloud.user()
    assert caught.value.code == code


@pytest.mark.parametrize("path", sorted((RECORDED / "official-openapi/examples").glob("*.html.txt")))
def test_error_pages_of_a_server(played: Answers, server: PlexMediaServer, path: Path) -> None:
    status = int(re.findall(r"_(\d{3})\.html", path.name)[0])
    played(f"{SERVER}/", str(path.relative_to(RECORDED)), status=status)
    with pytest.raises(PlexError) as caught:
        server.root()
    assert caught.value.status == status
    assert "<" not in str(caught.value)


def test_identity_and_root(played: Answers, server: PlexMediaServer) -> None:
    played(f"{SERVER}/identity", "official-openapi/examples/GET_identity_200.json")
    played(f"{SERVER}/", "official-openapi/examples/GET_root_200.json")
    assert server.identity().claimed
    assert server.root().allows_deletion
    assert server.root().has_plex_pass


def test_sections(played: Answers, server: PlexMediaServer) -> None:
    played(f"{SERVER}/library/sections", "official-openapi/examples/GET_library_sections_all_200.json")
    sections = server.sections()
    assert [(section.key, section.type) for section in sections] == [
        ("1", "movie"),
        ("2", "show"),
        ("3", "artist"),
    ]
    assert len(sections[2].locations) == 2


def rows_of(server: PlexMediaServer) -> tuple[list[Metadata], int]:
    reading = server.items("1", ItemType.MOVIE, page_size=50)
    rows = next(reading.pages(), [])
    return rows, reading.rows


LISTINGS = [
    in_rust("server/media/movie_library.json"),
    in_rust("server/media/tv_library.json"),
    in_rust("server/media/tv_episodes.json"),
    in_rust("server/media/tv_seasons.json"),
    in_rust("server/media/music_library.json"),
    in_rust("server/media/music_albums.json"),
    in_rust("server/media/music_tracks.json"),
    in_rust("server/media/photo_library.json"),
    in_rust("server/media/photo_album.json"),
    in_rust("server/media/metadata_108.json"),
    in_rust("server/media/metadata_161.json"),
    in_rust("server/media/metadata_168.json"),
    *(in_rust(f"timeline/metadata_182_{step}.json") for step in (1, 2, 3, 4)),
    *(in_rust(f"transcode/metadata_{key}.json") for key in (1036, 13194, 157786, 159637)),
    "official-openapi/examples/GET_library_metadata_ids__200.json",
    "official-openapi/examples/GET_library_sections_sectionId_all_200.json",
    "official-openapi/examples/GET_library_sections_sectionId_allLeaves_200.json",
    "shortlist/pms_metadata_batch_partial.json",
]


@pytest.mark.parametrize("name", LISTINGS)
def test_listings(played: Answers, server: PlexMediaServer, name: str) -> None:
    played(f"{SERVER}/library/sections/1/all", name)
    rows, received = rows_of(server)
    recorded = json.loads((RECORDED / name).read_text())["MediaContainer"]
    assert received == len(rows) == len(recorded["Metadata"])
    for item, raw in zip(rows, recorded["Metadata"], strict=True):
        assert item.rating_key == raw["ratingKey"]
        assert item.title == raw.get("title", "")
        assert item.guids == tuple(guid["id"] for guid in raw.get("Guid", ()))
        files = [part["file"] for media in raw.get("Media", ()) for part in media["Part"]]
        assert [part.file for media in item.media for part in media.parts] == files
        section = raw.get("librarySectionID", recorded.get("librarySectionID"))
        assert item.section_key == (None if section is None else str(section))


def test_the_all_episodes_entry_of_a_real_server_is_harmless(
    played: Answers, server: PlexMediaServer
) -> None:
    played(f"{SERVER}/library/metadata/22/children", in_rust("server/media/tv_seasons.json"))
    reading = server.children("22")
    assert [season.rating_key for season in next(reading.pages())] == ["89", "33"]
    assert reading.skipped == 0


def test_a_half_watched_item_is_told_from_a_watched_one(played: Answers, server: PlexMediaServer) -> None:
    states = []
    for step in (1, 2, 3, 4):
        played(f"{SERVER}/library/metadata/182", in_rust(f"timeline/metadata_182_{step}.json"))
    for _ in range(4):
        item = server.metadata("182")
        states.append((item.view_count, item.view_offset is not None, item.last_viewed_at is not None))
    assert states == [(None, True, True), (None, True, True), (1, False, True), (None, False, False)]


@pytest.mark.parametrize(
    "name", ["library_movie_get_200", "library_show_get_200", "library_episodes_get_200"]
)
def test_listings_of_another_project(wire: RequestsMock, server: PlexMediaServer, name: str) -> None:
    exchanges = json.loads((RECORDED / "watchstate/plex_data.json").read_text())
    wire.get(f"{SERVER}/library/sections/1/all", json=exchanges[name]["response"]["body"])
    reading = server.items("1", ItemType.MOVIE)
    assert all(item.guid.startswith("plex://") and item.external_ids for item in reading)
    assert reading.complete


def test_sections_of_another_project(wire: RequestsMock, server: PlexMediaServer) -> None:
    exchanges = json.loads((RECORDED / "watchstate/plex_data.json").read_text())
    wire.get(f"{SERVER}/library/sections", json=exchanges["sections_get_200"]["response"]["body"])
    wire.get(f"{SERVER}/library/sections", status=401, body=exchanges["sections_get_401"]["response"]["body"])
    assert {section.type for section in server.sections()} >= {"movie", "show"}
    with pytest.raises(Unauthorized):
        server.sections()


@pytest.mark.parametrize(
    "name",
    [
        "official-openapi/examples/GET_status_sessions_history_all_200.json",
        "plex-api-spec/assembled-examples/GET_status_sessions_history_all_200.json",
    ],
)
def test_history(played: Answers, server: PlexMediaServer, name: str) -> None:
    played(f"{SERVER}/status/sessions/history/all", name)
    reading = server.history()
    (play,) = next(reading.pages())
    assert play.account_id
    assert play.viewed_at
    assert play.rating_key
    assert play.history_key.startswith("/status/sessions/history/")
    assert not reading.complete  # an excerpt: the server announced more


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("official-openapi/examples/GET_status_sessions_200.json", 123456789),
        ("plex-api-spec/assembled-examples/GET_status_sessions_200.json", 1),
    ],
)
def test_sessions(played: Answers, server: PlexMediaServer, name: str, account: int) -> None:
    played(f"{SERVER}/status/sessions", name)
    (session,) = server.sessions()
    assert (session.account_id, session.state) == (account, "playing")
    assert session.session_id


def test_an_idle_server(played: Answers, server: PlexMediaServer) -> None:
    played(f"{SERVER}/status/sessions", in_rust("transcode/empty_sessions.json"))
    assert server.sessions() == []


@pytest.mark.parametrize(
    "name",
    ["node-plex-api/library/sections.json", "node-plex-api/root.json", "shortlist/pms_watched_shows.xml.txt"],
)
def test_answers_of_an_age_long_past_are_refused_and_not_taken_for_empty(
    played: Answers, server: PlexMediaServer, name: str
) -> None:
    played(f"{SERVER}/library/sections", name)
    with pytest.raises(BadResponse):
        server.sections()
