from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accounts.models import PlexServer
from deletions.queue import enqueue_complete
from plaxe import selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Queue what everyone assigned has seen, and hold what no longer is."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        def work(server: PlexServer) -> dict[str, Any]:
            return asdict(enqueue_complete(server, timezone.now()))

        results = selection.on_each(options, work, enqueued=0, held=0)
        return selection.total(results, "enqueued", "held")

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"{result['enqueued']} queued, {result['held']} held"
