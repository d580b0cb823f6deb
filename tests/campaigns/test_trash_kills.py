"""The kill campaign of the trash: each file is whole in its place or whole in the trash, and the rows say so.

A worker is killed at the steps of a move to the trash, of a return and of a purge; also what it does to files
are steps. Each title has two files, on a disk that Plex and Plaxe both see.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plexclient.demo import Item, World, serve
from plexclient.demo.library import Part
from tests.campaigns.process import Launcher, launched
from tests.figures import Tell
from tests.neighbourhood import LAST_MONTH, LAST_WEEK, inhabited

ROOT = "/data/films"
TITLES = 90
CONTENT = b"seven h"
SIZE = 2 * len(CONTENT)
LATER = "60"  # seconds: a lease has run out by then


@dataclass
class Disk:
    plaxe: Launcher
    world: World
    folder: Path
    films: Iterator[Item]

    def places(self, film: Item) -> list[Path]:
        return [self.folder / file.removeprefix(f"{ROOT}/") for file in film.files]

    def trashed(self, film: Item) -> list[Path]:
        names = {place.name for place in self.places(film)}
        return [path for path in (self.folder / ".plaxe-trash").rglob("*.mkv") if path.name in names]

    def told(self, film: Item, act: str = "tell_trash") -> dict[str, Any]:
        document: dict[str, Any] = self.plaxe(film.rating_key, act=act).document
        return document

    def move(self) -> Item:
        """One that is in the trash."""
        film = next(self.films)
        assert self.plaxe("execute", ripe=[film.rating_key]).status == 0
        return film

    def lost(self, film: Item) -> Iterator[str]:
        """Files that are nowhere, twice, or not whole."""
        there = [path for path in (*self.places(film), *self.trashed(film)) if path.exists()]
        if sorted(path.name for path in there) != sorted(place.name for place in self.places(film)):
            yield f"its files are {[*map(str, there)]}"
        yield from (f"{path} is not whole" for path in there if path.read_bytes() != CONTENT)

    def is_in_place(self, film: Item) -> bool:
        return all(place.exists() for place in self.places(film)) and not self.trashed(film)

    def is_in_trash(self, film: Item) -> bool:
        return not any(place.exists() for place in self.places(film)) and len(self.trashed(film)) == 2


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Disk]:
    world, folder = inhabited(), tmp_path_factory.mktemp("films")
    world.server.disk[ROOT] = folder
    films = [film_of_two(world, folder, number) for number in range(TITLES)]
    wanted = {
        "PLAXE_MEDIA_ROOTS": f"{ROOT}={folder}", "PLAXE_QUARANTINE": "true",
        "PLAXE_DELETION_DELAY": "365d", "PLAXE_CLAIM_TIMEOUT": "1s", "PLAXE_QUEUE_INTERVAL": "1s",
    }  # fmt: skip
    with ExitStack() as stack:
        plex = stack.enter_context(serve(world))
        plaxe = stack.enter_context(launched(tmp_path_factory.mktemp("trash"), plex.plex_tv_url, **wanted))
        queue_up(plaxe, world, films)
        yield Disk(plaxe, world, folder, iter(films))


def film_of_two(world: World, folder: Path, number: int) -> Item:
    names = [f"{number}/{name} {number}.mkv" for name in ("one", "two")]
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(CONTENT)
    paths = [f"{ROOT}/{name}" for name in names]
    film = world.add_movie(f"Heron Lake {number}", added_at=LAST_MONTH, file=paths[0], size=len(CONTENT))
    film.media[0].parts.append(Part(id=world.server.next_id(), file=paths[1], size=len(CONTENT)))
    return film


def queue_up(plaxe: Launcher, world: World, films: list[Item]) -> None:
    for film in films:
        world.play(world.person("carol"), film, at=LAST_WEEK)
    keys = [film.rating_key for film in films]
    for words in (
        ["connect", "--token", world.issue_token(world.person("alice"))],
        ["sync"], ["assign", *keys, "--viewer", "carol"], ["poll"], ["enqueue"],
    ):  # fmt: skip
        end = plaxe(*words)
        assert end.status == 0, end


def some(steps: list[str], *, soaking: bool) -> list[int]:
    """From the write that announces it on; without `--soak` every third step, and all between the files."""
    first = next(number for number, name in enumerate(steps) if "file" in name)
    late = range(max(1, first - 3), len(steps) + 1)
    return [number for number in late if soaking or number % 3 == 0 or " rename" in steps[number - 1]]


def report(tell: Tell, kills: int, wrong: list[str]) -> None:
    tell("kill campaign of the trash", kills_survived=kills - len(wrong), files_lost=len(wrong))
    assert kills >= 3
    assert not wrong, "\n".join(wrong)


def test_a_worker_killed_while_it_moves_a_title_leaves_it_whole_and_the_next_one_moves_it(
    disk: Disk, soaking: bool, tell: Tell
) -> None:
    wrong = []
    disk.move()  # the first makes the trash
    steps = disk.plaxe("execute", ripe=[next(disk.films).rating_key]).steps
    numbers = some(steps, soaking=soaking)
    for number in numbers:
        film = next(disk.films)
        end = disk.plaxe("execute", ripe=[film.rating_key], kill_at=number)
        assert end.was_killed, end
        found = [*disk.lost(film)]
        told = disk.told(film, act="mend")
        found += disk.lost(film)
        if (told["status"], told["rows"], disk.is_in_trash(film)) != ("DELETED", ["there"], True):
            found.append(f"{told}")
        wrong += [f"killed {steps[number - 1]}: {words}" for words in found]
    report(tell, len(numbers), wrong)
    assert not disk.world.deletes


def test_a_return_that_is_killed_leaves_each_file_whole_and_is_done_by_the_next_one(
    disk: Disk, soaking: bool, tell: Tell
) -> None:
    wrong = []
    steps = disk.plaxe(disk.move().rating_key, act="put_back").steps
    numbers = some(steps, soaking=soaking)
    for number in numbers:
        film = disk.move()
        assert disk.plaxe(film.rating_key, act="put_back", kill_at=number).was_killed
        found = [*disk.lost(film)]
        told = disk.told(film, act="mend")
        if told["rows"] == ["back"] and not disk.is_in_place(film):
            found.append(f"it is said to be back: {told}")
        disk.plaxe(film.rating_key, LATER, act="put_back")
        told = disk.told(film)
        if (told["status"], told["rows"], disk.is_in_place(film)) != ("CANCELLED", ["back"], True):
            found.append(f"{told}")
        wrong += [f"killed {steps[number - 1]}: {words}" for words in (*found, *disk.lost(film))]
    report(tell, len(numbers), wrong)


def test_a_purge_that_is_killed_is_done_by_the_next_one_and_counted_once(
    disk: Disk, soaking: bool, tell: Tell
) -> None:
    wrong = []
    steps = disk.plaxe(disk.move().rating_key, act="purge").steps
    numbers = some(steps, soaking=soaking)
    for number in numbers:
        film = disk.move()
        assert disk.plaxe(film.rating_key, act="purge", kill_at=number).was_killed
        disk.told(film, act="mend")
        disk.plaxe(film.rating_key, LATER, act="purge")
        told = disk.told(film)
        left = [path for path in (*disk.places(film), *disk.trashed(film)) if path.exists()]
        if (told["rows"], told["freed"], told["verbs"].get("purged"), left) != (["purged"], SIZE, 1, []):
            wrong.append(f"killed {steps[number - 1]}: {told}, {left}")
    report(tell, len(numbers), wrong)
