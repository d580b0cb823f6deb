"""One section, read once: all of it, or what has changed since the last time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Job, PlexServer
from accounts.models.jobs import Part
from accounts.wording import sentence as _
from media.models import LibrarySection
from media.paging import reaches_back
from media.sync.missing import Absence, SeenKeys, absence, settle
from media.sync.rekeying import Moves, follow_keys
from media.sync.store import PAGE, Stored, store
from media.sync.unmatched import ask_about_unmatched
from plexclient.errors import BadResponse
from plexclient.paging import Reading
from plexclient.server import PlexMediaServer
from plexclient.types import ItemType, Metadata

KINDS = {
    LibrarySection.Type.MOVIE: (ItemType.MOVIE,),
    LibrarySection.Type.SHOW: (ItemType.SHOW, ItemType.SEASON, ItemType.EPISODE),
}
# The server dates its changes by its own clock, and some while they are still being written.
OVERLAP = timedelta(hours=1)


class SectionPass:
    def __init__(
        self,
        server: PlexServer,
        section: LibrarySection,
        client: PlexMediaServer,
        now: datetime,
        *,
        job: Job | None = None,
        parts: tuple[int, int] = (0, 1),
    ) -> None:
        """`parts`: how many kinds of other sections were read before it, and how many there are in all."""
        self.section = section
        self._server, self._client, self._job = server, client, job
        self._begun_at, self._now = now, section.after_last_listing(now)
        self._parts = parts
        self._kinds = KINDS[LibrarySection.Type(section.type)]
        self._strange = 0  # rows that are not what was asked for
        self._missing = 0
        self._moves = Moves()
        self.stored = Stored()

    @property
    def gone(self) -> int:
        """Titles the listings lack, and titles whose key now stands for another."""
        return self._missing + len(self.stored.notes)

    def run(self, *, full: bool) -> str:
        """Returns what is doubtful about it, in words. Raises PlexError when it could not be read whole."""
        if not full:
            self._incremental()
        # Where a key means another title by now, only a complete listing tells where the one of before is.
        full = full or bool(self.stored.notes)
        doubt = self._full() if full else ""
        self.section.synced(self._now, full=full, doubt=doubt)
        return doubt

    def _full(self) -> str:
        try:
            absences = [self._read_all(kind) for kind in self._kinds]
        finally:
            if self._moves.are_too_many:
                self.section.renumbered(self._moves.moved, self._now)
        self._missing, doubt = settle(self.section, absences, self._now)
        ask_about_unmatched(self.section, self._now)
        return doubt

    def _incremental(self) -> None:
        """Only what has changed: a title that is missing leaves no trace in a listing."""
        since = min(self.section.synced_at or self._begun_at, self._begun_at) - OVERLAP
        for kind in self._kinds:
            reading = self._client.items(self.section.key, kind, sort="updatedAt:desc", page_size=PAGE)
            pages = self._stored_pages(reading, kind)
            if not reaches_back(pages, since, date_of=lambda row: row.updated_at):
                self._demand_all(reading, kind)

    def _read_all(self, kind: ItemType) -> Absence:
        reading = self._client.items(self.section.key, kind, page_size=PAGE)
        seen = SeenKeys()
        for page in self._stored_pages(reading, kind):
            seen.add(row.rating_key for row in page)
        self._demand_all(reading, kind)
        missing = absence(self.section, name_of(kind), seen, self._now)
        moves = follow_keys(self.section, missing.kind, missing.missing, self._now, job=self._job)
        self._moves += moves
        # Titles that are there under another key are not missing.
        return absence(self.section, name_of(kind), seen, self._now) if moves.united else missing

    def _stored_pages(self, reading: Reading[Metadata], kind: ItemType) -> Iterator[list[Metadata]]:
        for page in reading.pages():
            rows = [row for row in page if row.type == name_of(kind)]
            if len(rows) < len(page) / 2:
                words = _("The server was asked for %(titles)s and sent other things.", titles=TITLES[kind])
                raise BadResponse(words)
            self._strange += len(page) - len(rows)
            self.stored += store(self._server, self.section, rows, self._now)
            self._tell(reading, kind)
            yield rows

    def _tell(self, reading: Reading[Metadata], kind: ItemType) -> None:
        if self._job:
            before, parts = self._parts
            part = Part(before + self._kinds.index(kind), max(parts, len(self._kinds)))
            self._job.renew(timezone.now(), str(self.section), reading.rows, reading.total, part=part)

    def _demand_all(self, reading: Reading[Metadata], kind: ItemType) -> None:
        if not reading.complete or self._strange:
            words = _(
                "Only %(understood)s of %(total)s %(titles)s could be read. Nothing was marked as gone.",
                understood=reading.rows - reading.skipped - self._strange,
                total=_("an unknown number") if reading.total is None else reading.total,
                titles=TITLES[kind],
            )
            raise BadResponse(words)


TITLES = {
    ItemType.MOVIE: _("movies"),
    ItemType.SHOW: _("shows"),
    ItemType.SEASON: _("seasons"),
    ItemType.EPISODE: _("episodes"),
}


def name_of(kind: ItemType) -> str:
    return kind.name.lower()
