"""Who has seen what, and how far a server's history has been read."""

from collections.abc import Container
from datetime import datetime
from typing import Self

from django.db import models, transaction
from django.db.models import F
from django.db.models.expressions import Combinable

from accounts.models import PlexServer, PlexUser

# Whoever is this far into a title, in milliseconds, has not seen it: not yet, or not yet again.
HALF_WAY = 60_000


class WatchQuerySet(models.QuerySet["Watch"]):
    def counting(self, since: Combinable | datetime | None = None) -> Self:
        """Views that count: after the title was added, not taken back, and not begun again."""
        since = F("item__views_count_from") if since is None else since
        return self.filter(last_viewed_at__gt=since, withdrawn_at=None, offset__lt=HALF_WAY)


class Watch(models.Model):
    """What is known of this viewer and this leaf. Written by `media.watching` only."""

    class Source(models.TextChoices):
        HISTORY = "history", "Plex history"
        STATE = "state", "Plex watched state"
        HAND = "hand", "the owner's word"

    server = models.ForeignKey(PlexServer, models.CASCADE)
    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="watches")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="watches")
    first_viewed_at = models.DateTimeField(null=True)
    last_viewed_at = models.DateTimeField(null=True, help_text="None: no view of it is known.")
    source = models.CharField(
        max_length=10, choices=Source, blank=True, help_text="Where the latest view is known from."
    )
    history_key = models.CharField(
        max_length=255, blank=True, help_text="The row of Plex's history that says so."
    )
    learned_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, help_text="Since when he says he has not seen it.")
    withdrawn_by = models.CharField(max_length=10, choices=Source, blank=True)
    vouched_at = models.DateTimeField(null=True, help_text="When the owner said that he has seen it.")
    offset = models.PositiveBigIntegerField(default=0, help_text="Milliseconds he is into it, when last read.")
    is_listed = models.BooleanField(
        default=False, help_text="His own list of what he has seen had it when it was last read."
    )
    view_count = models.PositiveIntegerField(null=True, help_text="As his own list counts.")

    objects = WatchQuerySet.as_manager()

    class Meta:
        constraints = [
            # serves complete(): has this viewer seen this leaf?
            models.UniqueConstraint(fields=["item", "viewer"], name="one_watch_per_item_and_viewer")
        ]
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return f"{self.viewer} saw {self.item}"

    @property
    def is_half_way(self) -> bool:
        return self.offset >= HALF_WAY

    def counts(self, since: datetime) -> bool:
        """As `counting()`, for a row that has been read."""
        is_view = self.last_viewed_at is not None and self.last_viewed_at > since
        return is_view and self.withdrawn_at is None and not self.is_half_way


class Evidence(models.Model):
    """The latest that a source has said of this viewer and this leaf.

    Written where sources other than Plex's history speak; what the history alone says is in the `Watch`.
    """

    class Said(models.TextChoices):
        SEEN = "seen", "seen"
        UNSEEN = "unseen", "not seen"
        HALF = "half", "half-way through"

    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="evidence")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="evidence")
    source = models.CharField(max_length=10, choices=Watch.Source)
    said = models.CharField(max_length=6, choices=Said)
    at = models.DateTimeField(null=True, help_text="When the view was, as far as the source knows.")
    learned_at = models.DateTimeField()
    text = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "viewer", "source"], name="one_statement_per_item_viewer_and_source"
            )
        ]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.viewer}, {self.item}: {self.get_said_display()}"


class HistoryCursor(models.Model):
    """How far a server's history is read. Everything viewed before `read_until` is in."""

    MOST_STRANGERS = 1000

    server = models.OneToOneField(PlexServer, models.CASCADE, related_name="history_cursor")
    read_until = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0, help_text="Rows read so far; some more than once.")
    caught_up_at = models.DateTimeField(null=True, help_text="When the history was last read to its end.")
    strangers = models.JSONField(
        default=dict,
        help_text="Plex ids of people not known yet, and their first view, which was passed over.",
    )

    def __str__(self) -> str:
        return f"{self.server} until {self.read_until}"

    @classmethod
    def of(cls, server: PlexServer) -> "HistoryCursor":
        return cls.objects.get_or_create(server=server)[0]

    def advance(self, read_until: datetime | None, rows: int) -> None:
        """Move on; never back."""
        self._move(max(filter(None, [self.read_until, read_until]), default=None), rows)

    def retreat(self, read_until: datetime | None) -> None:
        """Go back to where the reading began: what it said about its order was wrong."""
        self._move(read_until, rows=0)

    def _move(self, read_until: datetime | None, rows: int) -> None:
        # A rewind that has come in between wins: it asks for something this reading has passed already.
        unmoved = HistoryCursor.objects.filter(pk=self.pk, read_until=self.read_until)
        if unmoved.update(read_until=read_until, rows=F("rows") + rows):
            self.read_until = read_until

    def caught_up(self, now: datetime) -> None:
        self.caught_up_at = now
        self.save(update_fields=["caught_up_at"])

    @classmethod
    def rewind(cls, server: PlexServer, to: datetime) -> None:
        """Read again from `to`: items have appeared whose views were passed over as unknown."""
        cls.objects.filter(server=server, read_until__gt=to).update(read_until=to)

    def pass_over(self, strangers: dict[int, datetime]) -> None:
        """Remember views of people who are not known yet."""
        for plex_id, viewed_at in strangers.items():
            first, key = viewed_at.isoformat(), str(plex_id)
            if key in self.strangers or len(self.strangers) < self.MOST_STRANGERS:
                self.strangers[key] = min(first, self.strangers.get(key, first))
        if strangers:
            self.save(update_fields=["strangers"])

    def meet(self, known: Container[int]) -> None:
        """Read again from the first view of those who have become known."""
        met = {key for key in self.strangers if int(key) in known}
        if not met:
            return
        first = min(datetime.fromisoformat(self.strangers[key]) for key in met)
        self.strangers = {key: at for key, at in self.strangers.items() if key not in met}
        with transaction.atomic():
            self.save(update_fields=["strangers"])
            HistoryCursor.rewind(self.server, first)
        self.refresh_from_db(fields=["read_until"])
