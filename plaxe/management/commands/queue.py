from collections.abc import Iterable
from typing import Any

from deletions.models import Deletion
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show the queue and the past: what goes when, what is held, and why."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        listed = Deletion.objects.in_order().select_related("server", "item").prefetch_related("item__files")
        if options["server"]:
            listed = listed.filter(server__in=selection.servers(options))
        return {"deletions": [rows.deletion(row) for row in listed]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield from map(rows.told, result["deletions"]) if result["deletions"] else ["The queue is empty."]
