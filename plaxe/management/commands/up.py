from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from plaxe.startup import start


class Command(BaseCommand):
    help = "Run Plaxe: tables, web server, worker and clock in one command."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.PLAXE_HOST, help="where to listen (%(default)s)")
        parser.add_argument("--port", type=int, default=settings.PLAXE_PORT, help="(%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        start(options["host"], options["port"])
