"""What viewers themselves say: their own list of what they have seen, read with their own token.

That state is Plex's answer to "has he seen it?": it knows what was marked by hand or synced from elsewhere,
and what was taken back. Plex keeps it by guid, so a title that was deleted and added again has it at once.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import transaction
from django.db.models import Q

from accounts.models import PlexServer, PlexUser
from accounts.wording import sentence as _
from media.guids import is_matched
from media.ledger import Ledger
from media.likeness import COLUMNS, Likeness, likeness_of
from media.models import EVER, Evidence, LibrarySection, MediaItem, Watch
from media.paging import in_pages
from media.watching import BATCH, TOO_EARLY
from plexclient.errors import BadResponse
from plexclient.types import Metadata

STATE = Watch.Source.STATE
MOST_VIEWS = 2**31 - 1
LONGEST = 2**53


@dataclass(frozen=True)
class Seen:
    """A row of a viewer's list, no more of it than is needed: a list is kept until it has proved whole."""

    key: str
    likeness: Likeness
    at: datetime | None
    count: int | None
    offset: int

    @classmethod
    def of(cls, row: Metadata, now: datetime) -> Self:
        at = row.last_viewed_at if row.last_viewed_at and row.last_viewed_at <= now + TOO_EARLY else None
        count = None if row.view_count is None else min(max(row.view_count, 0), MOST_VIEWS)
        likeness = Likeness.of_metadata(row)
        if is_matched(likeness.guid):
            likeness = Likeness(type=likeness.type, guid=likeness.guid)
        return cls(row.rating_key, likeness, at, count, min(max(row.view_offset or 0, 0), LONGEST))


@dataclass(frozen=True)
class Listing:
    """A reading of a viewer's list of one library, which began at `begun_at` and has proved itself."""

    server: PlexServer
    viewer: PlexUser
    section: LibrarySection
    begun_at: datetime
    known_at: datetime | None  # when the whole of it was last read

    @property
    def kind(self) -> str:
        is_movies = self.section.type == LibrarySection.Type.MOVIE
        return MediaItem.Type.MOVIE if is_movies else MediaItem.Type.EPISODE

    def said_to_be_seen(self) -> Iterator[tuple[int, str, str, datetime]]:
        """Leaves that he has seen, as far as we know: row, rating key, guid, from when views count."""
        rows = Watch.objects.filter(viewer=self.viewer, item__section=self.section, item__type=self.kind)
        there = rows.filter(item__gone_at=None, item__first_seen_at__lt=self.begun_at)
        is_seen = Q(last_viewed_at__lt=self.begun_at, withdrawn_at=None)
        columns = there.filter(is_seen | Q(is_listed=True)).order_by("pk")
        names = ("item", "item__rating_key", "item__guid", "item__views_count_from")
        return columns.values_list(*names).iterator(2000)


@dataclass
class Taken:
    news: int = 0  # views that count from now on, or no longer do
    views: int = 0
    listed: int = 0  # titles that the list did not have before
    unknown: tuple[Seen, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.news + other.news,
            self.views + other.views,
            self.listed + other.listed,
            self.unknown + other.unknown,
        )


def take_in(listing: Listing, rows: Iterable[Seen]) -> Taken:
    """What he says he has seen. A constant number of queries for a thousand rows."""
    return sum((_take_batch(listing, batch) for batch in in_pages(rows, BATCH)), Taken())


def _take_batch(listing: Listing, rows: list[Seen]) -> Taken:
    taken = Taken()
    with transaction.atomic():
        listing.server.lock()
        items = _items(listing, rows)
        ledger = Ledger(
            listing.server, [pk for pk, *_ in items.values()], listing.begun_at, viewer=listing.viewer.pk
        )
        for row in rows:
            pk, since, first_seen_at, leaf = items.get(row.key, UNKNOWN)
            if not pk or leaf.contradicts(row.likeness):
                taken.unknown += (row,)
                continue
            watch = ledger.of(pk, listing.viewer.pk)
            may_be_old = listing.known_at is None or first_seen_at >= listing.known_at
            _apply(ledger, watch, row, since, may_be_old=may_be_old, taken=taken)
        ledger.save()
    return taken


Leaf = tuple[int, datetime, datetime, Likeness]
UNKNOWN: Leaf = (0, EVER, EVER, Likeness())


def _items(listing: Listing, rows: list[Seen]) -> dict[str, Leaf]:
    keys = {row.key for row in rows}
    items = MediaItem.objects.filter(server=listing.server, rating_key__in=keys, type=listing.kind)
    columns = ("rating_key", "pk", "views_count_from", "first_seen_at", *COLUMNS)
    return {
        key: (pk, since, seen, likeness_of(*rest))
        for key, pk, since, seen, *rest in items.values_list(*columns)
    }


