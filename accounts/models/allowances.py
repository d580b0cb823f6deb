"""How often somebody may ask, counted in a row: processes share it, and a cache would let double in."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F

MINUTE = timedelta(minutes=1)
KEPT = timedelta(hours=1)


class Allowance(models.Model):
    """When one asker was let in, as long as that counts."""

    key = models.CharField(max_length=200, unique=True)
    times = models.JSONField(default=list, help_text="In milliseconds since 1970.")
    turns = models.PositiveBigIntegerField(default=0, help_text="Counts the changes.")
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            # what nobody asks for any more
            models.Index(fields=["last_at"], name="allowance_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {len(self.times)}"

    @classmethod
    def let_in(cls, key: str, most: int, now: datetime) -> bool:
        """Whether one more is within `most` of any minute, wherever that begins.

        Whoever is over it costs a read and no write.
        """
        while True:
            row, _ = cls.objects.get_or_create(key=key[:200], defaults={"last_at": now})
            recent = row.recent(now)
            if len(recent) >= most:
                return False
            if row.admit(recent, now):
                return True

    def recent(self, now: datetime) -> list[int]:
        """Those that count; what lies far ahead is from before the clock was set back."""
        at, minute = _milliseconds(now), MINUTE // timedelta(milliseconds=1)
        return [time for time in self.times if abs(at - time) < minute]

    def admit(self, recent: list[int], now: datetime) -> bool:
        """False when another process was quicker: then everything is looked at anew."""
        as_read = Allowance.objects.filter(pk=self.pk, turns=self.turns)
        times = [*recent, _milliseconds(now)]
        return bool(as_read.update(times=times, turns=F("turns") + 1, last_at=now))

    @classmethod
    def forget(cls, now: datetime) -> None:
        cls.objects.filter(last_at__lt=now - KEPT).delete()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
