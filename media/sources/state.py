"""What each viewer's own account says he has seen, for those somebody waits for.

It brings what the history does not have: marks by hand, states synced from elsewhere, what was taken back,
and who is half-way through something. A list is read newest first down to what is known, and whole once a day
or when its length says that something else has changed. A reading that failed or has gaps changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Access, Job, PlexServer, PlexUser
from accounts.models.jobs import Part
from accounts.tokens import NoToken, ViewerTokens, in_words
from accounts.wording import sentence as _
from media import states
from media.models import Assignment, LibrarySection
from media.paging import reaches_back
from media.sources.listed import demand_filtered, gaps, opened
from media.sources.report import PollReport
from media.states import Listing, Seen, Taken
from media.watching import announce
from plexclient.errors import BadResponse, Forbidden, NotFound, PlexError
from plexclient.paging import Reading
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata

OVERLAP = timedelta(hours=1)
FULL_EVERY = timedelta(days=1)
# More than these, and more than half, are not taken back in a moment unless something is wrong.
BELIEVABLE = 10
# Titles in a list that the libraries were not synced for yet are waited for no longer than this.
PATIENCE = timedelta(days=7)


def read(server: PlexServer, client: PlexMediaServer, now: datetime, *, job: Job | None = None) -> PollReport:
    """Raises no PlexError: what goes wrong with one viewer is told in the report and stops no other."""
    tokens = ViewerTokens(server)
    sections = list(LibrarySection.objects.present().filter(server=server))
    report, news = PollReport(), 0
    awaited = _awaited(server)
    for number, access in enumerate(awaited, len(awaited)):
        reading = _Viewer(access, tokens, sections, now, job, Part(number, 2 * len(awaited)))
        report += reading.report()
        news += reading.taken.news
    if news:
        announce(server)
    return report


def _awaited(server: PlexServer) -> list[Access]:
    """Those who still must see something that is there."""
    waiting = Assignment.objects.filter(server=server, item__gone_at=None).values("viewer")
    return list(Access.objects.filter(server=server, viewer__in=waiting).select_related("viewer", "server"))


@dataclass(frozen=True)
class Memory:
    """What is remembered of the last reading of a list, and of the last one of all of it."""

    begun_at: datetime
    until: datetime  # what is older is known
    total: int
    full_at: datetime
    is_doubted: bool = False  # a later reading lacked so much that it takes another one to believe it

    @classmethod
    def of(cls, saved: dict[str, Any] | None) -> "Memory | None":
        if not saved:
            return None
        dates = {name: datetime.fromisoformat(saved[name]) for name in DATES}
        return cls(total=saved["total"], is_doubted=saved["is_doubted"], **dates)

    def saved(self) -> dict[str, Any]:
        dates = {name: getattr(self, name).isoformat() for name in DATES}
        return {"total": self.total, "is_doubted": self.is_doubted, **dates}


DATES = ("begun_at", "until", "full_at")


class _Viewer:
    """One viewer's lists, library by library."""

    def __init__(
        self,
        access: Access,
        tokens: ViewerTokens,
        sections: list[LibrarySection],
        now: datetime,
        job: Job | None,
        part: Part,
    ) -> None:
        self._access, self._tokens, self._sections, self._now = access, tokens, sections, now
        self._job, self._part = job, part
        self._viewer: PlexUser = access.viewer
        self._rows = 0
        self._full_at = now
        self._closed: list[LibrarySection] = []
        self.taken = Taken()

    def report(self) -> PollReport:
        problem = ""
        errors: tuple[str, ...] = ()
        self._tick()
        try:
            self._read(self._tokens.client_for(self._viewer))
            problem = self._words_about_closed()
        except NoToken as refusal:
            problem = str(refusal)
        except PlexError as error:
            problem = in_words(error, self._viewer)
            errors = (f"What {self._viewer} has seen could not be read: {problem}",)
        self._remember(problem, is_whole=not problem)
        return PollReport(watches=self.taken.views, errors=errors)

    def _tick(self) -> None:
        if self._job:
            self._job.renew(timezone.now(), str(self._viewer), self._rows, part=self._part)

    def _read(self, client: PlexMediaServer) -> None:
        for section in self._sections:
            try:
                self._read_section(client, section)
            except (Forbidden, NotFound):  # not shared with him: unknown there, which is not "unseen"
                self._closed.append(section)

    def _read_section(self, client: PlexMediaServer, section: LibrarySection) -> None:
        memory = Memory.of(self._access.state_sections.get(str(section.pk)))
        reading = _List(client, self._listing(section, memory), memory, self._tick)
        try:
            self.taken += reading.take()
        finally:
            self._rows += reading.rows
            if reading.memory:
                self._full_at = min(self._full_at, reading.memory.full_at)
                self._access.state_sections[str(section.pk)] = reading.memory.saved()

    def _listing(self, section: LibrarySection, memory: Memory | None) -> Listing:
        known_at = memory.full_at if memory else None
        return Listing(self._access.server, self._viewer, section, self._now, known_at)

    def _words_about_closed(self) -> str:
        """Only where somebody waits for him to see something there."""
        waiting = Assignment.objects.filter(viewer=self._viewer, item__section__in=self._closed)
        names = sorted(set(waiting.values_list("item__section__title", flat=True)))
        if not names:
            return ""
        return f"{', '.join(names)} cannot be read as {self._viewer}. Is it shared with this person in Plex?"

    def _remember(self, problem: str, *, is_whole: bool) -> None:
        access = self._access
        access.state_problem = problem
        if is_whole:
            access.state_read_at = self._now
            access.state_full_read_at = self._full_at
        access.save(update_fields=["state_problem", "state_read_at", "state_full_read_at", "state_sections"])


