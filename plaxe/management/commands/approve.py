from typing import Any

from django.core.management.base import CommandParser

from deletions import queue
from deletions.models import Deletion
from plaxe import selection
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Accept what holds deletions: the titles as they are known now may go."
    verb = staticmethod(queue.approve)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="every deletion that waits for approval")

    def chosen(self, options: dict[str, Any]) -> list[Deletion]:
        if not options["all"]:
            return super().chosen(options)
        waiting = Deletion.objects.awaiting_approval().select_related("server")
        return list(waiting.filter(server__in=selection.servers(options)))
