"""Work on a server that one process does at a time: a row with a lease and a fence."""

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts import clock
from accounts.models.servers import PlexServer

# Longer than twice the longest HTTP deadline, so that a run which is only waiting for Plex keeps its lease.
LEASE = timedelta(minutes=3)
RENEW_AFTER = timedelta(seconds=20)


def _started(pid: int) -> str:
    """When a process of this machine began, in clock ticks; process numbers are used again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def this_process() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(holder: str) -> bool:
    """True only for a process of this very machine that is known to be no more."""
    host, _, rest = holder.partition("/")
    pid, _, started = rest.partition("/")
    if host != socket.gethostname() or not pid.isdecimal() or not started:
        return False
    return _started(int(pid)) != started


class JobQuerySet(models.QuerySet["Job"]):
    def held(self, now: datetime) -> Self:
        return self.filter(leased_until__gt=now)

    def free(self, now: datetime) -> Self:
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=now))

    def wanted(self) -> Self:
        return self.exclude(wanted_at=None)


class Job(models.Model):
    class Kind(models.TextChoices):
        VIEWERS = "viewers", "Sync viewers"
        LIBRARIES = "libraries", "Sync libraries"
        POLL = "poll", "Poll"
        ENQUEUE = "enqueue", "Enqueue"
        EXECUTE = "execute", "Execute"

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=Kind)
    wanted_at = models.DateTimeField(null=True, help_text="Asked for and not begun yet.")
    is_full = models.BooleanField(default=False, help_text="The run asked for is a full one.")
    fence = models.PositiveBigIntegerField(
        default=0, help_text="Counts the runs; an old run cannot write for a new one."
    )
    holder = models.CharField(max_length=255, blank=True)
    leased_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    boot = models.CharField(max_length=64, blank=True, help_text="Which start of the machine it began in.")
    uptime = models.FloatField(default=0, help_text="How long the machine was up then, in seconds.")
    progress = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    # While a run holds the lease: it was asked to be a full one; how far the clock was set since the last.
    takes_all = False
    clock_step = timedelta(0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["server", "kind"], name="one_job_per_server_and_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.server}"

    @classmethod
    def of(cls, server: PlexServer, kind: str) -> "Job":
        return cls.objects.get_or_create(server=server, kind=kind)[0]

    def want(self, now: datetime, *, full: bool = False) -> None:
        """Ask for a run. A full one asked for stays full until it has begun."""
        Job.objects.filter(pk=self.pk).update(wanted_at=now, is_full=full or F("is_full"))

    def take(self, now: datetime) -> bool:
        """Take the lease; False when another process has it. A holder known to be dead has nothing."""
        self.takes_all = self.is_full
        uptime = clock.Uptime.read()
        then = clock.Uptime(self.boot, self.uptime)
        self.clock_step = clock.step(self.started_at or now, then, now, uptime)
        dead = Q(fence=self.fence) if is_dead(self.holder) else Q(pk=None)
        taken = Job.objects.filter(pk=self.pk).filter(Q(leased_until=None) | Q(leased_until__lte=now) | dead)
        won = taken.update(
            fence=F("fence") + 1,
            holder=this_process(),
            leased_until=now + LEASE,
            started_at=now,
            boot=uptime.boot,
            uptime=uptime.seconds,
            wanted_at=None,
            is_full=False,
            progress="",
        )
        if won:
            self.refresh_from_db()
        return bool(won)

    def renew(self, now: datetime, progress: str = "") -> None:
        """Keep the lease and say how far the run is. Cheap enough to be called for every page or item."""
        if self.leased_until and self.leased_until - now > LEASE - RENEW_AFTER and progress == self.progress:
            return
        self.leased_until, self.progress = now + LEASE, progress
        self._mine().update(leased_until=self.leased_until, progress=progress[:255])

    def finish(self, now: datetime, error: str = "") -> None:
        self._mine().update(leased_until=None, holder="", finished_at=now, error=error)

    def _mine(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.pk, fence=self.fence)
