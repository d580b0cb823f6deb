"""The libraries of a server, who they are, and how fresh Plaxe's knowledge of them is."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer
from accounts.wording import SentenceField

UUID = 64
TICK = timedelta(microseconds=1)


class LibrarySectionQuerySet(models.QuerySet["LibrarySection"]):
    def present(self) -> Self:
        return self.filter(gone_at=None)


class LibrarySection(models.Model):
    """A Plex library of movies or shows."""

    class Type(models.TextChoices):
        MOVIE = "movie", _("Movies")
        SHOW = "show", _("Shows")

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="sections")
    key = models.CharField(max_length=32)
    uuid = models.CharField(max_length=UUID, blank=True, help_text="As the server last listed it.")
    accepted_uuid = models.CharField(
        max_length=UUID, blank=True, help_text="As it was first known, or as the owner has accepted it."
    )
    changed_at = models.DateTimeField(
        null=True, help_text="When it was found to be another. Nothing is deleted until the owner accepts it."
    )
    moved = models.PositiveIntegerField(
        default=0,
        help_text="So many of its titles had other keys then; 0 where it was another for another reason.",
    )
    type = models.CharField(max_length=10, choices=Type)
    title = models.CharField(max_length=500)
    gone_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, help_text="When the server first did not list it.")
    synced_at = models.DateTimeField(null=True, help_text="Begin of the last sync that was complete.")
    full_sync_at = models.DateTimeField(null=True, help_text="Begin of the last full pass that was complete.")
    shrank_at = models.DateTimeField(
        null=True, help_text="When a listing first came back suspiciously short."
    )
    last_error = SentenceField(blank=True)

    objects = LibrarySectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "key"], name="one_section_per_server_and_key")
        ]
        ordering = ["server", "title", "pk"]
        verbose_name = "library"
        verbose_name_plural = "libraries"

    def __str__(self) -> str:
        return self.title

    @property
    def needs_full_pass(self) -> bool:
        """Nothing was ever read whole, or the last full pass asked for a second opinion."""
        return self.synced_at is None or self.shrank_at is not None

    def is_another(self, uuid: str) -> bool:
        """Than the owner knows, or than it was a moment ago. What is not said is no difference."""
        return bool(uuid and {self.uuid, self.accepted_uuid} - {"", uuid})

    def introduce(self, uuid: str) -> None:
        """Who it is, where that was not known."""
        if uuid and not self.accepted_uuid:
            self.uuid = self.accepted_uuid = uuid
            LibrarySection.objects.filter(pk=self.pk, accepted_uuid="").update(uuid=uuid, accepted_uuid=uuid)

    def changed(self, uuid: str, now: datetime) -> None:
        """Another library stands under its key: what changed in that one says nothing about this one."""
        if self.changed_at and self.uuid == uuid:
            return
        self.uuid, self.changed_at = uuid, self.changed_at or now
        self.synced_at = self.missing_since = None
        self.save(update_fields=["uuid", "changed_at", "synced_at", "missing_since"])

    def vanished(self, now: datetime) -> None:
        """Together with all the others, and there are strange ones instead."""
        if self.changed_at is None or self.missing_since is None:
            self.changed_at, self.missing_since = self.changed_at or now, self.missing_since or now
            self.save(update_fields=["changed_at", "missing_since"])

    def renumbered(self, moved: int, now: datetime) -> None:
        """It is the same library, and most of its keys mean other titles than before."""
        self.moved, self.changed_at = moved, self.changed_at or now
        self.save(update_fields=["moved", "changed_at"])

    def accept(self, now: datetime) -> bool:
        """The owner says that this is his library, or that it is no more. False when it has changed again."""
        gone_at = self.gone_at or (now if self.missing_since else None)
        as_seen = LibrarySection.objects.filter(
            pk=self.pk, uuid=self.uuid, moved=self.moved, changed_at__isnull=False
        )
        return bool(as_seen.update(accepted_uuid=self.uuid, changed_at=None, moved=0, gone_at=gone_at))

    def after_last_listing(self, now: datetime) -> datetime:
        """What a listing finds is later than what the one before found, also when the clock was set back."""
        return max(now, self.full_sync_at + TICK) if self.full_sync_at else now

    def synced(self, now: datetime, *, full: bool, doubt: str = "") -> None:
        self.synced_at, self.last_error = now, doubt
        if full:
            self.full_sync_at = now
        self.save(update_fields=["synced_at", "full_sync_at", "shrank_at", "last_error"])

    def failed(self, error: str) -> None:
        self.last_error = error
        self.save(update_fields=["last_error"])
