from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from deletions import queue
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Wait no longer for what became of deletions that were sent to a server that is gone for good."
    verb = staticmethod(queue.give_up)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="do it")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["yes"]:
            raise Refused("Nobody will ever know what became of them. Say --yes to give them up.")
        return super().run(options)
