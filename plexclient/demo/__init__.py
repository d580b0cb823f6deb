"""A plex.tv and a Plex Media Server small enough to run anywhere, over real HTTP."""

from plexclient.demo.cast import demo_world, small_world
from plexclient.demo.faults import Fault, Faults
from plexclient.demo.generate import generate
from plexclient.demo.library import Item, Media, Part, Section
from plexclient.demo.people import Person, Share
from plexclient.demo.player import Player
from plexclient.demo.running import Running, serve
from plexclient.demo.server import Server, Session
from plexclient.demo.world import Call, World

__all__ = [
    "Call",
    "Fault",
    "Faults",
    "Item",
    "Media",
    "Part",
    "Person",
    "Player",
    "Running",
    "Section",
    "Server",
    "Session",
    "Share",
    "World",
    "demo_world",
    "generate",
    "serve",
    "small_world",
]
