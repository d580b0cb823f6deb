"""Run a job on a server, one process at a time."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from accounts.errors import Busy, Refused
from accounts.models import Job, PlexServer
from plexclient.errors import PlexError

logger = logging.getLogger(__name__)


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


def for_each_server(pk: int | None, run: Callable[[PlexServer], object]) -> None:
    """Do it on one server or on all; what goes wrong on one is logged and stops no other."""
    for server in PlexServer.objects.selected(pk):
        try:
            run(server)
        except Busy as busy:
            logger.info("%s: %s", server, busy)
        except (PlexError, Refused) as problem:
            logger.warning("%s: %s", server, problem)
        except Exception:
            logger.exception("%s: unexpected", server)
