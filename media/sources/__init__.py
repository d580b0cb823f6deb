"""Ways of learning who has seen what. One more is one more module here and one more entry in SOURCES."""

from datetime import datetime

from accounts.connecting import reach
from accounts.jobs import running
from accounts.models import Job, PlexServer
from media.sources import history, state
from media.sources.report import PollReport

__all__ = ["SOURCES", "PollReport", "poll"]

SOURCES = (history.read, state.read)


def poll(server: PlexServer, now: datetime) -> PollReport:
    """Ask every source for news. Raises Busy while another run does it, PlexError when there is no server."""
    with running(server, Job.Kind.POLL) as job:
        client = reach(server, now)
        report = sum((read(server, client, now, job=job) for read in SOURCES), PollReport())
    if report.complete:
        server.polled(now)
    if report.errors:
        server.missed(" ".join(report.errors), is_online=True)
    return report
