"""The two worlds everybody starts from: the small one for tests, and the one newcomers see."""

import time
from collections.abc import Callable
from random import Random

from plexclient.demo.library import Item
from plexclient.demo.people import Person
from plexclient.demo.titles import EPISODE_TITLES, FILMS, SERIES, Film, Series
from plexclient.demo.world import World

DAY = 86_400
MINUTE = 60_000
MEGABYTE = 1_000_000


def small_world(*, clock: Callable[[], float] = time.time, seed: int = 0) -> World:
    """Alice owns the server, bob is in the home, carol is a friend; two empty libraries."""
    world = World(clock=clock, seed=seed)
    alice = world.add_person("alice", home=True, admin=True)
    bob = world.add_person("bob", home=True)
    carol = world.add_person("carol")
    world.add_server(alice)
    world.add_section("Movies", "movie")
    world.add_section("TV Shows", "show")
    for person in (bob, carol):
        world.share(person)
    return world


def demo_world(seed: int = 0, *, clock: Callable[[], float] = time.time) -> World:
    """Seven people and forty titles, some of them seen by a part of the home already."""
    world = World(clock=clock, seed=seed)
    _people(world)
    movies, shows = world.add_section("Movies", "movie"), world.add_section("TV Shows", "show")
    random = Random(seed)
    for section in (movies, shows):
        section.created_at = world.now() - 900 * DAY
    for film in FILMS:
        _add_film(world, film, random)
    for series in SERIES:
        _add_series(world, series, random)
    _past(world, random)
    return world


def _people(world: World) -> None:
    alice = world.add_person("alice", home=True, admin=True)
    world.add_person("bob", home=True, pin="1234")
    world.add_person("mia", home=True, restricted=True, profile="older_kid")
    for friend in ("carol", "dave", "erin", "frank"):
        world.add_person(friend)
    for person in world.people:
        person.title = person.title.title()
    world.add_server(alice, name="Attic")
    for person in world.people[1:]:
        world.share(person)


def _add_film(world: World, film: Film, random: Random) -> None:
    world.add_movie(
        film.title,
        year=film.year,
        duration=film.minutes * MINUTE,
        size=film.minutes * random.randrange(25, 70) * MEGABYTE,
        summary=film.summary,
        added_at=world.now() - random.randrange(20, 700) * DAY - random.randrange(DAY),
        originally_available_at=f"{film.year}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}",
    )


def _add_series(world: World, series: Series, random: Random) -> None:
    added_at = world.now() - random.randrange(60, 700) * DAY - random.randrange(DAY)
    show = world.add_show(
        series.title,
        year=series.year,
        duration=series.minutes * MINUTE,
        summary=series.summary,
        added_at=added_at,
        originally_available_at=f"{series.year}-{random.randrange(1, 13):02d}-01",
    )
    names = random.sample(EPISODE_TITLES, k=sum(series.seasons))
    for count in series.seasons:
        season = world.add_season(show, added_at=added_at)
        for number in range(count):
            world.add_episode(
                season,
                names.pop(),
                duration=(series.minutes + random.randrange(-2, 3)) * MINUTE,
                size=series.minutes * random.randrange(15, 40) * MEGABYTE,
                added_at=min(added_at + number * 7 * DAY, world.now() - 14 * DAY),
            )


def at_home(world: World) -> list[Person]:
    return [person for person in world.people if person.home]


def leaves(world: World) -> list[Item]:
    return [item for item in world.server.items.values() if item.is_leaf]


def _past(world: World, random: Random) -> None:
    """The last two weeks. Of the home at least one person misses each title: the job is still to be done."""
    plays: list[tuple[int, Person, Item]] = []
    for item in leaves(world):
        if random.random() < 0.45:
            seen_by = random.sample(at_home(world), k=random.choice([1, 2, 2]))
            seen_by += [one for one in world.people if not one.home and random.random() < 0.15]
            plays += [(random.randrange(DAY // 4, 13 * DAY), person, item) for person in seen_by]
    for ago, person, item in sorted(plays, key=lambda play: -play[0]):
        world.play(person, item, at=world.now() - ago)
    started = random.choice(leaves(world))
    world.play(world.person("carol"), started, at=world.now() - 2 * DAY, fraction=0.4)
