"""The owner's choices. What the environment says wins and is shown as locked."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

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


class Policy(models.Model):
    """Always row 1. Of each limit of the brake 0 means that it is switched off."""

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
