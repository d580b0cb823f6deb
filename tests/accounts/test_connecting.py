from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from accounts.claiming import identify
from accounts.connecting import NoWay, WrongServer, reach, refresh, take_server
from accounts.models import Job, PlexServer
from plexclient.errors import PlexError, Unauthorized, Unreachable
from tests import factories
from tests.accounts.fake_plex import (
    LOCAL,
    RELAY,
    REMOTE,
    FakePlex,
    MediaServer,
    connection,
    resource,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db

KNOWN = "http://plex.test:32400"


def take(plex: FakePlex, *, url: str | None = None) -> PlexServer:
    user = factories.alice()
    return take_server(user, identify("alice-token").servers[0], url=url, now=NOW)


# The way to a server


def test_the_local_address_wins_when_all_of_them_work(plex: FakePlex) -> None:
    ways = [connection(RELAY, relay=True), connection(REMOTE), connection(LOCAL, local=True)]
    plex.resources["alice-token"] = [resource(connections=ways)]
    for url in (RELAY, REMOTE):
        plex.at(url)
    assert take(plex).url == LOCAL


def test_addresses_are_tried_local_remote_relayed(plex: FakePlex) -> None:
    ways = [connection(RELAY, relay=True), connection(REMOTE), connection(LOCAL, local=True)]
    plex.resources["alice-token"] = [resource(connections=ways)]
    plex.nobody_at(LOCAL)
    plex.at(RELAY)
    assert take(plex).url == RELAY
    asked = list(dict.fromkeys(plex.hosts_asked("/identity")))
    assert asked == [urlsplit(url).netloc for url in (LOCAL, REMOTE, RELAY)]


def test_a_typed_address_is_the_only_one_tried(plex: FakePlex) -> None:
    plex.at("http://nas:32400")
    assert take(plex, url="nas:32400").url == "http://nas:32400"
    assert plex.hosts_asked("/identity") == ["nas:32400"]


def test_an_address_at_which_another_server_answers_is_passed_over(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [
        resource(connections=[connection(LOCAL, local=True), connection(REMOTE)])
    ]
    plex.at(LOCAL, MediaServer("somebody-else"))
    plex.at(REMOTE)
    assert take(plex).url == REMOTE


def test_no_token_goes_to_an_address_before_the_server_has_proved_itself(plex: FakePlex) -> None:
    plex.at(LOCAL, MediaServer("somebody-else"))
    with pytest.raises(NoWay):
        take(plex)
    sent = [request for request in plex.requests if "192.168.1.10" in str(request.url)]
    assert sent
    assert not any("X-Plex-Token" in request.headers for request in sent)


def test_a_server_without_a_way_says_what_came_of_each_address(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [
        resource(connections=[connection(LOCAL, local=True), connection(REMOTE)])
    ]
    plex.at(LOCAL, MediaServer("somebody-else"))
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
    plex.at("http://nas:32400")
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
    plex.nobody_at(KNOWN)
    server = factories.server(url=KNOWN)
    reach(server, NOW)
    row = PlexServer.objects.get()
    assert (row.url, row.token, row.is_online) == (LOCAL, "machine-1-token", True)


def test_another_server_at_the_known_address_is_never_taken_for_ours(plex: FakePlex) -> None:
    plex.at(KNOWN, MediaServer("somebody-else"))
    plex.nobody_at(LOCAL)
    server = factories.server(url=KNOWN)
    with pytest.raises(WrongServer, match="Another Plex server"):
        reach(server, NOW)
    row = PlexServer.objects.get()
    assert not row.is_online
    assert "Another Plex server" in row.last_error
    assert not plex.asked("/")


def test_a_server_that_is_off_says_so_and_keeps_its_address(plex: FakePlex) -> None:
    plex.nobody_at(KNOWN)
    plex.nobody_at(LOCAL)
    with pytest.raises(Unreachable):
        reach(factories.server(url=KNOWN), NOW)
    row = PlexServer.objects.get()
    assert (row.url, row.is_online) == (KNOWN, False)
    assert row.last_error


def test_a_server_that_is_off_while_plex_tv_is_down_is_simply_off(plex: FakePlex) -> None:
    plex.nobody_at(KNOWN)
    plex.fails("/api/v2/resources")
    with pytest.raises(Unreachable, match=r"plex\.test"):
        reach(factories.server(url=KNOWN), NOW)


def test_a_server_that_is_off_is_simply_off_when_the_owners_token_cannot_be_read(
    plex: FakePlex, settings: Settings
) -> None:
    plex.nobody_at(KNOWN)
    server = factories.server(url=KNOWN)
    settings.PLAXE_ENCRYPTION_KEYS = ["another-key"]
    with pytest.raises(Unreachable):
        reach(PlexServer.objects.get(pk=server.pk), NOW)


def test_a_server_that_is_no_longer_ours_is_simply_off(plex: FakePlex) -> None:
    plex.nobody_at(KNOWN)
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
