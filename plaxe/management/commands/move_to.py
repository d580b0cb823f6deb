from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from plaxe import moving
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Copy everything to an empty PostgreSQL, while Plaxe is stopped, and compare it row by row."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "database_url",
            metavar="DATABASE_URL",
            help="postgres://user:password@host/name, or the file that holds it",
        )

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"rows": moving.move_to(options["database_url"])}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"{result['rows']} rows were copied, and each arrived as it was."
        yield "Start Plaxe with that DATABASE_URL. What is here stays until you remove it."
