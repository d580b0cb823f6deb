from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from responses import RequestsMock

from plexclient.cloud import PlexCloud, auth_url
from plexclient.errors import BadResponse, Forbidden, NotFound, PlexError, RateLimited
from plexclient.http import ClientIdentity

CLOUD = "https://plex.example"
SHARES = CLOUD + "/api/servers/m1/shared_servers"

USERS = """<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer friendlyName="myPlex" size="2">
  <User id="2" title="bob" username="" email="" thumb="" home="1" restricted="1" protected="0">
    <Server id="20" machineIdentifier="m1" name="Attic" pending="0"/>
    <Server id="21" machineIdentifier="m2" name="Cellar" pending="0"/>
  </User>
  <User id="3" title="" username="carol" email="carol@example.com" home="0" restricted="0"/>
</MediaContainer>"""

HOME = """<MediaContainer size="2">
  <User id="1" uuid="u1" admin="1" guest="0" restricted="0" protected="1" title="alice" username="alice"/>
  <User id="2" uuid="u2" admin="0" guest="0" restricted="1" protected="0" title="bob" username=""/>
</MediaContainer>"""

SHARED = """<MediaContainer size="2">
  <SharedServer id="30" userID="3" username="carol" email="c@example.com" accessToken="carols-secret"
    name="Attic" acceptedAt="1700000000"><Section id="1" key="1" shared="1"/></SharedServer>
  <SharedServer id="31" userID="4" username="dave" email="" accessToken="" acceptedAt=""/>
</MediaContainer>"""


def sent(wire: RequestsMock) -> list[Any]:
    return [call.request for call in wire.calls]


def test_a_pin_is_made_strong_and_looked_at_until_it_holds_a_token(
    wire: RequestsMock, cloud: PlexCloud
) -> None:
    wire.post(
        CLOUD + "/api/v2/pins",
        json={"id": 5, "code": "abc", "expiresIn": 1800, "authToken": None},
        status=201,
    )
    wire.get(
        CLOUD + "/api/v2/pins/5", json={"id": 5, "code": "abc", "expiresIn": 9, "authToken": "bobs-secret"}
    )
    pin = cloud.create_pin()
    assert (pin.id, pin.code, pin.expires_in, pin.auth_token) == (5, "abc", 1800, None)
    assert sent(wire)[0].body == "strong=true"
    assert cloud.pin(5).auth_token == "bobs-secret"


def test_an_expired_pin_is_not_found(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(CLOUD + "/api/v2/pins/5", json={"errors": [{"code": 1020, "message": "expired"}]}, status=404)
    with pytest.raises(NotFound):
        cloud.pin(5)


@pytest.mark.parametrize("body", [{}, {"id": 5}, {"code": "abc"}, [], None, "x"])
def test_a_pin_without_id_or_code_is_a_bad_response(wire: RequestsMock, cloud: PlexCloud, body: Any) -> None:
    wire.post(CLOUD + "/api/v2/pins", json=body)
    with pytest.raises(BadResponse):
        cloud.create_pin()


def test_the_account_is_read(wire: RequestsMock, cloud: PlexCloud) -> None:
    account = {
        "id": 1,
        "uuid": "u1",
        "username": "alice",
        "title": "Alice",
        "email": "a@example.com",
        "home": True,
    }
    wire.get(CLOUD + "/api/v2/user", json={**account, "friendlyName": None, "authToken": "alices-secret"})
    user = cloud.user()
    assert (user.id, user.username, user.name, user.home) == (1, "alice", "Alice", True)
    assert "secret" not in repr(user)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"friendlyName": "Al", "title": "Alice", "username": "alice"}, "Al"),
        ({"friendlyName": "", "title": "Alice", "username": "alice"}, "Alice"),
        ({"title": None, "username": "alice"}, "alice"),
        ({}, ""),
    ],
)
def test_the_friendliest_name_is_shown(wire: RequestsMock, cloud: PlexCloud, names: Any, shown: Any) -> None:
    wire.get(CLOUD + "/api/v2/user", json={"id": 1, **names})
    assert cloud.user().name == shown


