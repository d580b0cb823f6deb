import pytest

from plexclient.demo import Person, Running, World, serve, small_world
from tests.demo.asking import Client


def test_a_request_without_a_client_identifier_is_error_1000(running: Running, stranger: Client) -> None:
    answer = stranger.get("/api/v2/user", X_Plex_Client_Identifier="")
    assert (answer.status, answer.code) == (400, 1000)


def test_a_strong_pin_is_long_and_lives_half_an_hour(stranger: Client) -> None:
    pin = stranger("POST", "/api/v2/pins", body="strong=true").json
    assert len(pin["code"]) > 20
    assert (pin["expiresIn"], pin["authToken"]) == (1800, None)


def test_a_weak_pin_has_four_characters(stranger: Client) -> None:
    answer = stranger("POST", "/api/v2/pins")
    assert (answer.status, len(answer.json["code"]), answer.json["expiresIn"]) == (201, 4, 900)


def test_a_linked_pin_gives_a_token_that_names_the_person(stranger: Client, cloud: Client) -> None:
    pin = stranger("POST", "/api/v2/pins?strong=true").json
    assert cloud("PUT", f"/api/v2/pins/link?code={pin['code']}").status == 204
    stranger.token = stranger.get(f"/api/v2/pins/{pin['id']}").json["authToken"]
    assert stranger.get("/api/v2/user").json["username"] == "alice"


def test_another_client_does_not_see_the_pin(stranger: Client) -> None:
    pin = stranger("POST", "/api/v2/pins?strong=true").json
    answer = stranger.get(f"/api/v2/pins/{pin['id']}", X_Plex_Client_Identifier="somebody-else")
    assert (answer.status, answer.code) == (404, 1020)


def test_an_expired_pin_is_error_1020(world: World, stranger: Client) -> None:
    pin = stranger("POST", "/api/v2/pins?strong=true").json
    later = world.now() + 1801
    world.clock = lambda: later
    answer = stranger.get(f"/api/v2/pins/{pin['id']}")
    assert (answer.status, answer.code) == (404, 1020)


def test_a_token_nobody_has_is_error_1001(stranger: Client) -> None:
    stranger.token = "made-up"
    answer = stranger.get("/api/v2/user")
    assert (answer.status, answer.code) == (401, 1001)
    assert stranger.get("/users/account.json").status == 422


def test_signing_out_ends_the_token(world: World, running: Running, cloud: Client, alice: Person) -> None:
    cloud.token = world.issue_token(alice)
    assert cloud.get("/api/v2/ping").json == {"pong": True}
    assert cloud("DELETE", "/api/v2/users/signout").status == 204
    assert cloud.get("/api/v2/user").status == 401
    assert world.deletes == []


def test_resources_list_the_server_with_its_own_token_and_players_beside_it(
    world: World, running: Running, cloud: Client
) -> None:
    server, player = cloud.get("/api/v2/resources?includeHttps=1").json
    assert server["clientIdentifier"] == world.server.machine_identifier
    assert (server["owned"], server["accessToken"]) == (True, world.server.access_token)
    assert [one["uri"] for one in server["connections"]] == [running.server_url()]
    assert (player["owned"], player["accessToken"]) == (True, None)
    assert "server" not in player["provides"].split(",")


def test_unreachable_connections_come_first(world: World, cloud: Client) -> None:
    world.server.remote_address = "192.0.2.7"
    server, _ = cloud.get("/api/v2/resources").json
    assert [one["local"] for one in server["connections"]] == [False, True]


def test_a_friend_sees_the_server_as_not_his(world: World, cloud: Client, carol: Person) -> None:
    cloud.token = carol.token
    server, _ = cloud.get("/api/v2/resources").json
    assert (server["owned"], server["sourceTitle"]) == (False, "alice")
    assert server["accessToken"] == world.server.token_of(carol)


def test_users_are_xml_without_the_owner_whatever_is_accepted(world: World, cloud: Client) -> None:
    answer = cloud.get("/api/users")
    assert answer.headers.get_content_type() == "application/xml"
    assert [(user.get("username"), user.get("home")) for user in answer.xml] == [("bob", "1"), ("carol", "0")]
    share = answer.xml[0][0]
    assert share.get("machineIdentifier") == world.server.machine_identifier


