"""What happened, to what, by whom. Append-only, here and in the database, and it outlives its subject."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer, User
from accounts.wording import SentenceField, together

if TYPE_CHECKING:
    from deletions.models.deletion import Deletion

NEVER = "An audit entry is written once and never changed"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def older_than(self, entry: "AuditEntry") -> Self:
        """What comes after it in a list that begins with the newest."""
        return self.filter(Q(at__lt=entry.at) | Q(at=entry.at, pk__lt=entry.pk), at__lte=entry.at)

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """From `since` on, and before `until`."""
        limits = {"at__gte": since, "at__lt": until}
        return self.filter(**{name: limit for name, limit in limits.items() if limit})

    def mentioning(self, words: str) -> Self:
        """Entries in whose title, reason or names all of these words occur, however they are written."""
        found = self
        for word in words.casefold().split():
            found = found.filter(words__contains=word)
        return found

    def bulk_create(self, objs: Iterable["AuditEntry"], *args: Any, **kwargs: Any) -> list["AuditEntry"]:
        if kwargs.get("update_conflicts"):
            raise TypeError(NEVER)
        entries = list(objs)
        for entry in entries:
            entry.complete()
        return super().bulk_create(entries, *args, **kwargs)

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(NEVER)

    def delete(self) -> NoReturn:
        raise TypeError(NEVER)


class AuditEntry(models.Model):
    class Verb(models.TextChoices):
        ENQUEUED = "enqueued", _("Enqueued")
        HELD = "held", _("Held")
        RESUMED = "resumed", _("Went on")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Cancelled")
        RETRIED = "retried", _("Tried again")
        DRY_RUN = "dry_run", _("Would have been deleted")
        SENT = "sent", _("Deletion sent to Plex")
        MOVING = "moving", _("On the way to the trash")
        DELETED = "deleted", _("Deleted")
        QUARANTINED = "quarantined", _("Moved to the trash")
        PUT_BACK = "put_back", _("Put back")
        PURGED = "purged", _("Purged from the trash")
        GONE = "gone", _("Was gone already")
        FAILED = "failed", _("Failed")
        SETTLED = "settled", _("Settled after an interruption")
        GIVEN_UP = "given_up", _("Given up")
        HASTENED = "hastened", _("Not to wait any longer")
        ENDED = "ended", _("Playback ended")
        CHANGED = "changed", _("Settings changed")
        REKEYED = "rekeyed", _("Has another key in Plex")
        PROTECTED = "protected", _("Protected")
        UNPROTECTED = "unprotected", _("No longer protected")
        DISCONNECTED = "disconnected", _("Server removed")

    at = models.DateTimeField()
    verb = models.CharField(max_length=20, choices=Verb)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    by_name = models.CharField(max_length=255, default="Plaxe")
    server = models.ForeignKey(PlexServer, models.SET_NULL, null=True, blank=True, db_index=False)
    server_name = models.CharField(max_length=255, blank=True)
    machine_identifier = models.CharField(max_length=80, blank=True)
    deletion = models.ForeignKey(
        "deletions.Deletion", models.SET_NULL, null=True, blank=True, related_name="audit"
    )
    rating_key = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=2000, blank=True)
    text = SentenceField(blank=True, help_text="Why, in words.")
    bytes = models.BigIntegerField(
        null=True, blank=True, help_text="Of the title's files; once it is deleted, what that freed."
    )
    answer = models.TextField(blank=True, help_text="What Plex answered.")
    details = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True, editable=False, help_text="What a search looks through.")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # the list, a page at a time
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
            # the same of one verb, of one person, of one server
            models.Index(fields=["verb", "-at", "-id"], name="audit_by_verb"),
            models.Index(fields=["by_name", "-at", "-id"], name="audit_by_person"),
            models.Index(fields=["server", "-at", "-id"], name="audit_by_server"),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(NEVER)
        self.complete()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(NEVER)

    def complete(self) -> None:
        """What follows from the rest, before it is written."""
        if not self.machine_identifier and self.server:
            self.machine_identifier = self.server.machine_identifier
        self.words = f"{self.title}\n{self.text}\n{self.by_name}\n{self.server_name}".casefold()

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
        """An unsaved entry about a deletion. `bytes` and `answer` among the details have a column each."""
        return cls(
            at=now,
            verb=verb,
            by=by,
            by_name=by.username if by else "Plaxe",
            server_id=deletion.server_id,
            server_name=deletion.server.name,
            machine_identifier=deletion.server.machine_identifier,
            deletion=deletion,
            rating_key=deletion.rating_key,
            title=deletion.title,
            text=text or cls._why(deletion, verb),
            bytes=details.pop("bytes", deletion.bytes),
            answer=details.pop("answer", ""),
            details=details,
        )

    @classmethod
    def concerning(
        cls,
        server: PlexServer,
        verb: str,
        now: datetime,
        *,
        title: str,
        text: str,
        by: User | None = None,
        bytes: int | None = None,  # noqa: A002 -- as the column
        **details: Any,
    ) -> "AuditEntry":
        """An unsaved entry about a server as a whole, and all that it holds up."""
        return cls(
            at=now,
            verb=verb,
            by=by,
            by_name=by.username if by else "Plaxe",
            server=server,
            server_name=server.name,
            machine_identifier=server.machine_identifier,
            title=title,
            text=text,
            bytes=bytes,
            details=details,
        )

    @classmethod
    def _why(cls, deletion: "Deletion", verb: str) -> str:
        """What took a title away says why by itself, whatever becomes of the other rows."""
        took = (cls.Verb.SENT, cls.Verb.DRY_RUN, cls.Verb.DELETED, cls.Verb.QUARANTINED)
        return together(deletion.reasons) if verb in took else ""
