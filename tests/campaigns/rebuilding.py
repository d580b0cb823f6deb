"""A server whose database was built anew: old rating keys name other titles, or none.

What Plex keeps by works follows them: the history, and what viewers have seen.
"""

from collections import defaultdict
from collections.abc import Callable
from random import Random

from plexclient.demo import Item, World

Renamed = dict[str, str]
Rebuild = Callable[[World], Renamed]


def shift(by: int) -> Rebuild:
    """Movies get keys of movies, episodes those of episodes, and so on."""

    def rebuild(world: World) -> Renamed:
        kinds = defaultdict(list)
        for item in world.server.items.values():
            kinds[item.type].append(item.rating_key)
        return {old: new for keys in kinds.values() for old, new in _rotated(keys, by).items()}

    return rebuild


def mix(by: int) -> Rebuild:
    """Movies get keys of episodes, episodes those of shows ..."""
    return lambda world: _rotated([*world.server.items], by)


def shuffle(seed: int) -> Rebuild:
    def rebuild(world: World) -> Renamed:
        keys = [*world.server.items]
        return dict(zip(keys, Random(seed).sample(keys, len(keys)), strict=True))

    return rebuild


def lose(every: int) -> Rebuild:
    """Some titles have keys that are new, and of some keys nothing is left; the others move up."""

    def rebuild(world: World) -> Renamed:
        renamed = _rotated([*world.server.items], 1)
        return {
            old: str(world.server.next_id()) if number % every == 0 else new
            for number, (old, new) in enumerate(renamed.items())
        }

    return rebuild


def _rotated(keys: list[str], by: int) -> Renamed:
    by %= len(keys)
    return dict(zip(keys, keys[by:] + keys[:by], strict=True))


REBUILDS: dict[str, Rebuild] = {
    "shifted by 1": shift(1),
    "mixed by 1": mix(1),
    "lost by halves": lose(2),
    "shuffled": shuffle(1),
    "shifted by 2": shift(2),
    "mixed by 5": mix(5),
    "all new": lose(1),
    "shifted back": shift(-1),
    "shuffled again": shuffle(2),
}


def rekey(world: World, renamed: Renamed) -> None:
    with world.lock:
        server = world.server
        items: list[Item] = list(server.items.values())
        for item in items:
            item.rating_key = renamed[item.rating_key]
        server.items = {item.rating_key: item for item in items}
        for row in server.history:
            row.rating_key = renamed.get(row.rating_key, row.rating_key)
            row.parent_key = renamed.get(row.parent_key or "", row.parent_key)
            row.grandparent_key = renamed.get(row.grandparent_key or "", row.grandparent_key)
        for section in server.sections:
            server.touch(section)
