"""How long it takes from a webhook, and from an event of the stream, to the row of the deletion.

Plaxe runs as `manage.py up` does, and the demo Plex in this process, which notes when it is asked.
"""

import json
import sqlite3
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from plexclient.demo import Item, World
from tests.browser.live import Live, live, until

ADDED = datetime.now(UTC) - timedelta(days=30)
MACHINE = "machine-1"
LOOK = 0.002  # seconds between two looks whether the row is there


@dataclass(frozen=True)
class Parts:
    """Seconds. Receive: until the webhook is a row; queue: until Plex is asked; read: until all is read;
    decide: until the deletion is a row."""

    receive: float
    queue: float
    read: float
    decide: float
    total: float


def main(rounds: int) -> None:
    world = household(2 * rounds)
    films = list(world.server.items.values())
    with tempfile.TemporaryDirectory() as folder, live(world, Path(folder) / "data", furnish) as plaxe:
        assert until(lambda: world.server.announcer.listeners), "nobody listens to the stream"
        door = plaxe.manage("webhook_url")["url"]
        address = f"{plaxe.url}{urllib.parse.urlsplit(door).path}"
        measured = {
            "webhook": [by_webhook(plaxe, address, film) for film in films[:rounds]],
            "stream": [by_stream(plaxe, film) for film in films[rounds:]],
        }
    figures = {way: summed_up(several) for way, several in measured.items()}
    show(figures)
    print(json.dumps({"benchmark": "latency", "rounds": rounds, **figures}))


def household(titles: int) -> World:
    world = World()
    world.add_server(world.add_person("alice", plex_id=1001), machine_identifier=MACHINE)
    world.share(world.add_person("bob", plex_id=1002, home=True))
    world.add_section("Films", "movie")
    for number in range(titles):
        world.add_movie(f"Film {number}", added_at=ADDED, size=700)
    return world


def furnish(plaxe: Live) -> None:
    plaxe.manage("connect", "--token", plaxe.world.person("alice").token)
    plaxe.manage("sync", "--full")
    plaxe.manage("assign", *plaxe.world.server.items, "--viewer", "bob")


def by_webhook(plaxe: Live, address: str, film: Item) -> Parts:
    world = plaxe.world
    bob = world.person("bob")
    world.play(bob, film)
    payload = {
        "event": "media.scrobble",
        "Server": {"uuid": MACHINE, "title": "Cellar"},
        "Account": {"id": 1002, "title": "bob"},
        "Metadata": {"ratingKey": film.rating_key, "type": "movie", "title": film.title},
    }
    body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
    sent = time.time()
    with urllib.request.urlopen(address, body, timeout=10):
        pass
    there = row_of(plaxe, film)
    received, finished = until(lambda: webhook_of(plaxe, film))
    return parts(world, sent, received, min(finished, there), there)


def by_stream(plaxe: Live, film: Item) -> Parts:
    world = plaxe.world
    bob = world.person("bob")
    session = world.start_session(bob, film)
    assert until(lambda: asked(plaxe, "SELECT 1 FROM media_playsession WHERE rating_key = ?", film))
    world.play(bob, film)
    sent = time.time()
    world.stop_session(session)
    there = row_of(plaxe, film)
    return parts(world, sent, sent, None, there)


def parts(world: World, sent: float, received: float, read: float | None, there: float) -> Parts:
    """What the stream leads to is read when the last request to Plex came."""
    calls = [call.at for call in list(world.requests) if received <= call.at <= there]
    begun, end = calls[0], read or calls[-1]
    return Parts(received - sent, begun - received, end - begun, there - end, there - sent)


def row_of(plaxe: Live, film: Item) -> float:
    """When the deletion was seen to be there."""
    while not asked(plaxe, "SELECT 1 FROM deletions_deletion WHERE rating_key = ?", film):
        time.sleep(LOOK)
    return time.time()


def webhook_of(plaxe: Live, film: Item) -> tuple[float, ...] | None:
    """When it was received, and when what it led to was done."""
    query = "SELECT received_at, finished_at FROM media_webhook WHERE finished_at > '' AND rating_key = ?"
    row = asked(plaxe, query, film)
    return tuple(datetime.fromisoformat(f"{at}+00:00").timestamp() for at in row) if row else None


def asked(plaxe: Live, query: str, film: Item) -> tuple[str, ...] | None:
    with closing(sqlite3.connect(f"file:{plaxe.folder}/plaxe.sqlite3?mode=ro", uri=True)) as database:
        row: tuple[str, ...] | None = database.execute(query, [film.rating_key]).fetchone()
    return row


def summed_up(several: list[Parts]) -> dict[str, dict[str, float]]:
    rows = [asdict(one) for one in several]
    return {part.name: summary([row[part.name] for row in rows]) for part in fields(Parts)}


def summary(seconds: list[float]) -> dict[str, float]:
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"median": round(statistics.median(seconds), 4), "p95": round(hundredths[94], 4)}


def show(figures: dict[str, dict[str, dict[str, float]]]) -> None:
    print(f"{'milliseconds':<12}" + "".join(f"{part.name:>18}" for part in fields(Parts)))
    for way, found in figures.items():
        cells = (f"{one['median'] * 1000:.0f} / {one['p95'] * 1000:.0f}" for one in found.values())
        print(f"{way:<12}" + "".join(f"{cell:>18}" for cell in cells))
    print("Each is the median / the 95th percentile.")
