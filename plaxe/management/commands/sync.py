from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.jobs import running
from accounts.models import Job, PlexServer
from accounts.sync import sync_viewers
from media.sync import sync_server
from plaxe import selection
from plaxe.commands import JsonCommand
from plexclient.errors import PlexError


class Command(JsonCommand):
    help = "Copy viewers, libraries and titles from the servers."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--full", action="store_true", help="read everything, and find what is gone")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        def work(server: PlexServer) -> dict[str, Any]:
            return _sync(server, full=options["full"])

        nothing = {"viewers": 0, "sections": 0, "items": 0, "gone": 0, "errors": []}
        results = selection.on_each(options, work, **nothing)
        return {"servers": results, **selection.busy(results)}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["servers"]:
            counts = ", ".join(f"{row[name]} {name}" for name in ("viewers", "sections", "items", "gone"))
            yield f"{row['machine_identifier']}: {counts}. {' '.join(row['errors'])}".rstrip()


def _sync(server: PlexServer, *, full: bool) -> dict[str, Any]:
    """Viewers that cannot be read, plex.tv being away, do not keep the libraries from being copied."""
    viewers, errors = server.access_set.filter(gone_at=None).count(), []
    try:
        viewers = sync_viewers(server, timezone.now())
    except PlexError as problem:
        errors = [str(problem)]
    with running(server, Job.Kind.LIBRARIES) as job:
        report = sync_server(server, timezone.now(), full=full or job.takes_all, job=job)
    return {
        "viewers": viewers,
        "sections": report.sections,
        "items": report.items,
        "gone": report.gone,
        "errors": errors + report.errors,
    }
