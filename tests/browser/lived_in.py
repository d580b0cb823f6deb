"""A home in which Plaxe has been at work for a while: titles waiting, queued, held and gone.

It is furnished before the lights go on, so that nothing in it happens by chance.
"""

from plexclient.demo import Item
from plexclient.demo.cast import at_home
from tests.browser.live import Live

AT_ONCE = {"PLAXE_DELETION_DELAY": "0s", "PLAXE_DRY_RUN": "false"}
TODAY = {"PLAXE_DELETION_DELAY": "5h"}
HOME = ("--viewer", "Alice", "--viewer", "Bob", "--viewer", "Mia")


def furnish(plaxe: Live) -> None:
    alice = plaxe.world.person("alice")
    plaxe.manage("connect", "--token", plaxe.world.issue_token(alice))
    plaxe.manage("sync", "--full")
    films, shows = _titles(plaxe, "movie"), _titles(plaxe, "show")
    _assign(plaxe, *films[:18], *shows[:4])
    _let_go(plaxe, films[:5])
    _queue(plaxe, *films[5:8], *list(shows[0].leaves())[:3], **TODAY)
    _queue(plaxe, *films[8:12])


def _let_go(plaxe: Live, films: list[Item]) -> None:
    """All but the last, which somebody is watching once more."""
    going = plaxe.world.start_session(plaxe.world.person("Mia"), films[-1])
    _queue(plaxe, *films, **AT_ONCE)
    plaxe.manage("execute", **AT_ONCE)
    plaxe.world.stop_session(going)


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