def test_an_account_without_a_number_is_a_bad_response(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(CLOUD + "/api/v2/user", json={"username": "alice"})
    with pytest.raises(BadResponse):
        cloud.user()


def device(**values: object) -> dict[str, object]:
    return {"clientIdentifier": "m1", "provides": "server", "owned": True, "accessToken": "secret", **values}


def test_only_owned_servers_can_be_managed(wire: RequestsMock, cloud: PlexCloud) -> None:
    others = [
        device(owned=False),
        device(owned="0"),
        device(provides="client,player"),
        device(provides="servers"),
    ]
    wire.get(CLOUD + "/api/v2/resources", json=[device(), device(provides="client,server", owned=1), *others])
    assert [resource.is_owned_server for resource in cloud.resources()] == [True, True, *[False] * 4]
    assert sent(wire)[0].params == {"includeHttps": "1", "includeRelay": "1", "includeIPv6": "1"}


def way(uri: str, address: str = "10.0.0.1", **values: object) -> dict[str, object]:
    return {"uri": uri, "protocol": "https", "address": address, "port": 32400, **values}


def test_ways_to_a_server_are_tried_from_near_to_far_and_plain_where_dns_may_hide_them(
    wire: RequestsMock, cloud: PlexCloud
) -> None:
    ways = [
        way("https://relay.plex.direct", local=False, relay=True),
        way("https://remote.plex.direct", local=False),
        way("https://local.plex.direct", local=True),
        way("https://own.example", local=True),
        way("https://six.plex.direct", "fd00::1", local=True, IPv6=True),
    ]
    wire.get(CLOUD + "/api/v2/resources", json=[device(connections=ways)])
    (resource,) = cloud.resources()
    assert [one.uri for one in resource.ordered_connections()] == [
        "https://local.plex.direct",
        "http://10.0.0.1:32400",
        "https://own.example",
        "https://six.plex.direct",
        "http://[fd00::1]:32400",
        "https://remote.plex.direct",
        "https://relay.plex.direct",
    ]
    assert resource.connections[4].ipv6


def test_a_server_that_demands_tls_is_not_tried_without(wire: RequestsMock, cloud: PlexCloud) -> None:
    ways = [way("https://local.plex.direct", local=True)]
    wire.get(CLOUD + "/api/v2/resources", json=[device(connections=ways, httpsRequired=True)])
    assert len(cloud.resources()[0].ordered_connections()) == 1


@pytest.mark.parametrize("body", [{}, None, "x", [7]])
def test_resources_that_are_no_list_of_devices_are_a_bad_response(
    wire: RequestsMock, cloud: PlexCloud, body: Any
) -> None:
    wire.get(CLOUD + "/api/v2/resources", json=body)
    with pytest.raises(BadResponse):
        cloud.resources()


def test_the_roster_of_people_is_read_from_xml(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(CLOUD + "/api/users", body=USERS, content_type="application/xml")
    bob, carol = cloud.users()
    assert (bob.id, bob.name, bob.home, bob.restricted, bob.protected) == (2, "bob", True, True, False)
    assert bob.machine_identifiers == ("m1", "m2")
    assert (carol.id, carol.name, carol.home, carol.machine_identifiers) == (3, "carol", False, ())
    assert sent(wire)[0].headers["Accept"] == "application/xml"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><MediaContainer>&b;</MediaContainer>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        USERS[:200],
        "<html><body>sign in</body></html>",
        '{"errors": []}',
        BOMB,
        '<?xml version="1.0" encoding="klingon"?><MediaContainer/>',
        '<MediaContainer><User title="no id"/></MediaContainer>',
        '<MediaContainer><User id="seven"/></MediaContainer>',
    ],
)
def test_a_roster_that_cannot_be_read_is_not_taken_for_an_empty_one(
    wire: RequestsMock, cloud: PlexCloud, body: Any
) -> None:
    wire.get(CLOUD + "/api/users", body=body, content_type="application/xml")
    with pytest.raises(BadResponse):
        cloud.users()


def test_home_users_are_read(wire: RequestsMock, cloud: PlexCloud) -> None:
    bob = {"id": 2, "uuid": "u2", "title": "bob", "username": None, "admin": False, "restricted": True}
    wire.get(CLOUD + "/api/v2/home/users", json={"id": 9, "name": "home", "users": [bob]})
    (user,) = cloud.home_users()
    assert (user.id, user.uuid, user.name, user.admin, user.restricted) == (2, "u2", "bob", False, True)


@pytest.mark.parametrize(
    "answer", [{"status": 404}, {"status": 410}, {"body": "<html>"}, {"json": {"size": 0}}, {"json": [{}]}]
)
def test_home_users_are_read_from_the_old_roster_where_the_new_one_fails(
    wire: RequestsMock, cloud: PlexCloud, answer: Any
) -> None:
    wire.get(CLOUD + "/api/v2/home/users", **answer)
    wire.get(CLOUD + "/api/home/users", body=HOME)
    alice, bob = cloud.home_users()
    assert (alice.admin, alice.protected, alice.uuid) == (True, True, "u1")
    assert (bob.admin, bob.restricted, bob.name) == (False, True, "bob")


