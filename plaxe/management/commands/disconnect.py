from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.errors import Busy
from accounts.models import PlexServer
from deletions.forgetting import forget
from deletions.parting import belongings, leave, obstacles
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Stop looking after a server. Without --yes it only tells what would be forgotten."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("machine_identifier", metavar="MACHINE_IDENTIFIER", help="as `status` shows it")
        parser.add_argument("--yes", action="store_true", help="do it")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        server = _named(options["machine_identifier"])
        row, forgotten = rows.server(server), belongings(server)
        reasons = [] if options["yes"] or server.leaving_at else obstacles(server)
        if options["yes"]:
            _remove(server)
        return {
            "server": row,
            "disconnected": options["yes"],
            "forgotten": asdict(forgotten),
            "obstacles": reasons,
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        name, is_done = result["server"]["name"], result["disconnected"]
        yield f"{name} is removed. Forgotten were:" if is_done else f"If {name} is removed, Plaxe forgets:"
        yield from (f"{number:>8}  {what.replace('_', ' ')}" for what, number in result["forgotten"].items())
        yield "The record stays, and nothing is deleted on the server."
        yield from result["obstacles"]
        if not is_done and not result["obstacles"]:
            yield "Say --yes to do it."


def _named(machine_identifier: str) -> PlexServer:
    """Also one whose removal was begun and not ended."""
    leaving = PlexServer.objects.leaving().filter(machine_identifier=machine_identifier).first()
    return leaving or selection.servers({"server": machine_identifier})[0]


def _remove(server: PlexServer) -> None:
    """What else works on it ends first: then the worker does the rest."""
    if not server.leaving_at:
        leave(server, timezone.now())
    with suppress(Busy):
        forget(server, timezone.now())
