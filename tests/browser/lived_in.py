"""A home in which Plaxe has been at work for a while: titles waiting, queued, held, in the trash and gone.

It is furnished before the lights go on, so that nothing in it happens by chance.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from plexclient.demo import Item
from plexclient.demo.cast import DAY, at_home
from tests.browser.live import Live

AT_ONCE = {"PLAXE_DELETION_DELAY": "0s", "PLAXE_DRY_RUN": "false", "PLAXE_QUARANTINE": "false"}
TO_THE_TRASH = {**AT_ONCE, "PLAXE_QUARANTINE": "true"}
TODAY = {"PLAXE_DELETION_DELAY": "5h"}
HOME = ("--viewer", "Alice", "--viewer", "Bob", "--viewer", "Mia")
FILMS = "/media/Movies"
# What happened to have gone a while ago: days since then, one title after the other.
LONG_AGO = (1, 3, 4, 9, 17, 26, 38, 41, 66, 74, 80, 103, 131, 140, 164)


def furnish(plaxe: Live) -> None:
    films, shows = _titles(plaxe, "movie"), _titles(plaxe, "show")
    _put_on_disk(plaxe, films)
    _watch(plaxe, [*films[:4], *shows[-1].leaves(), *shows[-2].leaves()])
    alice = plaxe.world.person("alice")
    plaxe.manage("connect", "--token", plaxe.world.issue_token(alice))
    plaxe.manage("sync", "--full")
    _assign(plaxe, *films[:18], *shows[:4], *shows[-2:])
    _let_go(plaxe)
    _throw_away(plaxe, films[15:18])
    _hold(plaxe, films[4])
    _queue(plaxe, *films[5:8], *list(shows[0].leaves())[:3], **TODAY)
    _queue(plaxe, *films[8:12])
    _sit_down(plaxe, films[20], next(shows[5].leaves()))


def furnish_stopped(plaxe: Live) -> None:
    """The same home, where too much became due at once, and then a library is another one."""
    furnish(plaxe)
    waiting = _titles(plaxe, "movie")[-9:-3]
    _assign(plaxe, *waiting)
    _queue(plaxe, *waiting, **AT_ONCE)
    plaxe.manage("execute", **AT_ONCE, PLAXE_BRAKE_ITEMS="4")
    plaxe.world.server.sections[1].uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    plaxe.manage("sync")


def _put_on_disk(plaxe: Live, films: list[Item]) -> None:
    """Where Plaxe sees them as well: as large as they say, and empty."""
    here = plaxe.folder.parent / f"{plaxe.folder.name}-films"
    plaxe.world.server.disk[FILMS] = here
    plaxe.changed["PLAXE_MEDIA_ROOTS"] = f"{FILMS}={here}"
    for part in (part for film in films for media in film.media for part in media.parts):
        place = here / part.file.removeprefix(f"{FILMS}/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        os.truncate(place, part.size)


def _watch(plaxe: Live, leaves: list[Item]) -> None:
    """Everybody, in the last days."""
    for days, leaf in enumerate(leaves):
        for person in at_home(plaxe.world):
            plaxe.world.play(person, leaf, at=plaxe.world.now() - (days % 7 + 2) * DAY)


def _let_go(plaxe: Live) -> None:
    """What everybody has seen already."""
    plaxe.manage("poll")
    plaxe.manage("enqueue", **AT_ONCE)
    plaxe.manage("execute", **AT_ONCE)
    _long_ago(plaxe.folder / "plaxe.sqlite3")


def _hold(plaxe: Live, film: Item) -> None:
    """Somebody is watching it once more."""
    going = plaxe.world.start_session(plaxe.world.person("Mia"), film)
    _queue(plaxe, film, **AT_ONCE)
    plaxe.manage("execute", **AT_ONCE)
    plaxe.world.stop_session(going)


def _long_ago(database: Path) -> None:
    """Spread over the months what went just now."""
    with closing(sqlite3.connect(database)) as connection, connection as rows:
        gone = rows.execute(
            "SELECT id FROM deletions_deletion WHERE status = 'DELETED' ORDER BY id"
        ).fetchall()
        for (key,), days in zip(gone, LONG_AGO, strict=False):
            past = f"-{days} days"
            rows.execute(
                "UPDATE deletions_deletion SET finished_at = datetime(finished_at, ?),"
                " freed_at = datetime(freed_at, ?) WHERE id = ?",
                (past, past, key),
            )


def _throw_away(plaxe: Live, films: list[Item]) -> None:
    _queue(plaxe, *films, **TO_THE_TRASH)
    plaxe.manage("execute", **TO_THE_TRASH)


def _sit_down(plaxe: Live, *leaves: Item) -> None:
    """Friends, in the middle of something."""
    people = (("Carol", 0.63, "playing"), ("Dave", 0.28, "paused"))
    for (name, seen, state), leaf in zip(people, leaves, strict=True):
        offset = int(leaf.duration * seen)
        plaxe.world.start_session(plaxe.world.person(name), leaf, view_offset=offset, state=state)


def _queue(plaxe: Live, *leaves: Item, **changed: str) -> None:
    for leaf in leaves:
        for person in at_home(plaxe.world):
            plaxe.world.play(person, leaf)
    plaxe.manage("poll")
    plaxe.manage("enqueue", **changed)


def _titles(plaxe: Live, kind: str) -> list[Item]:
    return [item for item in plaxe.world.server.items.values() if item.type == kind]


def _assign(plaxe: Live, *titles: Item) -> None:
    plaxe.manage("assign", *(title.rating_key for title in titles), *HOME)
