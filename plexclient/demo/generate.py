"""Worlds of any size, for measuring."""

from random import Random

from plexclient.demo.cast import DAY, leaves, small_world
from plexclient.demo.history import History, Row, row_of
from plexclient.demo.library import Item
from plexclient.demo.titles import invented_title
from plexclient.demo.world import World

MOVIES_OF_TEN = 3
SEASONS = 2
EPISODES = 10
ITEMS_OF_A_SHOW = 1 + SEASONS * (1 + EPISODES)
HISTORY_SPAN = 3 * 365 * DAY


def generate(*, items: int, history_rows: int = 0, viewers: int = 10, seed: int = 0) -> World:
    """About so many items of all levels, and exactly so many plays, which cost no memory."""
    world = small_world(seed=seed)
    for number in range(viewers - len(world.people)):
        world.share(world.add_person(f"viewer{number}", home=number % 2 == 0))
    oldest = world.now() - HISTORY_SPAN
    movies = items * MOVIES_OF_TEN // 10
    for number in range(movies):
        world.add_movie(f"{invented_title(number)}", added_at=oldest - DAY, year=1950 + number % 75)
    for number in range((items - movies) // ITEMS_OF_A_SHOW):
        _add_show(world, number, oldest - DAY)
    if history_rows:
        world.server.history = _made_history(world, history_rows, oldest, seed)
    return world


def _add_show(world: World, number: int, added_at: int) -> None:
    show = world.add_show(f"{invented_title(number)} Street", added_at=added_at)
    for _ in range(SEASONS):
        season = world.add_season(show, added_at=added_at)
        for _ in range(EPISODES):
            world.add_episode(season, added_at=added_at)


def _made_history(world: World, rows: int, oldest: int, seed: int) -> History:
    """Each row is reckoned from its place, in the order of time."""
    server, titles = world.server, leaves(world)
    accounts = [server.account_id(person) for person in world.people]
    random = Random(seed)
    # Steps that share no factor with the counts visit every title and every viewer.
    stride, offset = 1_000_003, random.randrange(len(titles))

    def title(position: int) -> Item:
        return titles[(offset + position * stride) % len(titles)]

    def make(position: int) -> Row:
        account = accounts[(position * stride // len(titles) + position) % len(accounts)]
        viewed_at = oldest + position * HISTORY_SPAN // rows
        return row_of(position + 1, account, title(position), viewed_at, device_id=1)

    return History(rows, make)
