import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from responses import RequestsMock

from plexclient.cloud import PlexCloud
from plexclient.errors import (
    BadResponse,
    Forbidden,
    Moved,
    NotFound,
    PlexError,
    RateLimited,
    Unauthorized,
    Unreachable,
)
from plexclient.http import ClientIdentity, Timing
from plexclient.server import PlexMediaServer

IDENTITY = "http://plex.example:32400/identity"
ROOT = "http://plex.example:32400/"
USER = "https://plex.example/api/v2/user"
GOOD = {"MediaContainer": {"size": 0, "machineIdentifier": "m1", "version": "1.43"}}
HTML = "<html><head><title>No</title></head><body><h1>No</h1></body></html>"
TOKEN = "alices-secret-token"


def sent(wire: RequestsMock) -> list[Any]:
    return [call.request for call in wire.calls]


def test_every_call_says_who_we_are_and_carries_the_token_in_a_header_only(
    wire: RequestsMock, server: PlexMediaServer
) -> None:
    wire.get(ROOT, json=GOOD)
    server.root()
    request = sent(wire)[0]
    assert request.headers["X-Plex-Token"] == TOKEN
    assert request.headers["X-Plex-Client-Identifier"] == "plaxe-test"
    assert request.headers["X-Plex-Product"] == "Plaxe"
    assert request.headers["X-Plex-Version"] == "1.2.3"
    assert request.headers["X-Plex-Device-Name"] == "attic"
    assert request.headers["Accept"] == "application/json"
    assert TOKEN not in request.url


def test_a_stranger_is_asked_for_his_identity_without_the_token(
    wire: RequestsMock, server: PlexMediaServer
) -> None:
    wire.get(IDENTITY, json=GOOD)
    assert server.identity().machine_identifier == "m1"
    assert "X-Plex-Token" not in sent(wire)[0].headers


def test_a_device_name_in_any_script_makes_a_harmless_header(wire: RequestsMock) -> None:
    wire.get(IDENTITY, json=GOOD)
    odd = ClientIdentity(identifier="x", version="1", device_name="Küche\r\nX-Evil: 1")
    PlexMediaServer(ROOT, odd).identity()
    assert sent(wire)[0].headers["X-Plex-Device-Name"] == "K?che??X-Evil: 1"


def test_a_token_with_line_breaks_is_refused_before_anything_is_sent(
    wire: RequestsMock, identity: ClientIdentity
) -> None:
    server = PlexMediaServer(ROOT, identity, "secret\nX-Evil: 1")
    with pytest.raises(Unauthorized) as caught:
        server.root()
    assert "secret" not in str(caught.value)
    assert not wire.calls


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Moved),
        (307, Moved),
        (400, BadResponse),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (410, BadResponse),
        (418, BadResponse),
        (429, RateLimited),
        (498, Unauthorized),
        (500, BadResponse),
        (503, BadResponse),
    ],
)
def test_the_status_alone_decides_which_error_it_is(
    wire: RequestsMock, server: PlexMediaServer, status: int, kind: type[PlexError]
) -> None:
    wire.get(ROOT, body=HTML, status=status, content_type="text/html")
    with pytest.raises(PlexError) as caught:
        server.root()
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert "plex.example:32400" in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "errors", "kind", "code"),
    [
        (403, [{"code": 1041, "message": "PIN", "status": 403}], Forbidden, 1041),
        (404, [{"code": 1020, "message": "Code not found or expired"}], NotFound, 1020),
        (400, [{"code": 1020, "message": "Code not found or expired"}], NotFound, 1020),
        (400, [{"code": 1000, "message": "X-Plex-Client-Identifier is missing"}], BadResponse, 1000),
        (401, [{"code": 1001, "message": "User could not be authenticated"}], Unauthorized, 1001),
        (422, [{"message": "Invalid token"}], Unauthorized, None),
        (422, [{"message": "Label filters are not allowed"}], BadResponse, None),
        (403, "nonsense", Forbidden, None),
        (403, [], Forbidden, None),
    ],
)
def test_error_codes_of_plex_tv_are_read(
    wire: RequestsMock, cloud: PlexCloud, status: int, errors: Any, kind: type[PlexError], code: int | None
) -> None:
    wire.get(USER, json={"errors": errors}, status=status)
    with pytest.raises(PlexError) as caught:
        cloud.user()
    assert type(caught.value) is kind
    assert caught.value.code == code


