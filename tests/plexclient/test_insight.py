"""What a server tells its owner about itself, and what he may do about who is playing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from responses import RequestsMock

from plexclient.errors import NotFound, PlexError, Unauthorized
from plexclient.server import PlexMediaServer

Answers = Callable[..., None]
SERVER = "http://plex.example:32400"
RECORDED = Path(__file__).parents[3] / "shared/plex/recorded"


def test_preferences_are_found_by_their_name(server: PlexMediaServer, container: Answers) -> None:
    rows = [
        {"id": "allowMediaDeletion", "type": "bool", "value": True, "default": False},
        {"id": "allowMediaDeletionLanOnly", "type": "bool", "value": "0", "hidden": True},
        {"id": "LibraryVideoPlayedThreshold", "type": "int", "value": 90},
    ]
    container("/:/prefs", {"size": 3, "Setting": rows})
    found = server.preferences()
    assert found["allowMediaDeletion"].is_on
    assert not found["allowMediaDeletionLanOnly"].is_on
    assert found["LibraryVideoPlayedThreshold"].value == 90


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads are not here")
def test_recorded_preferences_are_read(server: PlexMediaServer, wire: RequestsMock) -> None:
    wire.get(f"{SERVER}/:/prefs", body=(RECORDED / "plex-api.rs/server/prefs.json").read_text())
    assert {"allowMediaDeletion", "autoEmptyTrash", "WebHooksEnabled"} <= server.preferences().keys()


def test_a_session_says_what_plays_where_and_how(server: PlexMediaServer, container: Answers) -> None:
    row = {
        "sessionKey": "12", "ratingKey": "7", "grandparentRatingKey": "5", "type": "episode",
        "title": "Pilot", "grandparentTitle": "Show", "index": 1, "parentIndex": 2, "viewOffset": 500,
        "User": {"id": "1", "title": "alice"}, "Session": {"id": "abc"},
        "Player": {"product": "Plex for LG", "platform": "webOS", "state": "paused", "local": "0"},
        "TranscodeSession": {"key": "/transcode/sessions/6c62", "videoDecision": "transcode"},
    }  # fmt: skip
    container("/status/sessions", {"size": 1, "Metadata": [row]})
    (session,) = server.sessions()
    assert (session.show_title, session.parent_index, session.index) == ("Show", 2, 1)
    assert (session.device, session.is_local, session.state) == ("Plex for LG · webOS", False, "paused")
    assert (session.transcode_key, session.is_transcoded) == ("6c62", True)


def test_a_session_that_plays_the_file_as_it_is_has_nothing_to_transcode(
    server: PlexMediaServer, container: Answers
) -> None:
    container("/status/sessions", {"size": 1, "Metadata": [{"sessionKey": "1", "ratingKey": "7"}]})
    (session,) = server.sessions()
    assert (session.transcode_key, session.is_transcoded, session.is_local) == (None, False, None)


def test_a_playback_is_ended_once_with_words_for_who_sees_it(
    server: PlexMediaServer, wire: RequestsMock
) -> None:
    wire.post(f"{SERVER}/status/sessions/terminate")
    server.terminate("abc", "Dinner is ready & waiting")
    (call,) = wire.calls
    address = "/status/sessions/terminate?sessionId=abc&reason=Dinner+is+ready+%26+waiting"
    assert call.request.url == SERVER + address


@pytest.mark.parametrize(
    ("status", "error", "words"), [(401, Unauthorized, "Plex Pass"), (404, NotFound, "ended")]
)
def test_why_a_playback_goes_on_is_said(
    server: PlexMediaServer, wire: RequestsMock, status: int, error: type[PlexError], words: str
) -> None:
    wire.post(f"{SERVER}/status/sessions/terminate", status=status)
    with pytest.raises(error, match=words):
        server.terminate("abc", "")
    assert len(wire.calls) == 1


def test_a_transcode_is_cancelled_by_its_key_and_nothing_else(
    server: PlexMediaServer, wire: RequestsMock
) -> None:
    wire.delete(f"{SERVER}/transcode/sessions/6c62")
    server.cancel_transcode("6c62")
    for other in ("../../library/metadata/7", "", "a,b"):
        with pytest.raises(PlexError):
            server.cancel_transcode(other)
    assert len(wire.calls) == 1


def test_devices_activities_and_playlists_are_read(server: PlexMediaServer, container: Answers) -> None:
    container("/devices", {"size": 1, "Device": [{"id": 3, "name": "TV", "createdAt": 1700000000}]})
    container("/activities", {"size": 1, "Activity": [{"uuid": "u", "title": "Scanning", "progress": -1}]})
    container("/playlists", {"size": 1, "Metadata": [{"ratingKey": 9, "title": "Best", "smart": False}]})
    assert server.devices()[0].name == "TV"
    assert server.activities()[0].progress == -1
    assert server.playlists()[0].rating_key == "9"