def _apply(
    ledger: Ledger, watch: Watch, row: Seen, since: datetime, *, may_be_old: bool, taken: Taken
) -> None:
    counted, was_listed = watch.counts(since), watch.is_listed
    at = _viewed_at(watch, row, ledger.now, may_be_old=may_be_old)
    watch.is_listed, watch.view_count = True, row.count
    if row.offset:
        watch.pause(row.offset, row.at or ledger.now)
    else:
        watch.offset, watch.offset_at = 0, None
    is_later = bool(at and watch.widen(at, STATE, ledger.now))
    if _gives_back(watch, row, since, ledger.now):
        watch.restore()
    counts = watch.counts(since)
    if is_later or counts != counted:
        _note(ledger, watch, row)
    taken.listed += not was_listed
    taken.views += counts and (is_later or not counted)
    taken.news += counts != counted or (counts and is_later)


def _gives_back(watch: Watch, row: Seen, since: datetime, now: datetime) -> bool:
    """What his own state took away it gives back, unless it speaks of an earlier copy."""
    is_its_own = watch.withdrawn_by == STATE and watch.withdrawn_at is not None and watch.withdrawn_at < now
    return is_its_own and (row.at is None or row.at > since)


def _viewed_at(watch: Watch, row: Seen, now: datetime, *, may_be_old: bool) -> datetime | None:
    """When he saw it, if the row tells.

    The date of a row is that of the latest play, and one that was broken off moves it too. So where a play is
    under way, or where the list had the title before and counts no more views of it than then, the date says
    nothing. A mark without a date can be that of an earlier copy: it is dated by us only where an earlier
    reading of this very list, with this very copy in the library, did not have the title.
    """
    is_counted = row.count is None or watch.view_count is None or row.count > watch.view_count
    if row.offset or (watch.is_listed and not is_counted):
        return None
    if row.at:
        return row.at
    return None if watch.is_listed or may_be_old else now


def _note(ledger: Ledger, watch: Watch, row: Seen) -> None:
    if watch.is_half_way:
        ledger.note(watch, STATE, Evidence.Said.HALF, row.at, f"{row.offset // 60_000} minutes into it")
    else:
        text = "" if row.at else "marked as watched, without a date"
        ledger.note(watch, STATE, Evidence.Said.SEEN, row.at or watch.last_viewed_at, text)


def take_back(listing: Listing, rows: Collection[Seen]) -> int:
    """What the whole list does not have, he says he has not seen; what was viewed since is not in it.

    It may be there under another key, or another title under its own: then nobody knows. Returns how many
    views no longer count. The owner's word stands.
    """
    keys, guids = {row.key for row in rows}, {row.likeness.guid for row in rows} - {""}
    lost = [
        (pk, since)
        for pk, key, guid, since in listing.said_to_be_seen()
        if key not in keys and guid not in guids
    ]
    return sum(_take_back(listing, dict(batch)) for batch in in_pages(lost, BATCH))


def _take_back(listing: Listing, since: dict[int, datetime]) -> int:
    with transaction.atomic():
        listing.server.lock()
        ledger = Ledger(listing.server, since, listing.begun_at, viewer=listing.viewer.pk)
        lost = sum(deny(ledger, ledger.of(pk, listing.viewer.pk), since[pk]) for pk in since)
        ledger.save()
    return lost


def deny(ledger: Ledger, watch: Watch, since: datetime, *, also_later: bool = False) -> bool:
    """His own state does not have it any more. True when that takes a view away that counted."""
    counted = watch.counts(since)
    watch.is_listed, watch.view_count = False, None
    viewed_at = watch.last_viewed_at
    is_contradicted = viewed_at is not None and (also_later or viewed_at < ledger.now)
    if is_contradicted and watch.withdrawn_at is None and not watch.vouched_at:
        watch.withdraw(ledger.now, STATE)
        ledger.note(watch, STATE, Evidence.Said.UNSEEN, None, "not among what this viewer has seen")
    return counted and not watch.counts(since)


def demand_same(item: MediaItem, metadata: Metadata) -> None:
    """Raises BadResponse when the server means another title by the key than Plaxe does."""
    if Likeness.of_item(item).contradicts(Likeness.of_metadata(metadata)):
        words = _(
            "Under the key of %(title)s Plex has “%(other)s” now. Nothing is known of either until the"
            " libraries are synced.",
            title=item,
            other=Likeness.of_metadata(metadata),
        )
        raise BadResponse(words)


def look(
    item: MediaItem, viewer: PlexUser, metadata: Metadata, now: datetime, *, is_listed: bool = False
) -> bool:
    """What his own state says of one title at this very moment becomes what Plaxe knows of it.

    `is_listed` when his list has it though its own page counts no view. True when he has seen it now and had
    not before, or the other way round. Raises BadResponse where it says it of another title.
    """
    demand_same(item, metadata)
    row, since = Seen.of(metadata, now), item.views_count_from
    with transaction.atomic():
        item.server.lock()
        ledger = Ledger(item.server, [item.pk], now, viewer=viewer.pk)
        watch = ledger.of(item.pk, viewer.pk)
        counted = watch.counts(since)
        if (row.count or is_listed) and (row.at is None or row.at > since or row.offset):
            _apply(ledger, watch, row, since, may_be_old=True, taken=Taken())
        else:  # not seen, or last seen before this copy was there
            deny(ledger, watch, since, also_later=True)
            if row.offset:
                watch.pause(row.offset, row.at or now)
        ledger.save()
    return watch.counts(since) != counted
