from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from plaxe.startup import ROLES, start, start_some


class Command(BaseCommand):
    help = "Run Plaxe: tables, web server, worker, clock and listener in one command."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.PLAXE_HOST, help="where to listen (%(default)s)")
        parser.add_argument("--port", type=int, default=settings.PLAXE_PORT, help="(%(default)s)")
        parser.add_argument(
            "--only", choices=ROLES, action="append", help="a part of it, beside the others; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        where = options["host"], options["port"]
        start_some(options["only"], *where) if options["only"] else start(*where)
