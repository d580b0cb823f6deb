"""Plex's own history of what was played, read from a cursor on.

It is read oldest first, a page at a time, and each page is recorded together with the place it ends at: a
kill costs one page. Whatever is wrong with a reading, the cursor never passes a row that was not read.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Job, PlexServer
from accounts.models.jobs import Part
from accounts.wording import sentence as _
from accounts.wording import told
from media import watching
from media.models import HistoryCursor
from media.paging import in_pages, reaches_back
from media.sources.report import PollReport
from media.sync import doubtful, sync_items
from plexclient.errors import BadResponse, PlexError
from plexclient.paging import Reading
from plexclient.server import PlexMediaServer
from plexclient.types import Play

PAGE = 1000
OVERLAP = timedelta(hours=1)
# Players that were offline report late what was seen days ago: once a day look that far back.
LONG_OVERLAP = timedelta(days=7)
# What was changed behind our back, however long ago, is found by reading everything again.
FULL_EVERY = timedelta(days=7)
# Titles met here before the libraries were synced; what is more waits for the sync, which asks to read again.
MOST_UNKNOWN_KEYS = 300
MOST_UNKNOWN_PLAYS = 10_000


def read(server: PlexServer, client: PlexMediaServer, now: datetime, *, job: Job | None = None) -> PollReport:
    """Raises no PlexError: what was recorded before it broke off counts, and the report says why it did."""
    return _Run(server, client, now, job).report()


class _Place:
    """The cursor during one run, which is worth as much as the order of the rows: it moves along with them
    while they come oldest first, goes back when they prove not to, and then moves after the last of them."""

    def __init__(self, cursor: HistoryCursor, now: datetime) -> None:
        self._cursor, self._now = cursor, now
        self._began_at = cursor.read_until
        self._in_order = True
        self._latest: datetime | None = None

    @property
    def is_full(self) -> bool:
        """From the very beginning: the first time, and again once a week."""
        last = self._cursor.full_read_at
        return self._began_at is None or (last is not None and last <= self._now - FULL_EVERY)

    def since(self) -> datetime | None:
        """In whole seconds, as Plex counts; None reads everything."""
        if self._began_at is None or self.is_full:
            return None
        last = self._cursor.caught_up_at
        is_first_today = last is not None and last.date() != self._now.date()
        overlap = LONG_OVERLAP if is_first_today else OVERLAP
        return (min(self._began_at, self._now) - overlap).replace(microsecond=0)

    def follow(self, page: list[Play]) -> None:
        for date in (play.viewed_at for play in page if play.viewed_at):
            if self._latest and date < self._latest:
                self.stay()
            self._latest = max(date, self._latest or date)
        self._cursor.advance(self._reached() if self._in_order else None, rows=len(page))

    def stay(self) -> None:
        if self._in_order:
            self._in_order = False
            self._cursor.retreat(self._began_at)

    def finish(self, total: int | None) -> None:
        """A first reading that was cut off and went on is a full one all the same."""
        self._cursor.advance(self._reached(), rows=0)
        is_first = self._cursor.caught_up_at is None
        self._cursor.caught_up(self._now, total=total, full=self.is_full or is_first)

    def _reached(self) -> datetime | None:
        """A row from the future must not make us pass over what is viewed until then."""
        return min(self._latest, self._now) if self._latest else None


class _Run:
    def __init__(self, server: PlexServer, client: PlexMediaServer, now: datetime, job: Job | None) -> None:
        self._server, self._client, self._now, self._job = server, client, now, job
        self._viewers = watching.viewers_of(server)
        self._cursor = HistoryCursor.of(server)
        self._cursor.meet(self._viewers)
        self._place = _Place(self._cursor, now)
        self._unknown: dict[str, list[Play]] = {}
        self._keys = watching.Keys()
        self._rows = self._watches = self._skipped = 0

    def report(self) -> PollReport:
        broken = _problem_of(self._read)
        errors = (broken,) if broken else (_problem_of(self._look_up_unknown),)
        self._record_unknown()
        if any(errors):
            self._come_back()
        if self._watches:
            watching.announce(self._server)
        return PollReport(self._rows, self._watches, self._skipped, not broken, tuple(filter(None, errors)))

    def _read(self) -> None:
        total = self._demand_undiminished()
        since = self._place.since()
        reading = self._client.history(since=since, sort="viewedAt:asc", page_size=PAGE)
        for page in reading.pages():
            if since and any(play.viewed_at and play.viewed_at < since for play in page):
                self._read_backward(since)
                break
            self._take(page, None if since else reading.total)
        else:
            self._demand_all(reading)
        self._place.finish(reading.total if since is None else total)

    def _demand_undiminished(self) -> int | None:
        """How many rows there are in all. That they are fewer than were read before is no news but an alarm,
        and a single look that says so is worth nothing."""
        if self._cursor.caught_up_at is None:
            return None
        glance = self._client.history(page_size=1)
        next(glance.pages(), None)
        if doubt := self._cursor.measure(glance.total, self._now):
            raise BadResponse(doubt)
        return glance.total

    def _read_backward(self, since: datetime) -> None:
        """The server ignores the date it was asked for: read from the newest row back instead."""
        self._place.stay()
        reading = self._client.history(sort="viewedAt:desc", page_size=PAGE)
        if not reaches_back(self._taken(reading), since, date_of=lambda play: play.viewed_at):
            self._demand_all(reading)

    def _taken(self, reading: Reading[Play]) -> Iterator[list[Play]]:
        for page in reading.pages():
            self._take(page)
            yield page

    def _demand_all(self, reading: Reading[Play]) -> None:
        self._skipped += reading.skipped
        if not reading.is_whole:
            words = _(
                "The history could not be read whole: %(read)s of %(total)s rows. What was read is recorded,"
                " and the next poll goes on from there.",
                read=reading.rows - reading.skipped,
                total=_("an unknown number") if reading.total is None else reading.total,
            )
            raise BadResponse(words)

    def _take(self, page: list[Play], total: int | None = None) -> None:
        """Record a page and where it ends, both or neither."""
        self._check(page)
        with transaction.atomic():
            taken = watching.take_in(self._server, page, self._now, self._viewers, self._keys)
            self._cursor.pass_over(taken.strangers)
            self._place.follow(page)
        self._rows += len(page)
        self._watches += taken.watches
        self._skipped += taken.skipped
        self._remember(taken.unknown)
        if self._job:
            self._job.renew(timezone.now(), "", self._rows, total, part=Part(0, 2))

    def _check(self, page: list[Play]) -> None:
        """Whether its keys still mean what they meant, where nobody can be asked whether he has seen it."""
        keys = watching.told_by_history_alone(self._server, page, self._now, self._viewers)
        keys -= self._keys.checked
        try:
            self._keys.doubtful |= doubtful(self._server, self._client, keys)
            self._keys.checked |= keys
        except PlexError:
            self._keys.doubtful |= keys  # they are looked up once more, and that tells what was wrong

    def _remember(self, plays: list[Play]) -> None:
        room = MOST_UNKNOWN_PLAYS - sum(map(len, self._unknown.values()))
        for play in plays:
            key = play.rating_key or ""
            if room > 0 and (key in self._unknown or len(self._unknown) < MOST_UNKNOWN_KEYS):
                self._unknown.setdefault(key, []).append(play)
                room -= 1
            else:
                self._skipped += 1

    def _look_up_unknown(self) -> None:
        if self._unknown:
            sync_items(self._server, self._client, self._unknown, self._now)
            self._keys.checked |= self._unknown.keys()
            self._keys.doubtful = doubtful(self._server, self._client, self._keys.doubtful)

    def _record_unknown(self) -> None:
        plays = [play for each in self._unknown.values() for play in each]
        for batch in in_pages(plays, PAGE):
            taken = watching.take_in(self._server, batch, self._now, self._viewers, self._keys)
            self._watches += taken.watches
            self._skipped += taken.skipped + len(taken.unknown)

    def _come_back(self) -> None:
        """What could not be looked at is read again: that is no reason to pass it over."""
        plays = [play for key in self._keys.doubtful for play in self._unknown.get(key, ())]
        if dates := [play.viewed_at for play in plays if play.viewed_at]:
            HistoryCursor.rewind(self._server, min(dates))


def _problem_of(step: Callable[[], None]) -> str:
    try:
        step()
    except PlexError as problem:
        return told(problem)
    return ""
