"""Work on a server that one process does at a time: a row with a lease and a fence."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models.servers import PlexServer
from accounts.wording import SentenceField

# Longer than twice the longest HTTP deadline, so that a run which is only waiting for Plex keeps its lease.
LEASE = timedelta(minutes=3)
RENEW_AFTER = timedelta(seconds=20)
SOME_TIME = timedelta(seconds=3)  # before, an estimate is a guess
A_WHILE = timedelta(minutes=1)
PUNCTUAL = 0.95


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

    def reading(self) -> Self:
        """Those that fetch what a server has to tell."""
        return self.filter(kind__in=(Job.Kind.VIEWERS, Job.Kind.LIBRARIES, Job.Kind.POLL))

    def wanted(self) -> Self:
        return self.exclude(wanted_at=None)


@dataclass(frozen=True)
class Part:
    """Of work in several parts, the one that is under way; within it rows of a total, where that is known."""

    number: int = 0
    of: int = 1

    def share(self, rows: int | None, total: int | None) -> int | None:
        """Of the whole work, in per mille; None where that cannot be told."""
        if not total and self.of == 1:
            return None
        within = min((rows or 0) / total, 1) if total else 0
        return int(1000 * (self.number + within) / max(self.of, 1))


WHOLE = Part()


class Job(models.Model):
    class Kind(models.TextChoices):
        VIEWERS = "viewers", _("Sync viewers")
        LIBRARIES = "libraries", _("Sync libraries")
        POLL = "poll", _("Poll")
        ENQUEUE = "enqueue", _("Enqueue")
        EXECUTE = "execute", _("Execute")
        REMOVE = "remove", _("Remove the server")

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
    progress = models.CharField(max_length=255, blank=True, help_text="What is being read.")
    rows = models.PositiveIntegerField(null=True, help_text="How many rows of it have been read.")
    total = models.PositiveIntegerField(null=True, help_text="How many it has.")
    share = models.PositiveSmallIntegerField(
        null=True, help_text="How much of the run is done, in per mille."
    )
    error = SentenceField(blank=True)
    every = models.DurationField(
        null=True, blank=True, help_text="The clock lets it run no more often; whoever names the server does."
    )

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

    def keep_to(self, every: timedelta | None) -> None:
        Job.objects.filter(pk=self.pk).update(every=every)

    def rests(self, now: datetime) -> bool:
        """It ran so lately that the clock leaves it alone. A clock is never quite on time."""
        if not self.every or not self.started_at:
            return False
        return timedelta(0) <= now - self.started_at < self.every * PUNCTUAL

    def take(self, now: datetime) -> bool:
        """Take the lease; False when another process has it. A holder known to be dead has nothing."""
        self.takes_all = self.is_full
        uptime = clock.Uptime.read()
        self.clock_step = self._clock_step(now, uptime)
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
            rows=None,
            total=None,
            share=None,
        )
        if won:
            self.refresh_from_db()
        return bool(won)

    def _clock_step(self, now: datetime, today: clock.Uptime) -> timedelta:
        """Since the last run; before the first one in this start of the machine, since any other job's that
        is the longest ago."""
        known = Job.objects.filter(server=self.server_id, boot=today.boot).exclude(started_at=None)
        last = self if self.boot == today.boot else known.order_by("uptime").first()
        if last is None or last.started_at is None:
            return timedelta(0)
        return clock.step(last.started_at, clock.Uptime(last.boot, last.uptime), now, today)

    def renew(
        self,
        now: datetime,
        progress: str = "",
        rows: int | None = None,
        total: int | None = None,
        *,
        part: Part = WHOLE,
    ) -> None:
        """Keep the lease and say how far the run is. Cheap enough to be called for every page or item."""
        told = {"progress": progress[:255], "rows": rows, "total": total, "share": part.share(rows, total)}
        is_news = any(getattr(self, name) != value for name, value in told.items())
        if self.leased_until and self.leased_until - now > LEASE - RENEW_AFTER and not is_news:
            return
        self.leased_until = now + LEASE
        for name, value in told.items():
            setattr(self, name, value)
        self._mine().update(leased_until=self.leased_until, **told)

    def ends_at(self, now: datetime) -> datetime | None:
        """When it will have done all if it goes on like this; None where nobody can tell."""
        if not self.share or not self.started_at or now - self.started_at < SOME_TIME:
            return None
        return now + (now - self.started_at) * (1000 - self.share) / self.share

    def is_late(self, now: datetime) -> bool:
        """It was asked for some while ago, and nobody has begun it."""
        return self.wanted_at is not None and self.leased_until is None and now - self.wanted_at > A_WHILE

    def finish(self, now: datetime, error: str = "") -> None:
        self._mine().update(leased_until=None, holder="", finished_at=now, error=error)

    def _mine(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.pk, fence=self.fence)