def test_a_managed_user_has_neither_name_nor_mail(world: World, cloud: Client) -> None:
    world.add_person("mia", home=True, restricted=True, profile="teen")
    mia = cloud.get("/api/home/users").xml[-1]
    assert (mia.get("title"), mia.get("username"), mia.get("restrictionProfile")) == ("mia", "", "teen")
    assert "restrictionProfile" not in cloud.get("/api/home/users").xml[0].attrib


def test_home_users_are_json_with_the_owner(cloud: Client) -> None:
    users = cloud.get("/api/v2/home/users").json["users"]
    assert [(user["title"], user["admin"]) for user in users] == [("alice", True), ("bob", False)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v2/friends", 410),
        ("/api/friends", 410),
        ("/api/invites/requested", 410),
        ("/api/v2/shared_servers", 405),
    ],
)
def test_what_plex_took_away_is_gone(cloud: Client, path: str, status: int) -> None:
    assert cloud.get(path).status == status


def test_shared_servers_give_the_tokens_to_act_with(world: World, cloud: Client, bob: Person) -> None:
    answer = cloud.get(f"/api/servers/{world.server.machine_identifier}/shared_servers")
    shared = {share.get("userID"): share for share in answer.xml}
    assert shared[str(bob.plex_id)].get("accessToken") == world.server.token_of(bob)
    assert [section.get("key") for section in shared[str(bob.plex_id)]] == ["1", "2"]


def test_a_pending_share_has_no_token(world: World, cloud: Client) -> None:
    world.share(world.add_person("dave"), pending=True)
    dave = cloud.get(f"/api/servers/{world.server.machine_identifier}/shared_servers").xml[-1]
    assert "accessToken" not in dave.attrib
    assert "acceptedAt" not in dave.attrib


def test_only_the_owner_reads_the_shares(world: World, cloud: Client, carol: Person) -> None:
    cloud.token = carol.token
    assert cloud.get(f"/api/servers/{world.server.machine_identifier}/shared_servers").status == 404


def test_whoever_leaves_disappears_from_the_rosters(world: World, cloud: Client, carol: Person) -> None:
    world.unshare(carol)
    assert [user.get("username") for user in cloud.get("/api/users").xml] == ["bob"]


def test_switching_to_a_protected_user_needs_the_pin(world: World, cloud: Client, bob: Person) -> None:
    bob.pin = "1234"
    refused = cloud("POST", f"/api/v2/home/users/{bob.uuid}/switch")
    assert (refused.status, refused.code) == (403, 1041)
    assert cloud("POST", f"/api/v2/home/users/{bob.uuid}/switch?pin=1234").status == 201


def test_a_switched_token_must_be_exchanged_for_the_servers_own(
    world: World, cloud: Client, server: Client, bob: Person
) -> None:
    world.share(bob, listed=False)
    switched = cloud("POST", f"/api/v2/home/users/{bob.uuid}/switch").json["authToken"]
    cloud.token = server.token = switched
    assert server.get("/library/sections").status == 401
    server.token = cloud.get("/api/v2/resources").json[0]["accessToken"]
    assert server.get("/library/sections").status == 200


def test_an_unlisted_share_is_in_no_list_of_shares(world: World, cloud: Client, bob: Person) -> None:
    world.share(bob, listed=False)
    shares = cloud.get(f"/api/servers/{world.server.machine_identifier}/shared_servers").xml
    assert [share.get("username") for share in shares] == ["carol"]


def test_avatars_are_pictures(cloud: Client, bob: Person) -> None:
    thumb = cloud.get("/api/users").xml[0].get("thumb", "")
    picture = cloud.get(thumb.removeprefix(cloud.url))
    assert picture.headers.get_content_type() == "image/png"
    assert picture.body.startswith(b"\x89PNG")


def test_several_servers_have_their_own_addresses_and_tokens() -> None:
    world = small_world()
    cabin = world.add_server(world.person("alice"), name="Cabin")
    with serve(world) as running:
        assert running.server_url() != running.server_url(cabin.machine_identifier)
        assert cabin.access_token != world.server.access_token
