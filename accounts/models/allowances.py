"""How often somebody may ask, counted in a row: processes share it, and a cache would let double in."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F

MINUTE = 60
BURST = 10  # seconds after a minute has ended in which all of it still counts


class Allowance(models.Model):
    """One asker's requests of this minute and of the one before."""

    key = models.CharField(max_length=200, unique=True)
    minute = models.BigIntegerField(help_text="Since 1970.")
    used = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            # what nobody asks for any more
            models.Index(fields=["minute"], name="allowance_by_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"

    @classmethod
    def let_in(cls, key: str, most: int, now: datetime) -> bool:
        """Whether one more is within `most` a minute; the minute before counts as far as it reaches into now.

        Whoever is over it costs a read and no write.
        """
        minute, second = divmod(now.timestamp(), MINUTE)
        row, _ = cls.objects.get_or_create(key=key[:200], defaults={"minute": int(minute)})
        if row.minute != minute:
            row.turn(int(minute))
        room = most - row.before * min(1, (MINUTE - second) / (MINUTE - BURST))
        if row.used >= room:
            return False
        mine = cls.objects.filter(pk=row.pk, minute=row.minute, used__lt=room)
        return bool(mine.update(used=F("used") + 1))

    def turn(self, minute: int) -> None:
        """A new minute begins; who comes second finds it begun."""
        before = self.used if minute == self.minute + 1 else 0
        Allowance.objects.filter(pk=self.pk, minute=self.minute).update(minute=minute, used=0, before=before)
        self.refresh_from_db()

    @classmethod
    def forget(cls, now: datetime) -> None:
        cls.objects.filter(minute__lt=int((now - timedelta(hours=1)).timestamp() // MINUTE)).delete()
