"""All checks, one after another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from accounts.models import PlexServer
from deletions.doctor import own_checks, server_checks
from deletions.doctor.findings import Finding
from deletions.insight import insight


def examine(now: datetime, *, fresh: bool = False) -> Iterator[Finding]:
    """`fresh` asks the servers again even if they were asked a moment ago."""
    for check in own_checks.CHECKS:
        yield from check(now)
    for server in PlexServer.objects.selected(None):
        told = insight(server, now, fresh=fresh)
        server.refresh_from_db()
        for look in server_checks.CHECKS:
            yield from (replace(found, server=server.name) for found in look(server, told, now))
