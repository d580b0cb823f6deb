from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from media import watching
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Say that viewers have seen titles: a movie, an episode, or all there is of a season or a show."

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
        parser.add_argument("--undo", action="store_true", help="say that they have not seen them")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        items = [selection.item(key, options) for key in options["keys"]]
        pairs = [(item, selection.viewer(who, item.server)) for item in items for who in options["viewer"]]
        now, seen = timezone.now(), not options["undo"]
        with transaction.atomic():
            done = [watching.declare(item, viewer, now, seen=seen) for item, viewer in pairs]
        told = zip(pairs, done, strict=True)
        return {"watched": [rows.watched(*pair, seen=seen, leaves=leaves) for pair, leaves in told]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["watched"]:
            verb = "has seen" if row["seen"] else "has not seen"
            yield f"{row['viewer']['name']} {verb} {row['item']['full_title']} ({row['leaves']})"
