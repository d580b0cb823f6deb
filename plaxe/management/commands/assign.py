from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from media import assigning
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Assign viewers to titles: a movie, a show, a season or an episode."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("keys", nargs="+", metavar="KEY", help="rating key")
        parser.add_argument(
            "--viewer",
            action="append",
            required=True,
            metavar="WHO",
            help="plex.tv id or name; may be given again",
        )
        parser.add_argument("--remove", action="store_true", help="take the assignment away")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        items = [selection.item(key, options) for key in options["keys"]]
        pairs = [(item, selection.viewer(who, item.server)) for item in items for who in options["viewer"]]
        change = assigning.unassign if options["remove"] else assigning.assign
        with transaction.atomic():
            for pair in pairs:
                change(*pair)
        return {"assignments": [rows.assignment(*pair, assigned=not options["remove"]) for pair in pairs]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["assignments"]:
            verb = "must see" if row["assigned"] else "need not see"
            yield f"{row['viewer']['name']} {verb} {row['item']['title']}"
