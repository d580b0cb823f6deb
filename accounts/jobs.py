"""Run a job on a server, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from accounts.errors import Busy
from accounts.models import Job, PlexServer


@contextmanager
def running(server: PlexServer, kind: Job.Kind) -> Iterator[Job]:
    """Hold the job's lease for the time of the block. Raises Busy when another process holds it.

    The job is told its error in words when the block raises; the exception goes on.
    """
    job = Job.of(server, kind)
    if not job.take(timezone.now()):
        raise Busy(f"{job} is running already; that run does the work.")
    error = "It was interrupted."
    try:
        yield job
        error = ""
    except Exception as problem:
        error = str(problem) or type(problem).__name__
        raise
    finally:
        job.finish(timezone.now(), error)
