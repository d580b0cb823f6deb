from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accounts.models import PlexServer
from media import sources
from plaxe import selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Ask the servers who has watched what since the last time."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        nothing = {"rows": 0, "watches": 0, "skipped": 0, "complete": False, "errors": []}
        results = selection.on_each(options, _poll, **nothing)
        return {"servers": results, **selection.busy(results)}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["servers"]:
            state = "busy" if row.get("busy") else " ".join(row["errors"]) or "complete"
            yield f"{row['machine_identifier']}: {row['rows']} rows, {row['watches']} new views. {state}"


def _poll(server: PlexServer) -> dict[str, Any]:
    return asdict(sources.poll(server, timezone.now()))
