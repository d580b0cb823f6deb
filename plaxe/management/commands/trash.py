from collections.abc import Iterable
from typing import Any

from deletions.models import Quarantined
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show what is in the trash, and when it is purged."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        present = Quarantined.objects.present().in_order().select_related("deletion__server")
        if options["server"]:
            present = present.filter(deletion__server__in=selection.servers(options))
        listed = [rows.quarantined(row) for row in present.prefetch_related("files")]
        return {"titles": listed, "bytes": sum(row["bytes"] for row in listed)}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["titles"]:
            until = f"until {row['purge_for']:%Y-%m-%d %H:%M}" if row["purge_for"] else "until you decide"
            yield f"{row['id']:>5}  {until}  {row['full_title']}  {row['trouble'] or ''}".rstrip()
        if not result["titles"]:
            yield "The trash is empty."
