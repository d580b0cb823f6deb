"""The owner's choices. What the environment says wins and is shown as locked."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models


class Policy(models.Model):
    """Always row 1."""

    saved_dry_run = models.BooleanField("dry run", default=True)
    saved_delay = models.DurationField(
        "delay", default=timedelta(hours=24), validators=[MinValueValidator(timedelta(0))]
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_policy")]
        verbose_name_plural = "policy"

    def __str__(self) -> str:
        return "dry run" if self.dry_run else f"deletes after {self.delay}"

    @classmethod
    def load(cls) -> "Policy":
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def dry_run(self) -> bool:
        return self.saved_dry_run if settings.PLAXE_DRY_RUN is None else settings.PLAXE_DRY_RUN

    @property
    def delay(self) -> timedelta:
        return self.saved_delay if settings.PLAXE_DELETION_DELAY is None else settings.PLAXE_DELETION_DELAY

    @property
    def locked(self) -> set[str]:
        """Names of the choices that the environment has made."""
        made = {"saved_dry_run": settings.PLAXE_DRY_RUN, "saved_delay": settings.PLAXE_DELETION_DELAY}
        return {name for name, value in made.items() if value is not None}
