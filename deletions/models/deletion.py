"""One leaf's fate.

Every move is an UPDATE that is conditional on the old state: its row count says who won. A row that is
RUNNING carries a lease and a fence; who does not hold the current fence can neither send a DELETE nor
record its result.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import PlexServer
from media.models import MediaItem


class Status(models.TextChoices):
    HELD = "HELD", "Held"
    SCHEDULED = "SCHEDULED", "Scheduled"
    RUNNING = "RUNNING", "Running"
    DELETED = "DELETED", "Deleted"
    GONE = "GONE", "Gone"
    FAILED = "FAILED", "Failed"
    CANCELLED = "CANCELLED", "Cancelled"


class Hold(models.TextChoices):
    """Why a deletion is held."""

    PLAYING = "playing", "Somebody is playing it"
    OFFLINE = "offline", "The server does not answer"
    UNREADABLE = "unreadable", "The server's answer is of no use"
    DELETION_OFF = "deletion_off", "Deletion is switched off in Plex"
    UNWATCHED = "unwatched", "Somebody has not seen it"
    HALF_PLAYED = "half_played", "Somebody is half-way through it"
    KEPT = "kept", "It is to be kept"
    NEIGHBOUR = "neighbour", "Its file is needed for another title"
    CHANGED = "changed", "It is not what was queued"
    VERSIONS = "versions", "It has several versions"
    BRAKE = "brake", "Too much at once"
    WRONG_SERVER = "wrong_server", "Another server answers"
    HISTORY = "history", "The watch history has become shorter"
    REKEYED = "rekeyed", "Plex has given it another key"


OPEN = (Status.HELD, Status.SCHEDULED, Status.RUNNING)
# After these an item is queued again only by an explicit verb: cancel is sticky, a failure waits for a look.
STICKY = (Status.CANCELLED, Status.FAILED)
# These pass by themselves and are looked at again on every pass; the others wait for a verb.
PASSING = (
    Hold.PLAYING, Hold.OFFLINE, Hold.UNREADABLE, Hold.DELETION_OFF, Hold.UNWATCHED, Hold.KEPT, Hold.NEIGHBOUR,
    Hold.HALF_PLAYED,
    Hold.REKEYED,
)  # fmt: skip


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def scheduled(self) -> Self:
        return self.filter(status=Status.SCHEDULED)

    def held(self) -> Self:
        return self.filter(status=Status.HELD)

    def awaiting_approval(self) -> Self:
        """Held by something that does not pass by itself."""
        return self.held().exclude(hold__in=PASSING)

    def braked(self) -> Self:
        """Waiting together, because they were too many."""
        return self.held().filter(hold=Hold.BRAKE)

    def finished(self) -> Self:
        return self.exclude(status__in=OPEN)

    def sticky(self) -> Self:
        return self.filter(status__in=STICKY)

    def due(self, now: datetime) -> Self:
        """Scheduled and past its time, or held by something that may have passed.

        Whether somebody has seen it by now is for the enqueue pass to say: then the delay begins anew.
        """
        passing = Q(status=Status.HELD, hold__in=set(PASSING) - {Hold.UNWATCHED})
        return self.filter(Q(status=Status.SCHEDULED) | passing, scheduled_for__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Claimed by a worker that has not been heard of for the claim time-out."""
        return self.filter(status=Status.RUNNING, leased_until__lte=now)

    def in_order(self) -> Self:
        """What goes next first, then the past, newest first."""
        is_past = models.Case(models.When(status__in=OPEN, then=0), default=1)
        return self.order_by(is_past, F("finished_at").desc(nulls_first=True), "scheduled_for", "pk")