class _List:
    """One list: newest first down to what is known if that explains its length, else all of it."""

    def __init__(
        self,
        client: PlexMediaServer,
        listing: Listing,
        memory: Memory | None,
        tick: Callable[[], None],
    ) -> None:
        self._client, self._listing, self._known, self._tick = client, listing, memory, tick
        self._now = listing.begun_at
        self.memory = memory
        self.rows = 0

    def take(self) -> Taken:
        known = self._known
        if known is None or self._now - known.full_at >= FULL_EVERY:
            return self._take_all()
        reading = opened(self._client, self._listing.section)
        rows: list[Seen] = []
        pages = self._kept(reading, rows)
        if not reaches_back(pages, known.until, date_of=lambda row: row.last_viewed_at):
            return self._take_whole(reading, rows)
        if not all(row.count for row in rows):
            return self._take_all()
        taken = states.take_in(self._listing, rows)
        if reading.skipped or reading.total != known.total + taken.listed + self._new_ones(taken):
            return _again(taken, self._take_all())
        self.memory = self._memory(reading.total, taken, full_at=known.full_at)
        return taken

    def _take_all(self) -> Taken:
        reading = opened(self._client, self._listing.section)
        rows: list[Seen] = []
        for _page in self._kept(reading, rows):
            pass
        return self._take_whole(reading, rows)

    def _take_whole(self, reading: Reading[Metadata], rows: list[Seen]) -> Taken:
        if not reading.complete:
            raise gaps(self._listing.section)
        if not all(row.count for row in rows):
            demand_filtered(self._client, self._listing.section, len(rows))
        total = len({row.key for row in rows})
        self._demand_believable(total)
        taken = states.take_in(self._listing, rows)
        taken.news += states.take_back(self._listing, rows)
        self.memory = self._memory(total, taken, full_at=self._now)
        return taken

    def _kept(self, reading: Reading[Metadata], rows: list[Seen]) -> Iterator[list[Metadata]]:
        for page in reading.pages():
            rows += [Seen.of(row, self._now) for row in page if row.type == self._listing.kind]
            self.rows += len(page)
            self._tick()
            yield page

    def _demand_believable(self, total: int) -> None:
        known = self._known
        if known is None or known.is_doubted or known.total - total <= max(BELIEVABLE, known.total // 2):
            return
        self.memory = replace(known, is_doubted=True)
        words = _(
            "The list of %(library)s had %(before)s titles and has %(now)s now. It is believed when the next"
            " reading says the same.",
            library=self._listing.section,
            before=known.total,
            now=total,
        )
        raise BadResponse(words)

    def _new_ones(self, taken: Taken) -> int:
        """Titles in the list that are not synced yet, and were not in it when it was last read."""
        return sum(not row.at or not self._known or row.at >= self._known.begun_at for row in taken.unknown)

    def _memory(self, total: int, taken: Taken, *, full_at: datetime) -> Memory:
        """Titles that are not synced yet are met again by the next reading."""
        unknown = [row.at for row in taken.unknown if row.at and row.at > self._now - PATIENCE]
        return Memory(self._now, min([self._now, *unknown]) - OVERLAP, total, full_at)


def _again(first: Taken, whole: Taken) -> Taken:
    """The whole reading has gone over what the first one took in already."""
    return replace(whole, views=whole.views + first.views, news=whole.news + first.news)
