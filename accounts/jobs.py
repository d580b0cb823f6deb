"""Run a job on a server, one process at a time."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from accounts.errors import Busy, Refused
from accounts.models import Job, PlexServer
from accounts.wording import sentence as _
from accounts.wording import told
from plexclient.errors import PlexError, Unreachable

logger = logging.getLogger(__name__)


@contextmanager
def running(server: PlexServer, kind: Job.Kind) -> Iterator[Job]:
    """Hold the job's lease for the time of the block. Raises Busy when another process holds it.

    The job is told its error in words when the block raises; the exception goes on.
    """
    job = Job.of(server, kind)
    if not job.take(timezone.now()):
        what = _(Job.Kind(kind).label)
        words = _(
            "%(job)s on %(server)s is running already; that run does the work.", job=what, server=server
        )
        raise Busy(words)
    error: str = _("It was interrupted.")
    try:
        yield job
        error = ""
    except Exception as problem:
        error = told(problem) or type(problem).__name__
        raise
    finally:
        job.finish(timezone.now(), error)


def for_each_server(
    pk: int | None,
    run: Callable[[PlexServer], object],
    *,
    asks: bool = True,
    kind: Job.Kind | None = None,
) -> None:
    """Do it on one server or on all; what goes wrong on one is logged, once, and stops no other.

    Work that asks the server leaves those alone that rest, and work of a kind those on which it is to run
    rarely; a server that is named is asked all the same.
    """
    now, servers = timezone.now(), PlexServer.objects.selected(pk)
    for server in servers.awake(now) if pk is None and asks else servers:
        if pk is None and kind and Job.of(server, kind).rests(now):
            continue
        before = (server.is_online, server.last_error)
        try:
            run(server)
        except Busy as busy:
            logger.info("%s: %s", server, busy)
        except (PlexError, Refused) as problem:
            logger.log(
                logging.WARNING if _is_news(problem, *before) else logging.DEBUG, "%s: %s", server, problem
            )
        except Exception as problem:  # noqa: BLE001 -- it is told, and stops no other
            tell_unexpected(server, problem)


def tell_unexpected(server: PlexServer, problem: Exception) -> None:
    """That a server was removed meanwhile explains everything."""
    if PlexServer.objects.selected(server.pk).exists():
        logger.error("%s: unexpected", server, exc_info=problem)
    else:
        logger.info("%s was removed while it was worked on", server)


def _is_news(problem: Exception, was_online: bool, last_error: str) -> bool:
    """That a server is off is said when it begins, in whatever words it is off later."""
    return str(problem) != last_error and (was_online or not isinstance(problem, Unreachable))
