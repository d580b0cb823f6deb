"""The Plex database is built anew, and every rating key means another title before any sync has noticed.

By commands and over HTTP alone, for viewers whose own state can be read and for those whose cannot.
"""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from media.knowing import statements
from media.models import MediaItem, Watch
from plexclient.demo import Item, Running, World, serve

pytestmark = pytest.mark.django_db

LAST_MONTH = timezone.now() - timedelta(days=30)

Plaxe = Callable[..., dict[str, Any]]


@pytest.fixture(params=["readable", "unreadable"])
def world(request: pytest.FixtureRequest) -> World:
    """carol's own state can be read, or her views are known from the history alone; or, besides that, no name
    and no number tells one title from another."""
    world = World()
    world.add_server(world.add_person("alice", plex_id=1001), name="Cellar", machine_identifier="machine-1")
    world.share(world.add_person("carol", plex_id=1003), with_token=request.param == "readable")
    world.add_section("Films", "movie")
    world.add_section("Series", "show")
    (add_alike if request.param == "alike" else add_unlike)(world)
    return world


def add_unlike(world: World) -> None:
    for number in range(6):
        world.add_movie(f"Film {number}", added_at=LAST_MONTH)
    show = world.add_show("Salt Road", added_at=LAST_MONTH)
    season = world.add_season(show, added_at=LAST_MONTH)
    for number in range(6):
        world.add_episode(season, f"Chapter {number}", added_at=LAST_MONTH)


def add_alike(world: World) -> None:
    names = [f"{number}" for number in range(6)]
    for name in names:
        file, guid = f"/media/{name}.mkv", f"plex://movie/{name}"
        world.add_movie("Film", guid=guid, file=file, added_at=LAST_MONTH)
    shows = [world.add_show("Salt Road", guid=f"plex://show/{name}", added_at=LAST_MONTH) for name in names]
    seasons = [world.add_season(show, added_at=LAST_MONTH) for show in shows]
    for name, season in zip(names, seasons, strict=True):
        world.add_episode(season, "Chapter", file=f"/media/Series/{name}.mkv", added_at=LAST_MONTH)


@pytest.fixture(params=["movie", "episode"])
def titles(world: World, request: pytest.FixtureRequest) -> list[Item]:
    return [item for item in world.server.items.values() if item.type == request.param]


@pytest.fixture
def plaxe(world: World, settings: Settings) -> Iterator[Plaxe]:
    def plaxe(*words: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command(*words, "--json", stdout=out)
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    with serve(world) as running:
        connect(plaxe, running, world, settings)
        yield plaxe


def connect(plaxe: Plaxe, running: Running, world: World, settings: Settings) -> None:
    settings.PLAXE_PLEX_TV_URL = running.plex_tv_url
    settings.PLAXE_DRY_RUN = False
    settings.PLAXE_DELETION_DELAY = timedelta(0)
    plaxe("connect", "--token", world.issue_token(world.person("alice")))
    plaxe("sync", "--full")


def assign(plaxe: Plaxe, title: Item) -> MediaItem:
    plaxe("assign", title.rating_key, "--viewer", "carol")
    return MediaItem.objects.get(rating_key=title.rating_key)


def watch(world: World, title: Item) -> None:
    world.play(world.person("carol"), title, at=timezone.now() - timedelta(minutes=5))


def delete_what_can_be(plaxe: Plaxe) -> None:
    """The owner accepts whatever he is asked."""
    for _ in range(2):
        for step in (["enqueue"], ["approve", "--libraries"], ["execute"], ["poll"]):
            plaxe(*step)


@pytest.mark.parametrize("forgets", [True, False], ids=["stale keys", "new keys"])
@pytest.mark.parametrize("shift", [1, -1])
def test_a_view_of_what_stands_under_its_key_now_is_no_view_of_it(
    plaxe: Plaxe, world: World, titles: list[Item], shift: int, forgets: bool
) -> None:
    item = assign(plaxe, titles[2])
    plaxe("poll")
    world.rebuild(shift=shift, forgets=forgets)
    watch(world, titles[2 + shift])  # which has its key now

    plaxe("poll")
    assert not Watch.objects.filter(item__title=titles[2].title).exists()

    plaxe("sync", "--full")
    item.refresh_from_db()
    assert (item.title, item.rating_key) == (titles[2].title, titles[2].rating_key)
    delete_what_can_be(plaxe)
    assert world.deletes == []


def test_the_owner_accepts_the_library_numbered_anew_before_anything_of_it_goes(
    plaxe: Plaxe, world: World, titles: list[Item]
) -> None:
    assign(plaxe, titles[2])
    watch(world, titles[2])
    plaxe("poll")
    world.rebuild()
    plaxe("sync", "--full")
    plaxe("poll")

    for step in ("enqueue", "execute", "enqueue", "execute"):
        plaxe(step)
    assert world.deletes == []

    delete_what_can_be(plaxe)
    assert [call.rating_key for call in world.deletes] == [titles[2].rating_key]


# --- where nothing but a guid and a file tells titles apart, and nobody can be asked

alike = pytest.mark.parametrize("world", ["alike"], indirect=True)


@alike
def test_a_view_of_a_title_that_had_the_key_for_a_while_is_no_view_of_it(
    plaxe: Plaxe, world: World, titles: list[Item]
) -> None:
    assign(plaxe, titles[2])
    plaxe("poll")
    world.swap_keys(titles[2], titles[3])
    watch(world, titles[3])
    plaxe("poll")
    world.swap_keys(titles[2], titles[3])

    plaxe("sync", "--full")
    delete_what_can_be(plaxe)

    assert world.deletes == []


@alike
@pytest.mark.parametrize("shift", [1, -1])
def test_a_view_from_before_a_rebuild_that_is_read_after_it_is_no_view_of_what_has_the_key_now(
    plaxe: Plaxe, world: World, titles: list[Item], shift: int
) -> None:
    assign(plaxe, titles[2])
    plaxe("poll")
    watch(world, titles[2 - shift])
    world.rebuild(shift=shift, forgets=True)

    plaxe("sync", "--full")
    delete_what_can_be(plaxe)

    assert world.deletes == []
    assert "before the title had the key" in says_of(titles[2])


@alike
def test_what_is_viewed_after_it_counts_as_ever(plaxe: Plaxe, world: World, titles: list[Item]) -> None:
    assign(plaxe, titles[2])
    world.rebuild(forgets=True)
    plaxe("sync", "--full")
    world.play(world.person("carol"), titles[2])

    delete_what_can_be(plaxe)

    assert [call.rating_key for call in world.deletes] == [titles[2].rating_key]


def says_of(title: Item) -> str:
    item = MediaItem.objects.get(guid=title.guid, rating_key=title.rating_key)
    return " ".join(told.said for told in statements(item))
