"""Servers and viewers as the owner sees them."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Job, PlexServer, User
from tests import factories
from tests.accounts.fake_plex import LOCAL, REMOTE, FakePlex, MediaServer, connection, resource

pytestmark = pytest.mark.django_db

SERVERS, USERS = "/servers/", "/users/"


@pytest.fixture
def owner(client: Client) -> User:
    user = factories.alice()
    client.force_login(user)
    return user


def text(page: Any) -> str:
    return str(page.content.decode())


# Servers


def test_every_owned_server_is_offered(plex: FakePlex, owner: User, client: Client) -> None:
    plex.resources["alice-token"] = [
        resource(),
        resource("machine-2", name="Attic"),
        resource("x", owned=False),
    ]
    page = client.get(SERVERS)
    assert [row.name for row, _ in page.context["rows"]] == ["Cellar", "Attic"]


def test_a_chosen_server_is_taken(plex: FakePlex, owner: User, client: Client) -> None:
    plex.resources["alice-token"].append(resource("machine-2"))
    answer = client.post(SERVERS, {"server": "machine-1", "url": "", "next": "/users/"})
    assert answer.headers["Location"] == "/users/"
    assert [server.machine_identifier for server in PlexServer.objects.all()] == ["machine-1"]


def test_a_taken_server_is_announced_and_read_soon(
    plex: FakePlex,
    owner: User,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as hints:
        client.post(SERVERS, {"server": "machine-1"})
    asked = [(task.name, *args) for task, args in (hint.args for hint in hints)]  # type: ignore[attr-defined]
    server = PlexServer.objects.get()
    assert asked == [
        ("accounts.tasks.sync_viewers", server.pk),
        ("media.tasks.sync_libraries", server.pk),
    ]


def test_a_server_is_connected_again_at_a_typed_address(plex: FakePlex, owner: User, client: Client) -> None:
    factories.server(owner=owner)
    plex.servers["nas:32400"] = MediaServer()
    client.post(SERVERS, {"server": "machine-1", "url": " nas:32400 "})
    assert PlexServer.objects.get().url == "http://nas:32400"


def test_what_came_of_each_address_is_shown(plex: FakePlex, owner: User, client: Client) -> None:
    plex.resources["alice-token"] = [
        resource(connections=[connection(LOCAL, local=True), connection(REMOTE)])
    ]
    plex.servers[urlsplit(LOCAL).netloc] = MediaServer("somebody-else")
    page = client.post(SERVERS, {"server": "machine-1"})
    assert page.status_code == 422
    assert [(probe.url, probe.ok) for probe in page.context["probes"]] == [(LOCAL, False), (REMOTE, False)]
    assert "Another Plex server answers" in text(page)


def test_the_addresses_can_be_tried_without_taking_the_server(
    plex: FakePlex, owner: User, client: Client
) -> None:
    page = client.get(SERVERS, {"check": "machine-1"})
    part = client.get(SERVERS, {"check": "machine-1"}, headers={"HX-Request": "true"})
    assert LOCAL in text(page)
    assert LOCAL in text(part)
    assert "<html" not in text(part)
    assert not PlexServer.objects.exists()


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://nas", "http://alice:secret@nas"])
def test_a_typed_address_that_is_none_is_refused(
    plex: FakePlex, owner: User, client: Client, typed: str
) -> None:
    page = client.post(SERVERS, {"server": "machine-1", "url": typed})
    assert page.status_code == 422
    assert not plex.asked("/identity")
    assert not PlexServer.objects.exists()


def test_a_server_of_somebody_else_cannot_be_taken(plex: FakePlex, owner: User, client: Client) -> None:
    plex.resources["alice-token"].append(resource("theirs", owned=False))
    assert client.post(SERVERS, {"server": "theirs"}).status_code == 404
    assert client.get(SERVERS, {"check": "theirs"}).status_code == 404
    assert not PlexServer.objects.exists()


@pytest.mark.parametrize("answer", [requests.ConnectionError("down"), (401, {}, ""), (200, {}, "[{")])
def test_plex_tv_in_trouble_leaves_the_known_servers_in_sight(
    plex: FakePlex, owner: User, client: Client, answer: Any
) -> None:
    factories.server(owner=owner)
    plex.fails("/api/v2/resources", answer)
    page = client.get(SERVERS)
    assert page.status_code == 503
    assert "Cellar" in text(page)
    assert "plex.tv" in text(page)


def test_choosing_never_leads_out_of_the_site(plex: FakePlex, owner: User, client: Client) -> None:
    answer = client.post(SERVERS, {"server": "machine-1", "next": "//evil.example"})
    assert answer.headers["Location"] == "/"


# Viewers


def test_viewers_are_listed_with_kind_servers_and_who_is_gone(owner: User, client: Client) -> None:
    server = factories.server(owner=owner)
    factories.owner(on=server)
    factories.bob(on=server)
    factories.carol(on=server, gone=True)
    page = client.get(USERS)
    assert [(viewer.name, viewer.is_here) for viewer in page.context["page"]] == [
        ("Alice", True),
        ("Bob", True),
        ("Carol", False),
    ]
    for word in ("Owner", "Home", "Friend", "Cellar", "gone since"):
        assert word in text(page)


def test_who_left_one_of_two_servers_is_still_here(owner: User, client: Client) -> None:
    factories.carol(on=factories.server(owner=owner), gone=True)
    factories.carol(on=factories.server(owner=owner, machine_identifier="machine-2", name="Attic"))
    assert client.get(USERS).context["page"].object_list[0].is_here


def test_a_list_of_many_viewers_costs_as_much_as_one_of_few(
    owner: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    server = factories.server(owner=owner)
    for number in range(60):
        factories.viewer(3000 + number, f"Viewer {number}", on=server)
    client.get(USERS)
    with django_assert_max_num_queries(8):
        client.get(USERS)


def test_an_empty_list_says_what_to_do(owner: User, client: Client) -> None:
    assert reverse("accounts:servers") in text(client.get(USERS))


def test_the_page_of_a_viewer_shows_what_they_must_see(owner: User, client: Client) -> None:
    server = factories.server(owner=owner)
    bob = factories.bob(on=server)
    films = factories.section(on=server)
    factories.assignment(item=factories.movie(section=films, title="Heron Lake"), viewer=bob)
    page = client.get(reverse("accounts:user", args=[bob.pk]))
    assert "Heron Lake" in text(page)
    assert "gone" not in text(page).lower()


def test_the_page_of_somebody_gone_says_what_that_means(owner: User, client: Client) -> None:
    carol = factories.carol(on=factories.server(owner=owner), gone=True)
    page = client.get(reverse("accounts:user", args=[carol.pk]))
    assert "still counts" in text(page)


def test_a_name_with_markup_stays_text(owner: User, client: Client) -> None:
    server = factories.server(owner=owner, name="<img src=x>")
    evil = factories.viewer(3001, "<script>alert(1)</script>", on=server)
    for path in (USERS, reverse("accounts:user", args=[evil.pk])):
        assert "<script>alert" not in text(client.get(path))
        assert "<img src=x>" not in text(client.get(path))


def test_a_viewer_nobody_knows_is_not_found(owner: User, client: Client) -> None:
    assert client.get("/users/4711/").status_code == 404


# The admin site


@pytest.mark.parametrize("model", ["user", "plexuser", "plexserver", "access", "job", "installation"])
def test_every_list_of_the_admin_can_be_searched(owner: User, client: Client, model: str) -> None:
    server = factories.server(owner=owner)
    factories.bob(on=server)
    Job.of(server, Job.Kind.POLL)
    for query in ("", "bob", "1002"):
        assert client.get(f"/admin/accounts/{model}/", {"q": query}).status_code == 200


def test_the_admin_asks_for_a_sync(owner: User, client: Client) -> None:
    server = factories.server(owner=owner)
    client.post("/admin/accounts/plexserver/", {"action": "sync_now", "_selected_action": [server.pk]})
    assert Job.objects.wanted().get().kind == "viewers"


def test_the_admin_takes_no_address_that_is_none(owner: User, client: Client) -> None:
    server = factories.server(owner=owner)
    page = client.post(f"/admin/accounts/plexserver/{server.pk}/change/", {"url": "ftp://nas"})
    assert page.status_code == 200
    assert PlexServer.objects.get().url == "http://plex.test:32400"


def test_the_admin_neither_adds_nor_removes_people(owner: User, client: Client) -> None:
    bob = factories.bob(on=factories.server(owner=owner))
    assert client.get("/admin/accounts/plexuser/add/").status_code == 403
    assert client.post(f"/admin/accounts/plexuser/{bob.pk}/delete/", {"post": "yes"}).status_code == 403