class Deletion(models.Model):
    server = models.ForeignKey(PlexServer, models.PROTECT, related_name="deletions")
    item = models.ForeignKey(MediaItem, models.SET_NULL, null=True, related_name="deletions")
    status = models.CharField(max_length=9, choices=Status, default=Status.SCHEDULED)
    rating_key = models.CharField(max_length=64)
    type = models.CharField(max_length=8, choices=MediaItem.Type)
    title = models.CharField(max_length=2000)
    bytes = models.BigIntegerField(default=0)
    snapshot = models.JSONField(
        default=dict, help_text="What was queued: guid, external ids, files with their sizes."
    )
    viewers = models.JSONField(
        default=list, help_text="Who had watched it when it was queued, and how we know."
    )
    reasons = models.JSONField(default=list)
    hold = models.CharField(max_length=12, choices=Hold, blank=True)
    held_because = models.TextField(blank=True)
    accepted = models.JSONField(default=list, help_text="Holds that were approved and do not stop it again.")
    enqueued_at = models.DateTimeField()
    scheduled_for = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    would_have_gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Dry run: when it would have been deleted."
    )
    fence = models.PositiveIntegerField(default=0, help_text="Counts the claims.")
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When the current claim was about to send its DELETE."
    )
    deletes_sent = models.PositiveIntegerField(default=0)
    answer = models.TextField(blank=True, help_text="What Plex answered to the DELETE.")
    failure = models.TextField(blank=True, help_text="Why it failed, and what to do.")

    objects = DeletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(status__in=OPEN), name="one_open_deletion_per_item"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.HELD) | ~Q(hold=""), name="a_held_deletion_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RUNNING) | Q(leased_until__isnull=False),
                name="a_running_deletion_has_a_lease",
            ),
        ]
        indexes = [
            # due(): what runs next on this server
            models.Index(
                fields=["server", "scheduled_for"], condition=Q(status__in=OPEN), name="deletion_due"
            ),
            # the past, newest first
            models.Index(fields=["-finished_at"], name="deletion_past"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def move(self, to: Status, *, expect: Iterable[str], **fields: Any) -> bool:
        """Go to another state if the row is still in one of the expected ones; True when we did it.

        A claim keeps the words of the hold it comes from, so that the same hold again is not news.
        """
        if to not in (Status.HELD, Status.RUNNING):
            fields = {"hold": "", "held_because": "", **fields}
        won = Deletion.objects.filter(pk=self.pk, status__in=expect, fence=self.fence).update(
            status=to, **fields
        )
        if won:
            self.refresh_from_db(fields=["status", *fields])
        return bool(won)

    def claim(self, now: datetime) -> bool:
        """Take it for execution; exactly one worker gets it. A new claim begins with nothing sent."""
        lease = now + settings.PLAXE_CLAIM_TIMEOUT
        fields = {"fence": self.fence + 1, "leased_until": lease, "sent_at": None}
        won = self.move(Status.RUNNING, expect=(Status.SCHEDULED, Status.HELD), **fields)
        if won:  # somebody may have approved something, or the key have changed, since the row was read
            self.refresh_from_db(fields=["rating_key", "snapshot", "accepted"])
        return won

    def take_over(self, now: datetime) -> bool:
        """Take an abandoned claim: whoever held it can no longer send or record anything."""
        lease = now + settings.PLAXE_CLAIM_TIMEOUT
        return self.move(Status.RUNNING, expect=(Status.RUNNING,), fence=self.fence + 1, leased_until=lease)

    def withdraw(self, now: datetime) -> bool:
        """Cancel under the hands of a worker that has claimed it and sent nothing: its fence is void."""
        unsent = Deletion.objects.filter(pk=self.pk, status=Status.RUNNING, fence=self.fence, sent_at=None)
        won = unsent.update(status=Status.CANCELLED, fence=F("fence") + 1, leased_until=None, finished_at=now)
        if won:
            self.refresh_from_db()
        return bool(won)

    def intend(self, now: datetime) -> bool:
        """Write down that a DELETE is about to be sent: at most one for each claim, whatever happens next."""
        unsent = Deletion.objects.filter(pk=self.pk, status=Status.RUNNING, fence=self.fence, sent_at=None)
        won = unsent.update(sent_at=now, deletes_sent=F("deletes_sent") + 1, answer="")
        if won:
            self.refresh_from_db(fields=["sent_at", "deletes_sent", "answer"])
        return bool(won)

    def answered(self, words: str) -> None:
        self.answer = words
        Deletion.objects.filter(pk=self.pk, fence=self.fence).update(answer=words)

    def expect_missing_file(self, gone: "Deletion") -> None:
        """Its file went with another title that shared it, as agreed."""
        self.snapshot["file_went_with"] = gone.title
        Deletion.objects.filter(pk=self.pk, status__in=OPEN).update(snapshot=self.snapshot)
