"""The way from a server that was just connected to the first title in the queue."""

from datetime import datetime
from typing import Any

from accounts.models import Job, PlexUser
from deletions.models import Deletion
from media.models import Assignment, LibrarySection, MediaItem


def is_over() -> bool:
    """Once a title has ever been in the queue nobody needs to be led there."""
    return Deletion.objects.exists()


def steps(now: datetime) -> dict[str, Any]:
    """What has arrived, what is arriving, and what there is to do next."""
    jobs = Job.objects.reading()
    running = jobs.held(now).select_related("server").order_by("started_at", "pk")
    arriving = list(running)
    waiting = list(jobs.wanted().free(now))
    arrived = {
        "viewers": PlexUser.objects.present().count(),
        "libraries": LibrarySection.objects.filter(gone_at=None).count(),
        "titles": MediaItem.objects.filter(gone_at=None, type__in=MediaItem.LEAVES).count(),
    }
    return {
        "arriving": arriving,
        "waits": bool(waiting),
        "is_late": any(job.is_late(now) for job in waiting),
        "is_busy": bool(arriving or waiting),
        "arrived": arrived,
        "has_arrived": bool(arrived["viewers"] and arrived["titles"]),
        "is_assigned": Assignment.objects.exists(),
    }
