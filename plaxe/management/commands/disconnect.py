from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from deletions.parting import belongings, obstacles, part_from
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Stop looking after a server. Without --yes it only tells what would be forgotten."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("machine_identifier", metavar="MACHINE_IDENTIFIER", help="as `status` shows it")
        parser.add_argument("--yes", action="store_true", help="do it")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        [server] = selection.servers({"server": options["machine_identifier"]})
        row = rows.server(server)
        reasons = [] if options["yes"] else obstacles(server)
        forgotten = part_from(server, timezone.now()) if options["yes"] else belongings(server)
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
