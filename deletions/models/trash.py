"""What was moved to the trash instead of being deleted, and where each file is.

A row begins as an intent: nothing is in the trash before `at`. Whoever moves its files holds its lease.
"""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.wording import SentenceField
from deletions.models.deletion import Deletion

OPEN = Q(restored_at=None, purged_at=None)


class QuarantinedQuerySet(models.QuerySet["Quarantined"]):
    def intended(self) -> Self:
        """Announced, and not known to have come about."""
        return self.filter(OPEN, at=None)

    def present(self) -> Self:
        """In the trash."""
        return self.filter(OPEN).exclude(at=None)

    def due(self, now: datetime) -> Self:
        return self.present().filter(purge_for__lte=now)

    def in_order(self) -> Self:
        """What is purged next first; what never is by itself last."""
        return self.order_by(models.F("purge_for").asc(nulls_last=True), "pk")


class Quarantined(models.Model):
    deletion = models.ForeignKey(Deletion, models.PROTECT, related_name="quarantines")
    bytes = models.BigIntegerField(default=0)
    intended_at = models.DateTimeField()
    at = models.DateTimeField(null=True, blank=True, help_text="Since when all of it is in the trash.")
    purge_for = models.DateTimeField(null=True, blank=True, help_text="Empty: only a person purges it.")
    restored_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, help_text="Its files are being moved.")
    trouble = SentenceField(blank=True, help_text="Why it could not be purged.")

    objects = QuarantinedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deletion"], condition=OPEN, name="one_quarantine_of_a_deletion_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(restored_at=None) | Q(purged_at=None), name="what_is_purged_is_not_put_back"
            ),
        ]
        indexes = [
            # the trash, and what is to be purged next
            models.Index(fields=["purge_for"], condition=OPEN, name="quarantined_present"),
        ]
        verbose_name = "title in the trash"
        verbose_name_plural = "titles in the trash"

    def __str__(self) -> str:
        return self.deletion.title

    def take(self, now: datetime) -> bool:
        """Exactly one at a time moves its files."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self._update(free, leased_until=now + settings.PLAXE_CLAIM_TIMEOUT)

    def release(self, trouble: str = "") -> None:
        """A lease that has run out meanwhile is somebody else's by now."""
        self._update(Q(leased_until=self.leased_until), leased_until=None, trouble=trouble)

    def arrived(self, now: datetime, purge_for: datetime | None) -> bool:
        return self._update(Q(at=None), at=now, purge_for=purge_for)

    def ended(self, **how: datetime) -> bool:
        """`restored_at` or `purged_at`."""
        return self._update(Q(), leased_until=None, trouble="", **how)

    def _update(self, condition: Q, **fields: Any) -> bool:
        won = Quarantined.objects.filter(OPEN & condition, pk=self.pk).update(**fields)
        self.refresh_from_db(
            fields=["at", "purge_for", "restored_at", "purged_at", "leased_until", "trouble"]
        )
        return bool(won)


class QuarantinedFile(models.Model):
    quarantined = models.ForeignKey(Quarantined, models.CASCADE, related_name="files")
    path = models.TextField(help_text="As Plex names it.")
    size = models.BigIntegerField()
    root = models.TextField(help_text="The folder whose trash it is in, as Plaxe sees it.")
    place = models.TextField(help_text="Where it belongs, as Plaxe sees it.")
    trashed = models.TextField(help_text="Where it is in the trash, as Plaxe sees it.")

    class Meta:
        indexes = [
            # is this the file that is in the trash, or was put back?
            models.Index(fields=["path"], name="quarantined_by_path"),
        ]
        verbose_name = "file in the trash"
        verbose_name_plural = "files in the trash"

    def __str__(self) -> str:
        return self.path
