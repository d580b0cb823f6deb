"""Many workers at once: each due title gets one DELETE, however many of them are told to look."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from plexclient.demo import Item, World, serve
from tests.campaigns.process import ROOT, Launcher, environment, wait_until
from tests.figures import Tell
from tests.neighbourhood import LAST_MONTH

HAS_SERVICES = bool(os.environ.get("DATABASE_URL") and os.environ.get("PLAXE_BROKER_URL"))
# Of the due titles on each server: most on one, for which all compete, the others on three more.
SHARES, MANY = (18, 4, 4, 4), (700, 100, 100, 100)
WORKERS = 4 if HAS_SERVICES else 2
HINTS = 20
AT_LEAST, FOR_EACH = 300, 5  # seconds until all are deleted, and for each title on a busy machine
BROKER = {"PLAXE_BROKER_URL": os.environ["PLAXE_BROKER_URL"]} if HAS_SERVICES else {}


def several_servers(shares: Sequence[int]) -> tuple[World, list[list[Item]]]:
    world = World()
    alice = world.add_person("alice", home=True, admin=True)
    carol = world.add_person("carol")
    stock = []
    for number, count in enumerate(shares):
        server = world.add_server(alice, name=f"Cellar {number}", machine_identifier=f"machine-{number}")
        section = world.add_section("Films", "movie", server=server)
        world.share(carol, server=server)
        stock.append(
            [world.add_movie(f"Film {film}", section=section, added_at=LAST_MONTH) for film in range(count)]
        )
    return world, stock


def queue_up(plaxe: Launcher, world: World, stock: list[list[Item]]) -> None:
    orders = [["connect", "--token", world.issue_token(world.person("alice"))], ["sync"]]
    for titles in stock:
        keys = [title.rating_key for title in titles]
        orders.append(["assign", *keys, "--viewer", "carol", "--server", titles[0].server.machine_identifier])
        for title in titles:
            world.play(world.person("carol"), title)
    for words in (*orders, ["poll"], ["enqueue"]):
        end = plaxe(*words)
        assert end.status == 0, end
    assert plaxe(act="count").document == {"SCHEDULED": sum(map(len, stock))}


@contextmanager
def celery_worker(known: dict[str, str]) -> Iterator[None]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "plaxe",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "2",
    ]
    worker = subprocess.Popen(
        command, cwd=ROOT, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=60)


def is_done(plaxe: Launcher, due: int) -> bool:
    plaxe("1", act="hint")
    return bool(plaxe(act="count").document == {"DELETED": due})


def test_many_workers_send_one_delete_for_each_due_title_and_none_twice(
    tmp_path: Path, soaking: bool, tell: Tell
) -> None:
    shares = MANY if soaking else SHARES
    world, stock = several_servers(shares)
    due = sum(shares)
    with ExitStack() as stack:
        plex = stack.enter_context(serve(world))
        known = stack.enter_context(
            environment(tmp_path, plex.plex_tv_url, PLAXE_DELETION_DELAY="0", **BROKER)
        )
        plaxe = Launcher(tmp_path, known)
        stack.callback(plaxe.stop)
        queue_up(plaxe, world, stock)
        for _ in range(WORKERS):
            stack.enter_context(celery_worker(known))
        assert plaxe(str(HINTS), act="hint").status == 0
        wait_until(partial(is_done, plaxe, due), AT_LEAST + FOR_EACH * due, every=1 + due / 200)
    sent = Counter((call.site, call.rating_key) for call in world.deletes)
    twice = sum(number > 1 for number in sent.values())
    tell(f"{WORKERS} workers", due_titles=due, deletes=len(world.deletes), sent_twice=twice)
    assert (len(world.deletes), twice) == (due, 0)
    assert not any(server.items for server in world.servers)
