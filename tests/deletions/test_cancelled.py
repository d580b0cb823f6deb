"""Cancel is sticky, under whatever key a title stands in the queue."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import queue
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import MediaItem
from media.sources import history
from media.sync import sync_server
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests import factories
from tests.deletions.conftest import ADDED
from tests.pages import text_of

Twice = tuple[Deletion, Deletion]
THEIRS = "It was cancelled under another key"


@pytest.fixture
def episode(world: World) -> Item:
    return world.add_episode(world.add_season(world.add_show("Salt Road", added_at=ADDED)), added_at=ADDED)


@pytest.fixture
def twice(server: PlexServer, world: World, episode: Item) -> Twice:
    """Bob must see the whole show and has; then Plex gave the episode another key, which a poll has met."""
    sync_server(server, timezone.now(), full=True)
    factories.assignment(item=MediaItem.objects.get(type="show"), viewer=factories.bob(on=server))
    world.play(world.person("bob"), episode, at=timezone.now() - timedelta(hours=2))
    look(server)
    with world.lock:
        del world.server.items[episode.rating_key]
        episode.rating_key = str(world.server.next_id())
        world.server.items[episode.rating_key] = episode
        world.server.touch(episode.section)
    world.play(world.person("bob"), episode, at=timezone.now() - timedelta(hours=1))
    look(server)
    old, new = Deletion.objects.order_by("pk")
    return old, new


def look(server: PlexServer) -> None:
    history.read(server, server.connect(), timezone.now())
    queue.enqueue_complete(server, timezone.now())


def unite(server: PlexServer) -> None:
    """What was viewed under a key that has moved is read again."""
    sync_server(server, timezone.now(), full=True)
    history.read(server, server.connect(), timezone.now())


def after_a_pass(server: PlexServer, *rows: Deletion) -> list[str]:
    execute_due(server, timezone.now())
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


@pytest.mark.parametrize("cancelled", [0, 1])
@pytest.mark.parametrize("is_united", [True, False])
def test_a_title_cancelled_under_one_key_is_cancelled_under_the_other(
    server: PlexServer, world: World, twice: Twice, cancelled: int, is_united: bool
) -> None:
    queue.cancel(twice[cancelled], timezone.now())
    if is_united:
        unite(server)

    queue.enqueue_complete(server, timezone.now())

    assert after_a_pass(server, *twice) == [Status.CANCELLED, Status.CANCELLED]
    assert world.deletes == []
    entry = AuditEntry.objects.get(deletion=twice[1 - cancelled], verb=AuditEntry.Verb.CANCELLED)
    assert THEIRS in entry.text


@pytest.mark.parametrize("cancelled", [0, 1])
@pytest.mark.parametrize("is_united", [True, False])
def test_before_the_queue_is_looked_at_it_is_held(
    server: PlexServer, world: World, twice: Twice, cancelled: int, is_united: bool
) -> None:
    queue.cancel(twice[cancelled], timezone.now())
    if is_united:
        unite(server)

    after_a_pass(server, *twice)

    other = twice[1 - cancelled]
    assert (other.status, other.hold, world.deletes) == (Status.HELD, Hold.REKEYED, [])
    with pytest.raises(Refused, match=THEIRS):
        queue.approve(other, timezone.now())


def test_without_a_word_against_it_it_goes_once(server: PlexServer, world: World, twice: Twice) -> None:
    unite(server)
    queue.enqueue_complete(server, timezone.now())

    after_a_pass(server, *twice)

    assert len(world.deletes) == 1


@pytest.mark.parametrize("again", [0, 1])
def test_put_into_the_queue_again_under_either_key_it_goes(
    server: PlexServer, world: World, twice: Twice, again: int
) -> None:
    queue.cancel(twice[0], timezone.now())
    unite(server)
    queue.enqueue_complete(server, timezone.now())
    twice[again].refresh_from_db()

    queue.retry(twice[again], timezone.now())
    queue.enqueue_complete(server, timezone.now())

    assert after_a_pass(server, twice[again]) == [Status.DELETED]
    assert len(world.deletes) == 1


def test_put_into_the_queue_again_it_still_waits_for_who_has_unmarked_it(
    server: PlexServer, world: World, twice: Twice, episode: Item
) -> None:
    """What was cancelled under the other key keeps it no longer from going on."""
    queue.cancel(twice[0], timezone.now())
    unite(server)
    queue.enqueue_complete(server, timezone.now())
    queue.retry(twice[1], timezone.now())
    twice[1].refresh_from_db()
    queue.hold(twice[1], Hold.UNWATCHED, "Not seen by Bob.", timezone.now())

    queue.enqueue_complete(server, timezone.now())

    assert after_a_pass(server, twice[1]) == [Status.DELETED]


def test_cancelled_once_more_under_the_first_key_it_stays(
    server: PlexServer, world: World, twice: Twice
) -> None:
    queue.cancel(twice[0], timezone.now())
    unite(server)
    queue.enqueue_complete(server, timezone.now())
    twice[1].refresh_from_db()
    queue.retry(twice[1], timezone.now())

    queue.cancel(twice[0], timezone.now())
    queue.enqueue_complete(server, timezone.now())

    assert after_a_pass(server, *twice) == [Status.CANCELLED, Status.CANCELLED]
    assert world.deletes == []


def test_another_edition_of_the_same_day_is_another_title(
    world: World, server: PlexServer, queue_up: Callable[..., list[Deletion]]
) -> None:
    """The same work in the same library, in another file."""
    films = [world.add_movie("Heron Lake", added_at=ADDED, file=f"/media/{name}.mkv") for name in "ab"]
    first, second = queue_up(*films)
    queue.cancel(first, timezone.now())

    queue.enqueue_complete(server, timezone.now())

    assert after_a_pass(server, first, second) == [Status.CANCELLED, Status.DELETED]


def test_the_queue_says_under_which_key_it_was_cancelled(
    browser: Client, server: PlexServer, twice: Twice
) -> None:
    old, new = twice
    browser.post(f"/deletions/{old.pk}/cancel/")
    queue.enqueue_complete(server, timezone.now())
    page = text_of(browser.get("/deletions/", {"id": new.pk}))
    assert f"{THEIRS}, {old.rating_key}. It stays unless somebody puts it into the queue again." in page
