"""What is playing now, as a server said when it was last asked."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer, PlexUser
from media.models.library import MediaItem

# Plex takes a title for seen from 90 % on, if its owner has not said otherwise.
NEAR_END = 90
STATES = {"playing": _("playing"), "paused": _("paused"), "buffering": _("loading")}


class PlaySession(models.Model):
    """Somebody plays something. The row goes when he stops; offsets are milliseconds."""

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="play_sessions")
    session_key = models.CharField(max_length=64)
    session_id = models.CharField(max_length=255, blank=True, help_text="By it Plex can be told to end it.")
    viewer = models.ForeignKey(PlexUser, models.SET_NULL, null=True, related_name="play_sessions")
    viewer_name = models.CharField(max_length=255, blank=True)
    item = models.ForeignKey(MediaItem, models.SET_NULL, null=True, related_name="play_sessions")
    rating_key = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=32, blank=True)
    offset = models.BigIntegerField(default=0)
    duration = models.BigIntegerField(null=True)
    player = models.CharField(max_length=255, blank=True)
    device = models.CharField(max_length=255, blank=True)
    is_local = models.BooleanField(null=True)
    transcode_key = models.CharField(max_length=255, blank=True)
    is_transcoded = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When the server last said so.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "session_key"], name="one_row_per_play_session")
        ]
        ordering = ["began_at", "pk"]

    def __str__(self) -> str:
        return f"{self.viewer_name} plays {self.title}"

    def moved(self, state: str, offset: int | None, now: datetime) -> bool:
        """How far it is by now. True when that passes the point from which Plex takes it for seen."""
        was_near = self.is_near_end
        self.state, self.offset, self.seen_at = state[:32], offset if offset is not None else self.offset, now
        self.save(update_fields=["state", "offset", "seen_at"])
        return self.is_near_end and not was_near

    @property
    def state_in_words(self) -> str:
        return str(STATES.get(self.state, self.state or _("playing")))

    @property
    def is_near_end(self) -> bool:
        return self.percent is not None and self.percent >= NEAR_END

    def forget(self) -> bool:
        """It has ended; True for the one process that says so first."""
        gone, _ = PlaySession.objects.filter(pk=self.pk).delete()
        return bool(gone)

    @property
    def percent(self) -> int | None:
        return min(100, self.offset * 100 // self.duration) if self.duration else None
