from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from plaxe import demo
from plaxe.startup import start
from plaxe.supervisor import Child


class Command(BaseCommand):
    help = "Run Plaxe beside a small Plex of its own: nothing to install, nothing to lose."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        demo.add_arguments(parser)
        parser.add_argument("--port", type=int, default=settings.PLAXE_PORT, help="(%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        tv, app = (urlsplit(url).port for url in (settings.PLAXE_PLEX_TV_URL, settings.PLAXE_PLEX_APP_URL))
        plex = partial(demo.play_plex, options["host"], tv or 0, app or 0, demo.free_port())
        start(options["host"], options["port"], beside=[Child("demo Plex", plex)])
