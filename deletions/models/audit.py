"""What happened, to what, by whom. Append-only, and it outlives its subject."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from accounts.models import PlexServer, User

if TYPE_CHECKING:
    from deletions.models.deletion import Deletion


class AuditEntry(models.Model):
    class Verb(models.TextChoices):
        ENQUEUED = "enqueued", "Enqueued"
        HELD = "held", "Held"
        RESUMED = "resumed", "Went on"
        APPROVED = "approved", "Approved"
        CANCELLED = "cancelled", "Cancelled"
        RETRIED = "retried", "Tried again"
        DRY_RUN = "dry_run", "Would have been deleted"
        SENT = "sent", "Deletion sent to Plex"
        DELETED = "deleted", "Deleted"
        GONE = "gone", "Was gone already"
        FAILED = "failed", "Failed"
        SETTLED = "settled", "Settled after an interruption"
        CHANGED = "changed", "Settings changed"
        REKEYED = "rekeyed", "Has another key in Plex"

    at = models.DateTimeField()
    verb = models.CharField(max_length=10, choices=Verb)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    by_name = models.CharField(max_length=255, default="Plaxe")
    server = models.ForeignKey(PlexServer, models.SET_NULL, null=True, blank=True)
    server_name = models.CharField(max_length=255, blank=True)
    deletion = models.ForeignKey(
        "deletions.Deletion", models.SET_NULL, null=True, blank=True, related_name="audit"
    )
    title = models.CharField(max_length=2000, blank=True)
    text = models.TextField(blank=True, help_text="Why, in words.")
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="audit_newest_first")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An audit entry is written once and never changed")
        super().save(*args, **kwargs)

    @classmethod
    def about(
        cls,
        deletion: "Deletion",
        verb: str,
        now: datetime,
        *,
        by: User | None = None,
        text: str = "",
        **details: Any,
    ) -> "AuditEntry":
        """An unsaved entry about a deletion."""
        return cls(
            at=now,
            verb=verb,
            by=by,
            by_name=by.username if by else "Plaxe",
            server_id=deletion.server_id,
            server_name=deletion.server.name,
            deletion=deletion,
            title=deletion.title,
            text=text,
            details=details,
        )
