import logging
from urllib.parse import urlsplit

import pytest
import requests
from pytest_django import Settings

from accounts.claiming import identify
from accounts.connecting import NoWay, WrongServer, connect_owner, reach, refresh, take_server
from accounts.errors import Refused
from accounts.models import Installation, Job, PlexServer, User
from plexclient.errors import PlexError, Unauthorized, Unreachable
from tests import factories
from tests.accounts.fake_plex import (
    LOCAL,
    RELAY,
    REMOTE,
    FakePlex,
    MediaServer,
    account,
    connection,
    resource,
)
from tests.factories import ALICE, BOB, NOW

pytestmark = pytest.mark.django_db

KNOWN = "http://plex.test:32400"


def at(plex: FakePlex, url: str, server: MediaServer | None = None) -> None:
    plex.servers[urlsplit(url).netloc] = server or MediaServer()


def nobody_at(plex: FakePlex, url: str) -> None:
    plex.servers.pop(urlsplit(url).netloc, None)


def take(plex: FakePlex, *, url: str | None = None) -> PlexServer:
    user = factories.alice()
    return take_server(user, identify("alice-token").servers[0], url=url, now=NOW)


# The way to a server


def test_the_local_address_wins_when_all_of_them_work(plex: FakePlex) -> None:
    ways = [connection(RELAY, relay=True), connection(REMOTE), connection(LOCAL, local=True)]
    plex.resources["alice-token"] = [resource(connections=ways)]
    for url in (RELAY, REMOTE):
        at(plex, url)
    assert take(plex).url == LOCAL


def test_addresses_are_tried_local_remote_relayed(plex: FakePlex) -> None:
    ways = [connection(RELAY, relay=True), connection(REMOTE), connection(LOCAL, local=True)]
    plex.resources["alice-token"] = [resource(connections=ways)]
    nobody_at(plex, LOCAL)
    at(plex, RELAY)
    assert take(plex).url == RELAY
    assert plex.hosts_asked("/identity") == [urlsplit(url).netloc for url in (LOCAL, REMOTE, RELAY)]


def test_a_typed_address_is_the_only_one_tried(plex: FakePlex) -> None:
    at(plex, "http://nas:32400")
    assert take(plex, url="nas:32400").url == "http://nas:32400"
    assert plex.hosts_asked("/identity") == ["nas:32400"]


