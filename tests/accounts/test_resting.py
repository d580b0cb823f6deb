"""A server that does not answer is asked ever more rarely, and recovers by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from responses import RequestsMock

from accounts.connecting import reach
from accounts.jobs import for_each_server
from accounts.models import PlexServer
from plexclient.errors import PlexError
from tests import factories

NOW = factories.NOW
pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


def fail(server: PlexServer, times: int = 1) -> None:
    with RequestsMock():
        for _ in range(times):
            with pytest.raises(PlexError):
                reach(server, NOW)
    server.refresh_from_db()


def rest(server: PlexServer) -> timedelta | None:
    return server.rests_until - NOW if server.rests_until else None


def test_at_first_it_is_asked_as_if_nothing_was_the_matter(server: PlexServer) -> None:
    fail(server, 2)
    assert (server.failures, rest(server), server.is_online) == (2, None, False)


def test_its_rests_double_and_have_an_end(server: PlexServer) -> None:
    fail(server, 3)
    first = rest(server)
    fail(server)
    second = rest(server)
    fail(server, 20)
    assert (first, second, rest(server)) == tuple(timedelta(minutes=count) for count in (5, 10, 15))


def test_when_it_answers_all_is_as_before(server: PlexServer) -> None:
    fail(server, 5)
    server.reached(NOW)
    server.refresh_from_db()
    assert (server.failures, server.rests_until, server.is_online) == (0, None, True)


def test_the_clock_leaves_it_alone_and_who_names_it_does_not(server: PlexServer) -> None:
    other = factories.server(machine_identifier="machine-2", name="Attic")
    PlexServer.objects.filter(pk=server.pk).update(rests_until=timezone.now() + timedelta(minutes=5))
    asked: list[PlexServer] = []
    for_each_server(None, asked.append)
    assert asked == [other]
    for_each_server(server.pk, asked.append)
    for_each_server(None, asked.append, asks=False)
    assert asked[1:] == [server, other, server]


def test_after_its_rest_it_is_asked_again(server: PlexServer, settings: Settings) -> None:
    PlexServer.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
    asked: list[PlexServer] = []
    for_each_server(None, asked.append)
    assert asked == [server]
