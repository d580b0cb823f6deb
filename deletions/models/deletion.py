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
from django.db.models.functions import Coalesce

from accounts.models import PlexServer
from accounts.wording import SentenceField, SentencesField
from deletions.models.states import BRAKING, CLAIMED, ON_ITS_WAY, OPEN, PASSING, SERVERS, UNHELD, Hold, Status
from media.models import MediaItem


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
        """Waiting together for one approval."""
        return self.held().filter(hold__in=BRAKING)

    def finished(self) -> Self:
        return self.exclude(status__in=OPEN)

    def declined(self) -> Self:
        """By them somebody has said that the title stays, or what is left when one version of it went."""
        rest_stayed = Q(status__in=(Status.DELETED, Status.GONE)) & ~Q(version="")
        return self.filter(Q(status=Status.CANCELLED) | rest_stayed, is_overruled=False)

    def sticky(self) -> Self:
        """What keeps a title out of the queue until a verb."""
        return self.declined() | self.filter(status=Status.FAILED)

    def due(self, now: datetime) -> Self:
        """Scheduled and past its time, or held by something that may have passed.

        Whether somebody has seen it by now, and whether Plaxe still keeps it, is for the enqueue pass to say:
        then the delay begins anew. Unless the title is gone, which nobody but the server can tell.
        """
        passing = Q(status=Status.HELD, hold__in=PASSING)
        for_server = ~Q(hold=Hold.UNWATCHED) & Q(waits_anew=False) | Q(item__gone_at__isnull=False)
        return self.filter(Q(status=Status.SCHEDULED) | passing & for_server, scheduled_for__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Claimed by a worker that has not been heard of for the claim time-out."""
        return self.filter(status=Status.RUNNING, leased_until__lte=now)

    def leaving_between(self, begin: datetime, end: datetime) -> Self:
        """What went then, is to go then, or would have gone then but for the dry run; with its `moment`."""
        shown = (Status.SCHEDULED, Status.RUNNING, Status.DELETED, Status.GONE)
        # both dates by themselves, for the sake of their indexes
        then = Q(finished_at__range=(begin, end)) | Q(scheduled_for__range=(begin, end))
        rows = self.filter(then, status__in=shown).annotate(moment=Coalesce("finished_at", "scheduled_for"))
        return rows.filter(moment__gte=begin, moment__lt=end)

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
    reasons = SentencesField(default=list)
    hold = models.CharField(max_length=12, choices=Hold, blank=True)
    held_because = SentenceField(blank=True)
    waits_anew = models.BooleanField(
        default=False, help_text="Plaxe itself keeps it; when that ends, its whole delay begins again."
    )
    version = models.CharField(
        max_length=64,
        blank=True,
        help_text="The id of the only version that goes; empty when all of it goes.",
    )
    is_overruled = models.BooleanField(
        default=False, help_text="Its title was put into the queue again by another row of it."
    )
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
    failure = SentenceField(blank=True, help_text="Why it failed, and what to do.")
    freed = models.BigIntegerField(default=0, help_text="Bytes on the disk, counted when they were freed.")
    freed_at = models.DateTimeField(null=True, blank=True)

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
            # how much was freed in a time
            models.Index(fields=["freed_at"], condition=Q(freed__gt=0), name="deletion_freed"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def awaits_choice(self) -> bool:
        """Somebody has to say which of its versions go."""
        return self.status == Status.HELD and self.hold == Hold.VERSIONS

    @property
    def passes(self) -> bool:
        """What holds it passes by itself."""
        return self.status == Status.HELD and self.hold in PASSING

    @property
    def let_the_rest_stay(self) -> bool:
        """One version of the title went, and what is left waits for a verb."""
        return bool(self.version) and self.status in (Status.DELETED, Status.GONE)

    @property
    def files(self) -> list[dict[str, Any]]:
        """What goes, of what was queued: `{"path", "size", "media_id"}`."""
        files: list[dict[str, Any]] = self.snapshot.get("files", [])
        return [file for file in files if not self.version or file.get("media_id") == self.version]

    @property
    def is_going(self) -> bool:
        """As far as it alone is concerned: it is scheduled, or held together with others."""
        return self.status == Status.SCHEDULED or (
            self.status == Status.HELD and self.hold in (*SERVERS, Hold.SPACE)
        )

    @property
    def is_rehearsed(self) -> bool:
        """Its time had come, and only the dry run kept it."""
        rehearsed_at = self.would_have_gone_at
        return self.is_open and rehearsed_at is not None and rehearsed_at >= self.scheduled_for

    @property
    def because(self) -> str:
        """What it waits for, or what nobody knows of it yet."""
        return self.held_because or (CLAIMED if self.status == Status.RUNNING else "")

    def move(self, to: Status, *, expect: Iterable[str], **fields: Any) -> bool:
        """Go to another state if the row is still in one of the expected ones; True when we did it.

        A claim keeps the words of the hold it comes from, so that the same hold again is not news.
        """
        if to not in (Status.HELD, Status.RUNNING):
            fields = {**UNHELD, **fields}
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
            self.refresh_from_db(fields=["rating_key", "snapshot", "accepted", "version", "bytes"])
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
        fields = {"sent_at": now, "answer": "", "held_because": ON_ITS_WAY}
        won = unsent.update(deletes_sent=F("deletes_sent") + 1, **fields)
        if won:
            self.refresh_from_db(fields=["deletes_sent", *fields])
        return bool(won)

    def answered(self, words: str) -> None:
        self.answer = words
        Deletion.objects.filter(pk=self.pk, fence=self.fence).update(answer=words)

    def finish(self, status: Status, now: datetime, *, freed: int, failure: str) -> bool:
        """Record the end of the claim."""
        fields: dict[str, Any] = {"finished_at": now, "leased_until": None, "failure": failure}
        if freed:
            fields |= {"freed": freed, "freed_at": now}
        return self.move(status, expect=(Status.RUNNING,), **fields)

    def count_freed(self, bytes: int, now: datetime) -> None:  # noqa: A002 -- as its column is called
        Deletion.objects.filter(pk=self.pk).update(freed=F("freed") + bytes, freed_at=now)
        self.refresh_from_db(fields=["freed", "freed_at"])

    def expect_missing_files(self, gone: "Deletion") -> None:
        """They went with another title that shared them, as agreed."""
        self.snapshot["went"] = sorted(
            {*self.snapshot.get("went", []), *(file["path"] for file in gone.files)}
        )
        Deletion.objects.filter(pk=self.pk, status__in=OPEN).update(snapshot=self.snapshot)
