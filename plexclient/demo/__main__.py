"""`python -m plexclient.demo`: the demo Plex alone, its addresses as the first line of output."""

import argparse
import ctypes
import json
import os
import signal
import sys
from threading import Event, Thread

from plexclient.demo.cast import demo_world
from plexclient.demo.player import Player
from plexclient.demo.running import Running, serve

PARENT_DIED = 1  # PR_SET_PDEATHSIG of Linux


def main() -> int:
    options = _options()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if options.with_parent:
        _end_with_parent(stopping)
    world = demo_world(options.seed)
    ports = {"port": options.port_tv, "port_app": options.port_app, "port_server": options.port_server}
    with serve(world, options.host, **ports) as running:
        player = Player(world, seed=options.seed, interval=options.interval)
        print(json.dumps(_addresses(running)), flush=True)  # the parent reads it
        if options.plays:
            player.start()
        stopping.wait()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="plexclient.demo", description="A small Plex to try things on.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port-tv", type=int, default=0, help="of plex.tv; 0 takes any free one")
    parser.add_argument("--port-app", type=int, default=0, help="of the sign-in page")
    parser.add_argument("--port-server", type=int, default=0, help="of the media server")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--interval", type=float, default=2.0, help="seconds from play to play")
    parser.add_argument("--no-plays", dest="plays", action="store_false", help="nobody watches anything")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    return parser.parse_args()


def _addresses(running: Running) -> dict[str, object]:
    server = running.world.server
    return {
        "plex_tv_url": running.plex_tv_url,
        "app_url": running.app_url,
        "server_url": running.server_url(),
        "machine_identifier": server.machine_identifier,
        "owner": {"plex_id": server.owner.plex_id, "username": server.owner.username},
    }


def _end_with_parent(stopping: Event) -> None:
    """Twice over: the kernel tells where there is Linux, and the pipe closes everywhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGTERM)

    def watch() -> None:
        while os.read(0, 4096):
            pass
        stopping.set()

    Thread(target=watch, name="parent watch", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