def test_the_old_form_of_an_invalid_token_is_known_as_well(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(USER, json={"error": "Invalid token"}, status=422)
    with pytest.raises(Unauthorized):
        cloud.user()


def test_a_redirect_is_not_followed_and_the_message_names_the_other_host_only(
    wire: RequestsMock, server: PlexMediaServer
) -> None:
    target = "https://elsewhere.example/login?token=xyz"
    wire.get(ROOT, status=302, headers={"Location": target})
    with pytest.raises(BadResponse) as caught:
        server.root()
    assert "elsewhere.example" in str(caught.value)
    assert "xyz" not in str(caught.value)
    assert len(wire.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_read_is_repeated_when_the_trouble_may_pass(
    wire: RequestsMock, server: PlexMediaServer, status: int
) -> None:
    wire.get(ROOT, status=status)
    wire.get(ROOT, status=status)
    wire.get(ROOT, json=GOOD)
    assert server.root().machine_identifier == "m1"
    assert len(wire.calls) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_a_read_is_not_repeated_when_the_answer_is_final(
    wire: RequestsMock, server: PlexMediaServer, status: int
) -> None:
    wire.get(ROOT, status=status)
    with pytest.raises(PlexError):
        server.root()
    assert len(wire.calls) == 1


def test_a_lost_connection_is_tried_again_and_then_told(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(ROOT, body=requests.ConnectionError(f"http://plex.example/?X-Plex-Token={TOKEN}"))
    with pytest.raises(Unreachable) as caught:
        server.root()
    assert len(wire.calls) == 3
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_delete_is_sent_once_whatever_comes_back(
    wire: RequestsMock, server: PlexMediaServer, status: int
) -> None:
    wire.delete(ROOT + "library/metadata/7", status=status)
    with pytest.raises(PlexError):
        server.delete("7")
    assert len(wire.calls) == 1


def test_a_delete_without_an_answer_is_sent_once(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.delete(ROOT + "library/metadata/7", body=requests.ReadTimeout())
    with pytest.raises(Unreachable):
        server.delete("7")
    assert len(wire.calls) == 1


def test_a_post_is_sent_once(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.post("https://plex.example/api/v2/pins", status=503)
    with pytest.raises(BadResponse):
        cloud.create_pin()
    assert len(wire.calls) == 1


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    "wait",
    ["0", in_seconds(-3600), "Wed, 21 Oct 2015 07:28:00 -0000"],
    ids=["none", "an hour ago", "without a zone"],
)
def test_a_short_wait_asked_for_is_kept(wire: RequestsMock, server: PlexMediaServer, wait: str) -> None:
    wire.get(ROOT, status=429, headers={"Retry-After": wait})
    wire.get(ROOT, json=GOOD)
    assert server.root().machine_identifier == "m1"


def test_a_long_wait_asked_for_is_left_to_the_caller(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(ROOT, status=429, headers={"Retry-After": "120"})
    with pytest.raises(RateLimited) as caught:
        server.root()
    assert caught.value.retry_after == 120
    assert len(wire.calls) == 1


def test_a_wait_may_be_a_date(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(ROOT, status=429, headers={"Retry-After": in_seconds(120)})
    with pytest.raises(RateLimited) as caught:
        server.root()
    assert caught.value.retry_after == pytest.approx(120, abs=3)
    assert len(wire.calls) == 1


@pytest.mark.parametrize("wait", ["", "soon", "-1", "nan", "Thu, 99 Foo 2020"])
def test_a_wait_that_says_nothing_counts_as_none(
    wire: RequestsMock, server: PlexMediaServer, wait: str
) -> None:
    wire.get(ROOT, status=429, headers={"Retry-After": wait})
    with pytest.raises(RateLimited) as caught:
        server.root()
    assert caught.value.retry_after is None
    assert len(wire.calls) == 3


def test_no_repetition_begins_after_the_deadline(wire: RequestsMock, identity: ClientIdentity) -> None:
    wire.get(ROOT, status=503)
    hasty = Timing(deadline=0.2, first_wait=5, longest_wait=5)
    with pytest.raises(BadResponse):
        PlexMediaServer(ROOT, identity, timing=hasty).root()
    assert len(wire.calls) == 1


@pytest.mark.parametrize("url", ["", "plex", "ftp://plex.example", "http://", "http://[::1", "http://a b:1"])
def test_an_address_that_is_none_is_said_to_be_one(identity: ClientIdentity, url: str) -> None:
    with pytest.raises(Unreachable):
        PlexMediaServer(url, identity, TOKEN, timing=Timing(first_wait=0)).root()


def test_messages_never_show_the_password_in_an_address(wire: RequestsMock, identity: ClientIdentity) -> None:
    wire.get("http://bob:pass@plex.example/", status=401)
    with pytest.raises(Unauthorized) as caught:
        PlexMediaServer("http://bob:pass@plex.example", identity).root()
    assert "pass" not in str(caught.value)


def test_the_log_holds_method_path_and_status_only(
    wire: RequestsMock, cloud: PlexCloud, caplog: pytest.LogCaptureFixture
) -> None:
    wire.post("https://plex.example/api/v2/home/users/u1/switch", status=403)
    with caplog.at_level(logging.DEBUG), pytest.raises(Forbidden):
        cloud.switch_home_user("u1", pin="4711")
    assert caplog.messages == ["POST /api/v2/home/users/u1/switch: 403"]


def test_clients_do_not_show_their_token(server: PlexMediaServer, cloud: PlexCloud) -> None:
    assert repr(server) == "PlexMediaServer('plex.example:32400')"
    assert repr(cloud) == "PlexCloud('plex.example')"


def test_the_environment_has_no_say(
    wire: RequestsMock, server: PlexMediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:1")
    proxies: list[object] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        proxies.append(request.req_kwargs["proxies"])
        return 200, {}, json.dumps(GOOD)

    wire.add_callback("GET", ROOT, callback=answer)
    server.root()
    assert not any(proxies)


def test_cookies_are_not_kept(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(USER, json={"id": 1}, headers={"Set-Cookie": "session=abc"})
    cloud.user()
    cloud.user()
    assert "Cookie" not in sent(wire)[1].headers


def test_one_client_serves_many_threads(wire: RequestsMock, server: PlexMediaServer) -> None:
    wire.get(ROOT, json=GOOD)
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.append(server.root().machine_identifier)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["m1"] * 8


def test_a_client_needs_no_token(wire: RequestsMock, identity: ClientIdentity) -> None:
    wire.get(USER, json={"id": 1})
    assert PlexCloud("https://plex.example/", identity).user().id == 1
    assert "X-Plex-Token" not in sent(wire)[0].headers


@pytest.mark.parametrize("location", ["https://[", "http://plex.example:x/", "\x00", "//"])
def test_a_place_that_makes_no_sense_is_an_error_like_others(
    wire: RequestsMock, server: PlexMediaServer, location: str
) -> None:
    wire.get(ROOT, status=302, headers={"Location": location})
    with pytest.raises(PlexError):
        server.root()
