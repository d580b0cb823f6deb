"""What the owner has chosen for one server. What is empty is as for all servers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import PlexServer

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Of every day, in the time of this machine; they may begin in the evening and end in the morning."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def __contains__(self, moment: datetime) -> bool:
        at = _here(moment).time()
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def next(self, moment: datetime) -> datetime:
        """The first moment from then on that is within them."""
        if moment in self:
            return moment
        here = _here(moment)
        begins = datetime.combine(here.date(), self.begin, here.tzinfo)
        return begins if begins > here else datetime.combine(here.date() + DAY, self.begin, here.tzinfo)


def _here(moment: datetime) -> datetime:
    """Whoever looks at it from elsewhere changes nothing."""
    return timezone.localtime(moment, timezone.get_default_timezone())


class OwnPolicy(models.Model):
    server = models.OneToOneField(PlexServer, models.CASCADE, related_name="own_policy")
    dry_run = models.BooleanField(default=False)
    delay = models.DurationField(null=True, blank=True, validators=[MinValueValidator(timedelta(0))])
    brake_items = models.PositiveIntegerField("titles at once", null=True, blank=True)
    brake_percent = models.PositiveSmallIntegerField(
        "share of a library", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    brake_bytes = models.PositiveBigIntegerField("bytes at once", null=True, blank=True)
    begins_at = models.TimeField("deletes from", null=True, blank=True)
    ends_at = models.TimeField("deletes until", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(brake_percent=None) | Q(brake_percent__lte=100),
                name="an_own_share_is_not_over_100",
            ),
            models.CheckConstraint(
                condition=Q(begins_at=None, ends_at=None)
                | Q(begins_at__isnull=False, ends_at__isnull=False) & ~Q(begins_at=F("ends_at")),
                name="own_hours_begin_and_end",
            ),
        ]
        verbose_name_plural = "own policies"

    def __str__(self) -> str:
        return f"Policy of {self.server}"

    @classmethod
    def of(cls, server: PlexServer) -> "OwnPolicy":
        """One that nobody has saved says nothing."""
        return cls.objects.filter(server=server).first() or cls(server=server)

    @property
    def hours(self) -> Hours | None:
        """When titles may go; None at any time."""
        return Hours(self.begins_at, self.ends_at) if self.begins_at and self.ends_at else None
