"""Who has seen what."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer, PlexUser

# Whoever is this far into a title, in milliseconds, has not seen it: not yet, or not yet again.
HALF_WAY = 60_000


class WatchQuerySet(models.QuerySet["Watch"]):
    def counting(self, since: Combinable | datetime | None = None) -> Self:
        """Views that count: after the title was added, not taken back, and not begun again."""
        since = F("item__views_count_from") if since is None else since
        return self.filter(last_viewed_at__gt=since, withdrawn_at=None, offset__lt=HALF_WAY)

    def denied(self) -> Self:
        """By the viewer, or by the owner for him; and titles he is in the middle of."""
        return self.filter(Q(withdrawn_at__isnull=False) | Q(offset__gte=HALF_WAY))


class Watch(models.Model):
    """What is known of this viewer and this leaf. Written by `media.watching` only."""

    class Source(models.TextChoices):
        HISTORY = "history", _("Plex history")
        STATE = "state", _("Plex watched state")
        HAND = "hand", _("the owner's word")
        ASIDE = "aside", _("Plex history, set aside")  # of evidence only: no watch is made of it

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
    is_checked = models.BooleanField(
        default=False, help_text="When that was learned Plex was asked whether the key was this title's."
    )
    withdrawn_at = models.DateTimeField(null=True, help_text="Since when he says he has not seen it.")
    withdrawn_by = models.CharField(max_length=10, choices=Source, blank=True)
    vouched_at = models.DateTimeField(null=True, help_text="When the owner said that he has seen it.")
    offset = models.PositiveBigIntegerField(default=0, help_text="Milliseconds he is into it.")
    offset_at = models.DateTimeField(null=True, help_text="When he had come that far.")
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

    def widen(
        self, at: datetime, source: str, now: datetime, *, history_key: str = "", is_checked: bool = False
    ) -> bool:
        """Somebody knows of a view. True when it is later than any that was known."""
        self.first_viewed_at = min(at, self.first_viewed_at or at)
        if self.last_viewed_at and at <= self.last_viewed_at:
            return False
        self.last_viewed_at, self.source, self.learned_at = at, source, now
        self.history_key, self.is_checked = history_key[:255], is_checked
        if self.withdrawn_at and at > self.withdrawn_at:
            self.restore()
        if self.offset_at and at > self.offset_at:
            self.offset, self.offset_at = 0, None
        return True

    def forget_view(self, refusal: "Evidence | None" = None) -> None:
        """The view may have been of another title. The owner's word remains, and what it may have lifted."""
        self.first_viewed_at = self.last_viewed_at = self.vouched_at
        self.source, self.history_key = Watch.Source.HAND if self.vouched_at else "", ""
        self.is_listed, self.view_count = False, None  # his own list is to be heard anew
        if refusal and not self.vouched_at and not self.withdrawn_at:
            self.withdraw(refusal.learned_at, refusal.source)

    def withdraw(self, at: datetime, source: str) -> None:
        """He says now that he has not seen it; a later view lifts that."""
        self.withdrawn_at, self.withdrawn_by, self.vouched_at = at, source, None

    def restore(self) -> None:
        self.withdrawn_at, self.withdrawn_by = None, ""

    def vouch(self, now: datetime) -> None:
        """The owner says that he has seen it. What Plex says about the time until now does not matter."""
        self.restore()
        self.widen(now, Watch.Source.HAND, now)
        self.vouched_at, self.offset, self.offset_at = now, 0, None

    def pause(self, offset: int, at: datetime) -> None:
        """He is that far into it. The owner's word that he has seen it stands unless this came later."""
        if not self.vouched_at or at > self.vouched_at:
            self.offset, self.offset_at = offset, at


class Evidence(models.Model):
    """The latest that a source has said of this viewer and this leaf.

    Written where sources other than Plex's history speak; what the history alone says is in the `Watch`.
    """

    class Said(models.TextChoices):
        SEEN = "seen", _("seen")
        UNSEEN = "unseen", _("not seen")
        HALF = "half", _("half-way through")
        OTHER = "other", _("has another title under this key; the view does not count")
        BEFORE = "before", _("had it under this key before the title had the key; the view does not count")
        DOUBT = "doubt", _("had it under a key that may have meant another title; it is read again")

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
