from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from deletions import alarms, queue
from deletions.models import Deletion
from plaxe import selection
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Accept what holds deletions: the titles as they are known now may go."
    verb = staticmethod(queue.approve)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="every deletion that waits for approval")
        parser.add_argument(
            "--history", action="store_true", help="a watch history that has become shorter, on every server"
        )

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["history"]:
            return super().run(options)
        now = timezone.now()
        accepted = [row for row in selection.servers(options) if alarms.accept_shorter_history(row, now)]
        return {"deletions": [], "histories": [server.machine_identifier for server in accepted]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        if not result.get("histories"):
            yield from super().show(result)
        yield from (f"The history of {name} is accepted as it is." for name in result.get("histories", []))

    def chosen(self, options: dict[str, Any]) -> list[Deletion]:
        if not options["all"]:
            return super().chosen(options)
        waiting = Deletion.objects.awaiting_approval().select_related("server")
        return list(waiting.filter(server__in=selection.servers(options)))
