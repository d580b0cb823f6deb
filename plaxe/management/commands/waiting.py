from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from media import waiting
from media.models import ALL
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show who still has to see what: for each viewer, and for each assigned title."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--viewer", metavar="WHO", help="only this viewer: plex.tv id or name")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        servers, who = selection.servers(options), options["viewer"]
        server = servers[0] if options["server"] else None
        viewer = selection.viewer_of_any(who, servers) if who else None
        return {
            "viewers": [rows.waiting(row) for row in waiting.of_viewers(server=server, viewer=viewer)],
            "titles": [_title(row) for row in waiting.of_titles(server=server, viewer=viewer)],
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["viewers"]:
            then = f" Next: {row['next']['full_title']}" if row["next"] else ""
            yield f"{row['viewer']['name']} has seen {row['seen']} of {row['total']}.{then}"
        for row in result["titles"]:
            missing = ", ".join(f"{who['viewer']['name']} ({who['left']})" for who in row["missing"])
            yield f"{row['item']['full_title']} waits for {missing}"
        if not result["viewers"]:
            yield "Nobody is assigned to anything."


def _title(row: waiting.Title) -> dict[str, Any]:
    return {
        "item": rows.title(row.item),
        "server": row.item.server.machine_identifier,
        "needed": None if row.item.needed == ALL else row.item.needed,
        "missing": [rows.waiting(who) for who in row.missing],
    }
