"""Signing in without a browser."""

import logging

import pytest
import requests
from pytest_django import Settings

from accounts.claiming import identify
from accounts.connecting import connect_owner
from accounts.errors import Refused
from accounts.models import Installation, PlexServer, User
from plexclient.errors import Unauthorized, Unreachable
from tests import factories
from tests.accounts.fake_plex import (
    LOCAL,
    FakePlex,
    MediaServer,
    account,
    connection,
    resource,
)
from tests.factories import ALICE, BOB, NOW

pytestmark = pytest.mark.django_db


def test_connect_takes_every_owned_server_it_can_reach(plex: FakePlex) -> None:
    away = resource("machine-2", name="Attic", connections=[connection("http://10.9.9.9:32400", local=True)])
    plex.resources["alice-token"] = [resource(), away, resource("theirs", owned=False)]
    connected = connect_owner("alice-token", now=NOW)
    assert [server.machine_identifier for server in connected.servers] == ["machine-1"]
    assert (connected.user.plex_id, connected.user.username) == (ALICE, "alice")
    assert Installation.load().owner == connected.user


def test_connect_with_an_address_takes_the_server_there(plex: FakePlex) -> None:
    plex.resources["alice-token"] = [resource("machine-2"), resource("machine-1", connections=[])]
    plex.at("http://nas:32400")
    connected = connect_owner("alice-token", url="http://nas:32400/", now=NOW)
    assert [server.url for server in connected.servers] == ["http://nas:32400"]
    assert connected.servers[0].token == "machine-1-token"


def test_connect_refuses_the_address_of_a_server_of_somebody_else(plex: FakePlex) -> None:
    plex.at("http://nas:32400", MediaServer("theirs"))
    with pytest.raises(Refused, match=r"http://nas:32400 does not belong to alice"):
        connect_owner("alice-token", url="http://nas:32400", now=NOW)
    assert not User.objects.exists()
    assert not plex.asked("/")


def test_connect_stores_nothing_when_no_server_can_be_reached(plex: FakePlex) -> None:
    plex.nobody_at(LOCAL)
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
