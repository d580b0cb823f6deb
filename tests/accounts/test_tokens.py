"""The tokens to act as a viewer, from a plex.tv over HTTP."""

from collections.abc import Iterator

import pytest

from accounts.models import PlexServer
from accounts.tokens import NoToken, ViewerTokens
from plexclient.demo import World
from plexclient.demo.faults import Fault
from plexclient.errors import PlexError, RateLimited
from tests.neighbourhood import calls, connected, inhabited, viewer

SWITCH = "/api/v2/home/users/"


@pytest.fixture
def world() -> World:
    return inhabited()


@pytest.fixture
def server(db: None, world: World) -> Iterator[PlexServer]:
    with connected(world) as (server, _):
        world.requests.clear()
        yield server


@pytest.fixture
def tokens(server: PlexServer) -> ViewerTokens:
    return ViewerTokens(server)


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ned"])
def test_the_server_takes_whoever_has_a_way_for_himself(
    tokens: ViewerTokens, world: World, name: str
) -> None:
    film = world.add_movie("Heron Lake")
    world.mark_watched(world.person(name), film)
    assert tokens.client_for(viewer(name)).metadata(film.rating_key).view_count == 1
    others = {"alice", "bob", "carol", "ned"} - {name}
    assert not any(tokens.client_for(viewer(one)).metadata(film.rating_key).view_count for one in others)


def test_the_owner_costs_no_question(tokens: ViewerTokens, world: World) -> None:
    tokens.client_for(viewer("alice"))
    assert calls(world, "/api") == 0


def test_the_shares_are_asked_for_once_a_run(tokens: ViewerTokens, world: World) -> None:
    for name in ("bob", "carol", "bob"):
        tokens.client_for(viewer(name))
    assert calls(world, "/api/servers/machine-1/shared_servers") == 1


def test_a_switch_is_made_once_a_run(tokens: ViewerTokens, world: World) -> None:
    for _ in range(2):
        tokens.client_for(viewer("ned"))
    assert calls(world, f"{SWITCH}{viewer('ned').uuid}/switch") == 1


def test_a_protected_user_without_a_pin_is_not_even_tried(tokens: ViewerTokens, world: World) -> None:
    with pytest.raises(NoToken, match=r"mia's account asks for a PIN\. Enter it"):
        tokens.client_for(viewer("mia"))
    assert calls(world, SWITCH) == 0


def test_a_protected_user_with_the_pin_is_read(tokens: ViewerTokens, world: World) -> None:
    viewer("mia").take_pin("1234")
    assert tokens.client_for(viewer("mia")).sections()


def test_a_wrong_pin_is_said_once_and_not_tried_again(server: PlexServer, world: World) -> None:
    viewer("mia").take_pin("4321")
    for _ in range(2):
        with pytest.raises(NoToken, match="does not accept the PIN"):
            ViewerTokens(server).client_for(viewer("mia"))
    assert calls(world, SWITCH) == 1
    viewer("mia").take_pin("1234")
    assert ViewerTokens(server).client_for(viewer("mia")).sections()


def test_a_pin_that_was_set_since_the_last_sync_is_asked_for(tokens: ViewerTokens, world: World) -> None:
    world.person("ned").pin = "9999"
    with pytest.raises(NoToken, match="ned's account asks for a PIN"):
        tokens.client_for(viewer("ned"))
    assert viewer("ned").is_protected


def test_who_has_not_accepted_yet_has_no_token(tokens: ViewerTokens) -> None:
    erin = viewer("bob")
    erin.plex_id, erin.kind, erin.name = 1006, "FRIEND", "erin"
    with pytest.raises(NoToken, match="has not accepted the invitation"):
        tokens.client_for(erin)


def test_a_profile_without_a_token_is_told(tokens: ViewerTokens) -> None:
    with pytest.raises(NoToken, match="restriction profile"):
        tokens.client_for(viewer("frank"))


def test_who_has_left_has_no_token(tokens: ViewerTokens, world: World) -> None:
    world.unshare(world.person("carol"))
    with pytest.raises(NoToken, match="not shared with carol any more"):
        tokens.client_for(viewer("carol"))


def test_a_home_user_without_a_way_to_this_server_has_no_token(tokens: ViewerTokens, world: World) -> None:
    world.unshare(world.person("ned"))
    with pytest.raises(NoToken, match="Share the server"):
        tokens.client_for(viewer("ned"))


def test_a_home_user_who_has_left_the_home_has_no_token(tokens: ViewerTokens, world: World) -> None:
    world.person("ned").home = False
    with pytest.raises(NoToken, match="no longer in the Plex home"):
        tokens.client_for(viewer("ned"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_shares_that_cannot_be_read_are_unknown_and_asked_for_once(
    tokens: ViewerTokens, world: World, status: int
) -> None:
    world.faults.add(Fault("status", path_pattern="shared_servers", status=status, times=None))
    with pytest.raises(PlexError):
        tokens.client_for(viewer("bob"))
    asked = calls(world, "/api/servers")
    with pytest.raises(PlexError):
        tokens.client_for(viewer("carol"))
    assert calls(world, "/api/servers") == asked


def test_plex_tv_asking_for_fewer_switches_gets_no_more_of_them(tokens: ViewerTokens, world: World) -> None:
    viewer("mia").take_pin("1234")
    world.faults.add(Fault("status", "POST", SWITCH, status=429, times=None))
    for name in ("ned", "mia"):
        with pytest.raises(RateLimited):
            tokens.client_for(viewer(name))
    assert calls(world, SWITCH) == 1


def test_nothing_shows_a_token_or_a_pin(tokens: ViewerTokens, world: World) -> None:
    viewer("mia").take_pin("1234")
    client = tokens.client_for(viewer("mia"))
    shown = repr((tokens, client, viewer("mia")))
    secrets = [share.token for share in world.server.shares if share.token]
    assert not [secret for secret in ["1234", *secrets] if secret in shown]