def test_an_address_at_which_another_server_answers_is_passed_over(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [
        resource(connections=[connection(LOCAL, local=True), connection(REMOTE)])
    ]
    at(plex, LOCAL, MediaServer("somebody-else"))
    at(plex, REMOTE)
    assert take(plex).url == REMOTE


def test_no_token_goes_to_an_address_before_the_server_has_proved_itself(plex: FakePlex) -> None:
    at(plex, LOCAL, MediaServer("somebody-else"))
    with pytest.raises(NoWay):
        take(plex)
    sent = [request for request in plex.requests if "192.168.1.10" in str(request.url)]
    assert sent
    assert not any("X-Plex-Token" in request.headers for request in sent)


def test_a_server_without_a_way_says_what_came_of_each_address(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [
        resource(connections=[connection(LOCAL, local=True), connection(REMOTE)])
    ]
    at(plex, LOCAL, MediaServer("somebody-else"))
    with pytest.raises(NoWay) as refusal:
        take(plex)
    assert [(probe.url, probe.ok) for probe in refusal.value.tried] == [(LOCAL, False), (REMOTE, False)]
    assert "Another Plex server" in refusal.value.tried[0].words
    assert not PlexServer.objects.exists()


def test_a_taken_server_is_described_as_it_describes_itself(plex: FakePlex) -> None:
    plex.servers[urlsplit(LOCAL).netloc].name = "Attic"
    server = take(plex)
    row = PlexServer.objects.get()
    assert row == server
    assert (row.name, row.version, row.allows_deletion, row.token) == (
        "Attic",
        "1.43.0",
        True,
        "machine-1-token",
    )
    assert row.is_online
    assert row.last_seen_at == NOW


def test_a_server_that_does_not_say_so_does_not_allow_deletion(plex: FakePlex) -> None:
    plex.servers[urlsplit(LOCAL).netloc].allows_deletion = False
    assert not take(plex).allows_deletion


def test_a_taken_server_wants_to_be_read(plex: FakePlex) -> None:
    take(plex)
    assert {job.kind for job in Job.objects.wanted()} == {"viewers", "libraries"}


def test_taking_a_server_again_keeps_its_row(plex: FakePlex) -> None:
    first = take(plex)
    at(plex, "http://nas:32400")
    again = take(plex, url="http://nas:32400")
    assert (again.pk, again.url) == (first.pk, "http://nas:32400")


def test_a_server_that_refuses_the_token_is_not_taken(plex: FakePlex) -> None:
    plex.servers[urlsplit(LOCAL).netloc].tokens.clear()
    with pytest.raises(Unauthorized):
        take(plex)
    assert not PlexServer.objects.exists()


# Reaching a server again


def test_a_reached_server_is_remembered_as_online(plex: FakePlex) -> None:
    server = factories.server(is_online=False, last_error="was off")
    assert reach(server, NOW).root().friendly_name == "Cellar"
    row = PlexServer.objects.get()
    assert (row.is_online, row.last_seen_at, row.last_error) == (True, NOW, "")


def test_a_server_that_moved_is_found_through_plex_tv_and_remembered(plex: FakePlex) -> None:
    nobody_at(plex, KNOWN)
    server = factories.server(url=KNOWN)
    reach(server, NOW)
    row = PlexServer.objects.get()
    assert (row.url, row.token, row.is_online) == (LOCAL, "machine-1-token", True)


def test_another_server_at_the_known_address_is_never_taken_for_ours(plex: FakePlex) -> None:
    at(plex, KNOWN, MediaServer("somebody-else"))
    nobody_at(plex, LOCAL)
    server = factories.server(url=KNOWN)
    with pytest.raises(WrongServer, match="Another Plex server"):
        reach(server, NOW)
    row = PlexServer.objects.get()
    assert not row.is_online
    assert "Another Plex server" in row.last_error
    assert not plex.asked("/")


def test_a_server_that_is_off_says_so_and_keeps_its_address(plex: FakePlex) -> None:
    nobody_at(plex, KNOWN)
    nobody_at(plex, LOCAL)
    with pytest.raises(Unreachable):
        reach(factories.server(url=KNOWN), NOW)
    row = PlexServer.objects.get()
    assert (row.url, row.is_online) == (KNOWN, False)
    assert row.last_error


def test_a_server_that_is_off_while_plex_tv_is_down_is_simply_off(plex: FakePlex) -> None:
    nobody_at(plex, KNOWN)
    plex.fails("/api/v2/resources")
    with pytest.raises(Unreachable, match=r"plex\.test"):
        reach(factories.server(url=KNOWN), NOW)


def test_a_server_that_is_off_is_simply_off_when_the_owners_token_cannot_be_read(
    plex: FakePlex, settings: Settings
) -> None:
    nobody_at(plex, KNOWN)
    server = factories.server(url=KNOWN)
    settings.PLAXE_ENCRYPTION_KEYS = ["another-key"]
    with pytest.raises(Unreachable):
        reach(PlexServer.objects.get(pk=server.pk), NOW)


def test_a_server_that_is_no_longer_ours_is_simply_off(plex: FakePlex) -> None:
    nobody_at(plex, KNOWN)
    plex.resources["alice-token"] = [resource(owned=False)]
    with pytest.raises(Unreachable):
        reach(factories.server(url=KNOWN), NOW)


@pytest.mark.parametrize("body", ["<html>Sign in to the hotel</html>", '{"MediaContainer": {', "{}"])
def test_an_answer_that_is_no_plex_is_not_reached(plex: FakePlex, body: str) -> None:
    plex.fails("/identity", (200, {}, body))
    with pytest.raises(PlexError):
        reach(factories.server(), NOW)
    assert not PlexServer.objects.get().is_online


def test_a_server_that_answers_but_not_about_itself_stays_online_with_the_error(plex: FakePlex) -> None:
    server = factories.server(allows_deletion=True)
    plex.servers["plex.test:32400"].is_broken = True
    with pytest.raises(PlexError):
        refresh(server, NOW)
    row = PlexServer.objects.get()
    assert row.is_online
    assert row.last_error
    assert row.allows_deletion


# Signing in without a browser


def test_connect_takes_every_owned_server_it_can_reach(plex: FakePlex) -> None:
    away = resource("machine-2", name="Attic", connections=[connection("http://10.9.9.9:32400", local=True)])
    plex.resources["alice-token"] = [resource(), away, resource("theirs", owned=False)]
    connected = connect_owner("alice-token", now=NOW)
    assert [server.machine_identifier for server in connected.servers] == ["machine-1"]
    assert (connected.user.plex_id, connected.user.username) == (ALICE, "alice")
    assert Installation.load().owner == connected.user


def test_connect_with_an_address_takes_the_server_there(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [resource("machine-2"), resource("machine-1", connections=[])]
    at(plex, "http://nas:32400")
    connected = connect_owner("alice-token", url="http://nas:32400/", now=NOW)
    assert [server.url for server in connected.servers] == ["http://nas:32400"]
    assert connected.servers[0].token == "machine-1-token"


def test_connect_refuses_the_address_of_a_server_of_somebody_else(plex: FakePlex) -> None:
    at(plex, "http://nas:32400", MediaServer("theirs"))
    with pytest.raises(Refused, match=r"http://nas:32400 does not belong to alice"):
        connect_owner("alice-token", url="http://nas:32400", now=NOW)
    assert not User.objects.exists()
    assert not plex.asked("/")


def test_connect_stores_nothing_when_no_server_can_be_reached(plex: FakePlex) -> None:
    nobody_at(plex, LOCAL)
    with pytest.raises(Refused, match="Cellar cannot be reached"):
        connect_owner("alice-token", now=NOW)
    assert not User.objects.exists()
    assert not Installation.load().is_claimed


def test_connect_refuses_a_token_that_owns_no_server(plex: FakePlex) -> None:
    plex.accounts["bob-token"] = account(BOB, "bob")
    plex.resources["bob-token"] = [resource(owned=False), resource("player", provides="player,client")]
    with pytest.raises(Refused, match="bob owns no Plex server"):
        connect_owner("bob-token", now=NOW)
    assert not User.objects.exists()


def test_connect_refuses_the_owner_of_another_server_once_somebody_has_claimed(plex: FakePlex) -> None:
    connect_owner("alice-token", now=NOW)
    plex.accounts["bob-token"] = account(BOB, "bob")
    plex.resources["bob-token"] = [resource("machine-2")]
    with pytest.raises(Refused, match="belongs to somebody else"):
        connect_owner("bob-token", now=NOW)
    assert [user.username for user in User.objects.all()] == ["alice"]


def test_connect_refuses_whoever_is_not_the_owner_that_the_settings_name(
    plex: FakePlex, settings: Settings
) -> None:
    settings.PLAXE_OWNER = "bob"
    with pytest.raises(Refused, match="PLAXE_OWNER"):
        connect_owner("alice-token", now=NOW)
    assert not User.objects.exists()


def test_connect_again_refreshes_the_tokens_of_a_server_that_is_off(plex: FakePlex) -> None:
    off = resource("machine-2", connections=[])
    plex.resources["alice-token"] = [resource(), off]
    factories.server(machine_identifier="machine-2", owner=connect_owner("alice-token", now=NOW).user)
    plex.resources["alice-token"] = [resource(), {**off, "accessToken": "fresh"}]
    connect_owner("alice-token", now=NOW)
    assert PlexServer.objects.get(machine_identifier="machine-2").token == "fresh"


def test_a_wrong_token_is_refused_without_being_shown(
    plex: FakePlex, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unauthorized) as refusal:
        connect_owner("a-wrong-token", now=NOW)
    assert "a-wrong-token" not in f"{refusal.value!r} {refusal.value} {caplog.text}"


def test_no_token_is_shown_while_connecting(plex: FakePlex, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connected = connect_owner("alice-token", now=NOW)
    shown = f"{connected!r} {identify('alice-token')!r} {caplog.text}"
    assert "Cellar" in shown
    assert "alice-token" not in shown
    assert "machine-1-token" not in shown
    assert not any("token" in str(request.url).lower() for request in plex.requests)


def test_plex_tv_being_down_stops_connecting_in_words(plex: FakePlex) -> None:
    plex.fails("/api/v2/user", requests.ConnectionError("dns"))
    with pytest.raises(Unreachable, match=r"plex\.tv"):
        connect_owner("alice-token", now=NOW)
    assert not User.objects.exists()
