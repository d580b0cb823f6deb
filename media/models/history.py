"""How far a server's history has been read, and whether it is still as long as it was."""

from collections.abc import Container
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F

from accounts.models import PlexServer
from accounts.wording import sentence as _

# A history that has become shorter is believed when a second look, so much later, finds it shorter too.
AGREES_AFTER = timedelta(minutes=10)


class HistoryCursor(models.Model):
    """How far a server's history is read. Everything viewed before `read_until` is in."""

    MOST_STRANGERS = 1000

    server = models.OneToOneField(PlexServer, models.CASCADE, related_name="history_cursor")
    read_until = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0, help_text="Rows read so far; some more than once.")
    caught_up_at = models.DateTimeField(null=True, help_text="When the history was last read to its end.")
    full_read_at = models.DateTimeField(null=True, help_text="When it was last read from its very beginning.")
    total = models.PositiveBigIntegerField(
        default=0, help_text="Rows the server had when it was last read to its end."
    )
    short_since = models.DateTimeField(null=True, help_text="When it was first found shorter than that.")
    short_total = models.PositiveBigIntegerField(null=True, help_text="Rows it had then.")
    shrank_at = models.DateTimeField(
        null=True, help_text="When a second look agreed. Nothing is deleted until the owner accepts it."
    )
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

    def caught_up(self, now: datetime, *, total: int | None, full: bool) -> None:
        """Read to its end. What was read before a history shrank stays its measure until that is accepted."""
        self.caught_up_at = now
        if full:
            self.full_read_at = now
        if total is not None and not self.has_shrunk:
            self.total = total
        self.save(update_fields=["caught_up_at", "full_read_at", "total"])

    @property
    def has_shrunk(self) -> bool:
        return self.shrank_at is not None

    def measure(self, total: int | None, now: datetime) -> str:
        """Compare with what was read before. Returns what is doubtful, in words; a second look settles it."""
        if total is None or self.has_shrunk:
            return ""
        if total >= self.total:
            self._shorter(None, None)
            return ""
        if self.short_since and self.short_since <= now - AGREES_AFTER:
            self._shorter(self.short_since, total, shrank_at=now)
            return ""
        self._shorter(self.short_since or now, total)
        return _(
            "The history is suddenly shorter: %(rows)s rows, where %(before)s had been read. It was not "
            "read; it takes a second look, %(minutes)s minutes later or more.",
            rows=f"{total:,}",
            before=f"{self.total:,}",
            minutes=AGREES_AFTER.seconds // 60,
        )

    @property
    def doubt(self) -> str:
        """What a second look will settle, in words; empty when it is settled."""
        if self.has_shrunk or self.short_since is None:
            return ""
        return _(
            "The watch history of %(server)s is suddenly shorter: %(rows)s rows, where %(before)s had been "
            "read. Nothing is deleted until a second look at it, %(minutes)s minutes after the first or "
            "later.",
            server=self.server,
            rows=f"{self.short_total:,}",
            before=f"{self.total:,}",
            minutes=AGREES_AFTER.seconds // 60,
        )

    def _shorter(self, since: datetime | None, total: int | None, shrank_at: datetime | None = None) -> None:
        if (self.short_since, self.short_total, self.shrank_at) == (since, total, shrank_at):
            return
        self.short_since, self.short_total, self.shrank_at = since, total, shrank_at
        self.save(update_fields=["short_since", "short_total", "shrank_at"])

    def accept_shorter(self) -> bool:
        """The owner knows why: from now on this is its length. False when there was nothing to accept."""
        shrunk = HistoryCursor.objects.filter(pk=self.pk, shrank_at__isnull=False)
        return bool(shrunk.update(total=F("short_total"), short_since=None, short_total=None, shrank_at=None))

    @property
    def alarm(self) -> str:
        """What the owner should know of a history that shrank; empty when all is well."""
        if not self.has_shrunk:
            return ""
        return _(
            "The watch history of %(server)s has become shorter: %(rows)s rows, where %(before)s had been "
            "read. Was a backup restored, or the history cleared? Nothing is deleted until you accept it.",
            server=self.server,
            rows=f"{self.short_total:,}",
            before=f"{self.total:,}",
        )

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
