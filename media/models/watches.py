"""Who has seen what, and how far a server's history has been read."""

from datetime import datetime

from django.db import models

from accounts.models import PlexServer, PlexUser


class Watch(models.Model):
    """This viewer has seen this leaf: the first and the latest view. Written by `media.watching` only."""

    class Source(models.TextChoices):
        HISTORY = "history", "Plex history"

    server = models.ForeignKey(PlexServer, models.CASCADE)
    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="watches")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="watches")
    first_viewed_at = models.DateTimeField()
    last_viewed_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source, help_text="Where the latest view is known from.")
    history_key = models.CharField(
        max_length=255, blank=True, help_text="The row of Plex's history that says so."
    )
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [
            # serves complete(): has this viewer seen this leaf?
            models.UniqueConstraint(fields=["item", "viewer"], name="one_watch_per_item_and_viewer")
        ]
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return f"{self.viewer} saw {self.item}"


class HistoryCursor(models.Model):
    """How far a server's history is read. Everything viewed before `read_until` is in."""

    server = models.OneToOneField(PlexServer, models.CASCADE, related_name="history_cursor")
    read_until = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0, help_text="Rows read so far; some more than once.")
    caught_up_at = models.DateTimeField(null=True, help_text="When the history was last read to its end.")

    def __str__(self) -> str:
        return f"{self.server} until {self.read_until}"

    @classmethod
    def of(cls, server: PlexServer) -> "HistoryCursor":
        return cls.objects.get_or_create(server=server)[0]

    def advance(self, read_until: datetime | None, rows: int) -> None:
        """Move on; never back."""
        self.read_until = max(filter(None, [self.read_until, read_until]), default=None)
        self.rows += rows
        self.save(update_fields=["read_until", "rows"])

    @classmethod
    def rewind(cls, server: PlexServer, to: datetime) -> None:
        """Read again from `to`: items have appeared whose views were passed over as unknown."""
        cls.objects.filter(server=server, read_until__gt=to).update(read_until=to)
