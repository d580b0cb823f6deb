"""The owner's choices. What the environment says wins and is shown as locked."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import PlexServer
from deletions.models.own_policy import Hours, OwnPolicy

VARIABLES = {
    "dry_run": "PLAXE_DRY_RUN",
    "delay": "PLAXE_DELETION_DELAY",
    "brake_items": "PLAXE_BRAKE_ITEMS",
    "brake_percent": "PLAXE_BRAKE_PERCENT",
    "brake_bytes": "PLAXE_BRAKE_BYTES",
    "playing_holds_show": "PLAXE_PLAYING_HOLDS_SHOW",
    "quarantine": "PLAXE_QUARANTINE",
    "trash_days": "PLAXE_TRASH_DAYS",
}


@dataclass(frozen=True)
class Effective:
    """What counts for one server."""

    dry_run: bool
    delay: timedelta
    brake_items: int
    brake_percent: int
    brake_bytes: int
    hours: Hours | None

    def due(self, now: datetime) -> datetime:
        """When a title goes that everybody has seen by now."""
        return self.opens(now + self.delay)

    def opens(self, now: datetime) -> datetime:
        """From then on titles may go."""
        return self.hours.next(now) if self.hours else now

    def is_open(self, now: datetime) -> bool:
        """Titles may go at this time of the day."""
        return self.hours is None or now in self.hours


class Policy(models.Model):
    """What holds for all servers; `of` says what counts for one. Always row 1. Of each limit of the brake 0
    means that it is switched off."""

    saved_dry_run = models.BooleanField("dry run", default=True)
    saved_delay = models.DurationField(
        "delay", default=timedelta(hours=24), validators=[MinValueValidator(timedelta(0))]
    )
    saved_brake_items = models.PositiveIntegerField("titles at once", default=25)
    saved_brake_percent = models.PositiveSmallIntegerField(
        "share of a library", default=10, validators=[MaxValueValidator(100)]
    )
    saved_brake_bytes = models.PositiveBigIntegerField("bytes at once", default=200 * 10**9)
    saved_playing_holds_show = models.BooleanField("hold the whole show", default=True)
    saved_quarantine = models.BooleanField("trash", default=False)
    saved_trash_days = models.PositiveSmallIntegerField(
        "days in the trash", default=30, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="there_is_one_policy"),
            models.CheckConstraint(condition=Q(saved_brake_percent__lte=100), name="a_share_is_not_over_100"),
        ]
        verbose_name_plural = "policy"

    def __str__(self) -> str:
        return "dry run" if self.dry_run else f"deletes after {self.delay}"

    @classmethod
    def load(cls) -> "Policy":
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def load_to_change(cls) -> "Policy":
        """Until the transaction ends nobody else changes it."""
        cls.load()
        return cls.objects.select_for_update().get(pk=1)

    @classmethod
    def of(cls, server: PlexServer) -> Effective:
        """The only place that knows whose word counts: the server's own, or that for all."""
        return cls.load().on(OwnPolicy.of(server))

    @classmethod
    def everywhere(cls) -> dict[int, Effective]:
        """By the server's primary key. Three queries however many servers there are."""
        policy, own = cls.load(), {row.server_id: row for row in OwnPolicy.objects.all()}
        servers = PlexServer.objects.order_by().values_list("pk", flat=True)
        return {pk: policy.on(own.get(pk) or OwnPolicy()) for pk in servers}

    def on(self, own: OwnPolicy) -> Effective:
        """Of two dry runs either counts: where one is on nothing is deleted."""
        return Effective(
            dry_run=self.dry_run or own.dry_run,
            delay=self.delay if own.delay is None else own.delay,
            brake_items=self.brake_items if own.brake_items is None else own.brake_items,
            brake_percent=self.brake_percent if own.brake_percent is None else own.brake_percent,
            brake_bytes=self.brake_bytes if own.brake_bytes is None else own.brake_bytes,
            hours=own.hours,
        )

    @cached_property
    def rehearsing(self) -> dict[int, str]:
        """Servers with a dry run of their own: their names by their primary keys."""
        own = OwnPolicy.objects.filter(dry_run=True).order_by("server__name", "pk")
        return dict(own.values_list("server", "server__name"))

    @property
    def dry_run(self) -> bool:
        return bool(self._chosen("dry_run"))

    @property
    def delay(self) -> timedelta:
        delay: timedelta = self._chosen("delay")
        return delay

    @property
    def brake_items(self) -> int:
        return int(self._chosen("brake_items"))

    @property
    def brake_percent(self) -> int:
        return int(self._chosen("brake_percent"))

    @property
    def brake_bytes(self) -> int:
        return int(self._chosen("brake_bytes"))

    @property
    def playing_holds_show(self) -> bool:
        """While an episode plays, the others of its season and show wait too."""
        return bool(self._chosen("playing_holds_show"))

    @property
    def quarantine(self) -> bool:
        """Files are moved to a trash beside them, and only deleted where somebody has said so."""
        return bool(self._chosen("quarantine"))

    @property
    def trash_days(self) -> int:
        return int(self._chosen("trash_days"))

    def _chosen(self, name: str) -> Any:
        value = getattr(settings, VARIABLES[name])
        return getattr(self, f"saved_{name}") if value is None else value

    @property
    def locked(self) -> set[str]:
        """Names of the choices that the environment has made."""
        return {name for name, variable in VARIABLES.items() if getattr(settings, variable) is not None}

    @property
    def seal(self) -> str:
        """Another one as soon as anything was changed: a form says by it what its reader saw."""
        values = [repr(self._chosen(name)) for name in VARIABLES]
        return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]
