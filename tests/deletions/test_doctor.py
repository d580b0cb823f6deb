"""The doctor finds what keeps titles from being deleted or plays from being noticed, and says what to do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Access, Installation, Job, PlexServer
from deletions.doctor import Finding, Level, examine
from deletions.insight import insight
from media.models import LibrarySection, Question
from media.sync import sync_server
from plexclient.demo import Fault, World
from plexclient.demo.running import Running
from tests import factories
from tests.neighbourhood import calls

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def healthy(server: PlexServer, world: World) -> PlexServer:
    now = timezone.now()
    world.server.owner.token = server.owner.plex_token
    sync_server(server, now, full=True)
    installation = Installation.load()
    installation.owner = server.owner
    installation.save()
    Installation.works(now)
    server.polled(now)
    server.heard(now)
    film = world.add_movie("Heron Lake")
    sync_server(server, now)
    factories.assignment(item=server.items.get(rating_key=film.rating_key), viewer=factories.bob(on=server))
    return server


def found(check: str) -> list[Finding]:
    return [one for one in examine(timezone.now(), fresh=True) if one.check == check]


def worst(check: str) -> str:
    """Its level; every one that is not well says what to do."""
    ill = [one for one in found(check) if one.level != Level.OK]
    assert all(one.advice for one in ill if one.level != Level.NOTE)
    return ill[0].level.value if ill else "ok"


def test_where_all_is_well_nothing_stops_it(healthy: PlexServer) -> None:
    levels = {one.check: one.level for one in examine(timezone.now(), fresh=True)}
    assert Level.PROBLEM not in levels.values()
    assert {"reachable", "deletion_allowed", "stream", "history", "worker", "dry_run"} <= levels.keys()


def test_of_a_server_that_is_off_it_is_not_known_whether_it_sends_webhooks(
    healthy: PlexServer, world: World
) -> None:
    world.server.subscription = False
    assert [one.level for one in found("webhooks")] == [Level.NOTE]
    unplug(healthy, world)
    assert found("webhooks") == []


def unplug(server: PlexServer, world: World) -> None:
    world.faults.add(Fault("reset", "GET", site="machine-1", times=None))


def switch_off_deletion(server: PlexServer, world: World) -> None:
    world.server.allow_media_deletion = False


def fall_silent(server: PlexServer, world: World) -> None:
    PlexServer.objects.update(heard_at=timezone.now() - timedelta(minutes=10))


def stop_polling(server: PlexServer, world: World) -> None:
    PlexServer.objects.update(last_poll_at=timezone.now() - timedelta(hours=2))


def stop_working(server: PlexServer, world: World) -> None:
    Installation.works(timezone.now() - timedelta(minutes=10))


def fail_a_library(server: PlexServer, world: World) -> None:
    LibrarySection.objects.update(last_error="It broke off.")


def hide_a_viewer(server: PlexServer, world: World) -> None:
    Access.objects.update(state_problem="This account asks for a PIN.")


def damage(server: PlexServer, world: World) -> None:
    server.distrust(timezone.now())


def lose_plex_tv(server: PlexServer, world: World) -> None:
    world.faults.add(Fault("status", "GET", site="plex.tv", times=None))


def fail_a_job(server: PlexServer, world: World) -> None:
    Job.of(server, Job.Kind.POLL)
    Job.objects.update(error="It was interrupted.")


def lose_a_home_video(server: PlexServer, world: World) -> None:
    item = server.items.get()
    item.guid = f"local://{item.rating_key}"
    item.lose_key(timezone.now())
    item.save()


def ask_the_owner(server: PlexServer, world: World) -> None:
    old = server.items.get()
    new = factories.movie(section=old.section)
    Question.objects.create(
        server=server, old=old, new=new, why=Question.Why.UNMATCHED, asked_at=timezone.now()
    )


def hide_preferences(server: PlexServer, world: World) -> None:
    world.faults.add(Fault("status", "GET", "^/:/prefs", times=None))


@pytest.mark.parametrize(
    ("trouble", "check", "level"),
    [
        (unplug, "reachable", "problem"), (switch_off_deletion, "deletion_allowed", "problem"),
        (fall_silent, "stream", "warning"), (stop_polling, "history", "warning"),
        (stop_working, "worker", "problem"), (fail_a_library, "library", "warning"),
        (hide_a_viewer, "viewer", "warning"), (damage, "alarm", "problem"),
        (lose_plex_tv, "plex_tv", "warning"), (fail_a_job, "job", "warning"),
        (hide_preferences, "readable", "unknown"), (lose_a_home_video, "lost_assignment", "warning"),
        (ask_the_owner, "questions", "warning"),
    ],
)  # fmt: skip
def test_each_trouble_is_found_and_says_what_to_do(
    healthy: PlexServer, world: World, trouble: Callable[[PlexServer, World], Any], check: str, level: str
) -> None:
    assert worst(check) == "ok"
    trouble(healthy, world)
    assert worst(check) == level


def test_a_dry_run_and_nothing_assigned_are_told(settings: Settings) -> None:
    settings.PLAXE_DRY_RUN = True
    assert (worst("dry_run"), worst("assignments"), worst("servers")) == ("note", "note", "problem")


def test_a_server_is_asked_at_most_once_a_minute(server: PlexServer, plex: Running, world: World) -> None:
    now = timezone.now()
    told = insight(server, now)
    asked = len(world.requests)
    assert insight(server, now).preferences == told.preferences
    assert len(world.requests) == asked
    insight(server, now, fresh=True)
    assert calls(world, "/:/prefs") == 2


def test_what_cannot_be_read_of_a_server_stops_no_other_part(server: PlexServer, world: World) -> None:
    world.faults.add(Fault("status", "GET", "^/devices", times=None))
    told = insight(server, timezone.now())
    assert told.devices is None
    assert told.preferences
    assert len(told.unread) == 1