def test_a_limit_is_no_reason_to_ask_the_old_roster_as_well(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(CLOUD + "/api/v2/home/users", status=429, headers={"Retry-After": "600"})
    with pytest.raises(RateLimited):
        cloud.home_users()
    assert len(wire.calls) == 1


def test_friends_are_read_where_plex_still_tells_them(wire: RequestsMock, cloud: PlexCloud) -> None:
    shares = [{"machineIdentifier": "m1", "accepted": True}, {"machineIdentifier": None}]
    carol = {"id": 3, "username": "carol", "title": "Carol", "status": "accepted", "sharedServers": shares}
    wire.get(CLOUD + "/api/v2/friends", json=[carol])
    (friend,) = cloud.friends()
    assert (friend.name, friend.machine_identifiers) == ("Carol", ("m1",))


def test_the_retired_list_of_friends_is_an_error_and_not_an_empty_list(
    wire: RequestsMock, cloud: PlexCloud
) -> None:
    wire.get(CLOUD + "/api/v2/friends", status=410)
    with pytest.raises(BadResponse) as caught:
        cloud.friends()
    assert caught.value.status == 410


def test_shares_come_with_their_tokens_and_hide_them(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.get(SHARES, body=SHARED)
    carol, dave = cloud.shared_servers("m1")
    assert (carol.id, carol.user_id, carol.name, carol.access_token) == (30, 3, "carol", "carols-secret")
    assert carol.accepted_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (dave.access_token, dave.accepted_at) == (None, None)
    assert "carols-secret" not in repr(carol)
    assert "access_token=***" in repr(carol)
    assert "access_token=None" in repr(dave)


def test_a_machine_identifier_cannot_lead_elsewhere(wire: RequestsMock, cloud: PlexCloud) -> None:
    with pytest.raises(PlexError):
        cloud.shared_servers("../../users?x=")
    assert sent(wire)[0].url == CLOUD + "/api/servers/..%2F..%2Fusers%3Fx%3D/shared_servers"


def test_switching_to_a_home_user_gives_that_users_token(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.post(CLOUD + "/api/v2/home/users/u2/switch", json={"id": 2, "authToken": "bobs-secret"}, status=201)
    assert cloud.switch_home_user("u2") == "bobs-secret"
    assert cloud.switch_home_user("u2", pin="4711") == "bobs-secret"
    assert [request.params for request in sent(wire)] == [{}, {"pin": "4711"}]


def test_a_home_user_with_a_pin_is_forbidden_without(wire: RequestsMock, cloud: PlexCloud) -> None:
    wire.post(CLOUD + "/api/v2/home/users/u2/switch", json={"errors": [{"code": 1041}]}, status=403)
    with pytest.raises(Forbidden) as caught:
        cloud.switch_home_user("u2")
    assert caught.value.code == 1041


@pytest.mark.parametrize("body", [{}, {"authToken": None}, {"authToken": ""}, []])
def test_a_switch_without_a_token_is_a_bad_response(wire: RequestsMock, cloud: PlexCloud, body: Any) -> None:
    wire.post(CLOUD + "/api/v2/home/users/u2/switch", json=body)
    with pytest.raises(BadResponse):
        cloud.switch_home_user("u2")


def test_the_sign_in_address_keeps_everything_behind_the_hash(identity: ClientIdentity) -> None:
    url = auth_url("https://app.plex.example/", identity, "a&b", "https://plaxe.example/back?state=1&x=2")
    address, _, parameters = url.partition("#?")
    assert address == "https://app.plex.example/auth"
    assert urlsplit(url).query == ""
    assert parse_qs(parameters) == {
        "clientID": ["plaxe-test"],
        "code": ["a&b"],
        "context[device][product]": ["Plaxe"],
        "context[device][version]": ["1.2.3"],
        "context[device][deviceName]": ["attic"],
        "forwardUrl": ["https://plaxe.example/back?state=1&x=2"],
    }


def test_an_odd_device_hides_no_server_and_an_odd_way_no_other_way(
    wire: RequestsMock, cloud: PlexCloud
) -> None:
    good = {"uri": "http://nas:32400", "local": True}
    ways = [{"address": "nas"}, {"uri": "http://nas:1", "port": "x"}, good, "nonsense"]
    server = {"clientIdentifier": "m1", "provides": "server", "owned": True, "connections": ways}
    wire.get(CLOUD + "/api/v2/resources", json=[{"name": "a lamp"}, {"clientIdentifier": None}, server])
    [resource] = cloud.resources()
    assert resource.client_identifier == "m1"
    assert [way.uri for way in resource.connections] == ["http://nas:32400"]
