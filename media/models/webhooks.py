"""Where servers post what happened, and each thing that was posted."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedTextField
from accounts.models import PlexServer, PlexUser
from media.models.library import MediaItem

SECRET_BYTES = 32
LEASE = timedelta(minutes=3)
FIRST_PAUSE = timedelta(seconds=30)
MOST_ATTEMPTS = 5
# The same words within this time are the same event, sent twice.
KEPT = timedelta(days=90)
LATELY = timedelta(minutes=30)
TWICE = timedelta(minutes=5)


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


class WebhookDoor(models.Model):
    """The secret address, and what may come in by it. Always row 1."""

    secret = SealedTextField()
    signing_key = SealedTextField()
    is_signed = models.BooleanField(
        "signed only",
        default=False,
        help_text="Refuse what carries no signature. Plex itself signs nothing: only a relay can.",
    )
    keep_days = models.PositiveSmallIntegerField(
        "keep payloads for",
        default=7,
        validators=[MaxValueValidator(365)],
        help_text="Days until the text of what was posted is forgotten; 0 keeps none.",
    )
    protects_from = models.PositiveSmallIntegerField(
        "a rating protects from",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="Who gives a title so many of ten points protects it. Empty: a rating protects nothing.",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="there_is_one_webhook_door")]

    def __str__(self) -> str:
        return "webhook address"

    @classmethod
    def load(cls) -> "WebhookDoor":
        door = cls.objects.get_or_create(pk=1)[0]
        if not door.secret:
            door.rotate()
        return door

    def rotate(self) -> None:
        """From now on only a new address is open."""
        self.secret = new_secret()
        self.save(update_fields=["secret"])

    def opens_to(self, secret: str) -> bool:
        return secrets.compare_digest(secret.encode(), self.secret.encode())


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def due(self, now: datetime) -> Self:
        """Came in or failed, and nobody is at it."""
        return self.filter(status__in=Webhook.OPEN, try_at__lte=now)

    def told_lately(self, server: PlexServer, now: datetime) -> bool:
        """Whether this server's webhooks come in."""
        played = self.filter(server=server, event__startswith="media.", is_test=False)
        return played.filter(received_at__gt=now - LATELY).exists()

    def forget(self, now: datetime) -> None:
        """What was posted, after the days of the settings; that something was, after three months."""
        kept_from = now - timedelta(days=WebhookDoor.load().keep_days)
        self.filter(received_at__lt=kept_from, payload__isnull=False).update(payload=None)
        self.filter(received_at__lt=now - KEPT).delete()

    def day(self, now: datetime) -> dict[str, int]:
        """How many came in within a day, by what became of them, and `ailing` when too many failed."""
        counts = self.filter(received_at__gt=now - timedelta(days=1)).order_by().values_list("status")
        found = dict(counts.annotate(n=models.Count("pk")))
        found["all"] = sum(found.values())
        found["ailing"] = int(found.get(Webhook.Status.FAILED, 0) * 10 > found["all"])
        return found

    def same_as(self, webhook: "Webhook") -> Self:
        earlier = self.filter(digest=webhook.digest, pk__lt=webhook.pk)
        return earlier.filter(received_at__gt=webhook.received_at - TWICE)


class Webhook(models.Model):
    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        SUCCESS = "success", _("Done")
        FAILED = "failed", _("Failed")
        IGNORED = "ignored", _("Ignored")
        DUPLICATE = "duplicate", _("Sent twice")

    OPEN = (Status.RECEIVED, Status.FAILED)

    received_at = models.DateTimeField()
    event = models.CharField(max_length=64)
    status = models.CharField(max_length=9, choices=Status, default=Status.RECEIVED)
    outcome = models.TextField(blank=True, help_text="What it led to, or why it led to nothing.")
    server = models.ForeignKey(PlexServer, models.SET_NULL, null=True, related_name="webhooks")
    server_name = models.CharField(max_length=255, blank=True)
    account_id = models.BigIntegerField(null=True)
    account_name = models.CharField(max_length=255, blank=True)
    viewer = models.ForeignKey(PlexUser, models.SET_NULL, null=True, related_name="webhooks")
    rating_key = models.CharField(max_length=64, blank=True)
    item = models.ForeignKey(MediaItem, models.SET_NULL, null=True, related_name="webhooks")
    title = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    payload = models.JSONField(null=True, default=None)
    is_test = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True, help_text="When it is looked at, or again.")
    finished_at = models.DateTimeField(null=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        indexes = [
            # same_as(): was it here a moment ago?
            models.Index(fields=["digest", "received_at"], name="webhook_by_digest"),
            # due(): what waits to be handled
            models.Index(
                fields=["try_at"], condition=Q(status__in=("received", "failed")), name="webhook_due"
            ),
            # the page, newest first
            models.Index(fields=["-received_at"], name="webhook_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.event} at {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.received_at if self.finished_at else None

    def claim(self, now: datetime) -> bool:
        """Exactly one worker gets it; when that worker dies, another does after the lease."""
        waiting = Webhook.objects.filter(pk=self.pk).due(now)
        won = waiting.update(try_at=now + LEASE, attempts=F("attempts") + 1)
        if won:
            self.refresh_from_db()
        return bool(won)

    def conclude(self, status: Status, outcome: str, now: datetime) -> None:
        self._move(status=status, outcome=outcome, finished_at=now, try_at=None)

    def fail(self, outcome: str, now: datetime) -> None:
        """It is tried again after a pause that doubles, and then no more."""
        pause = FIRST_PAUSE * 2 ** (self.attempts - 1)
        try_at = now + pause if self.attempts < MOST_ATTEMPTS else None
        self._move(status=self.Status.FAILED, outcome=outcome, finished_at=now, try_at=try_at)

    def _move(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
