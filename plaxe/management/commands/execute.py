from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accounts.models import PlexServer
from deletions.farewell import take_leave
from deletions.models import Policy
from plaxe import selection
from plaxe.commands import JsonCommand

COUNTS = ("deleted", "gone", "failed", "held", "unknown", "would_delete")


class Command(JsonCommand):
    help = "Delete what is due, after a fresh look at the server."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        def work(server: PlexServer) -> dict[str, Any]:
            return asdict(take_leave(server, timezone.now()))

        results = selection.on_each(options, work, **dict.fromkeys(COUNTS, 0))
        return {**selection.total(results, *COUNTS), "dry_run": Policy.load().dry_run}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        if result["dry_run"] or result["would_delete"]:
            yield f"Dry run: {result['would_delete']} would have been deleted."
        yield ", ".join(f"{result[name]} {name}" for name in COUNTS[:-1])
