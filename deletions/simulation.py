"""What would have been deleted in the last days, and when, under these or other settings. Changes nothing.

The moment at which enough had seen a title, plus the delay, is when it would have gone. Assignments,
protections and what was cancelled are taken as they are today.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count, Sum
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Access, PlexServer
from accounts.wording import counted as ngettext
from accounts.wording import sentence as _
from deletions.models import AuditEntry, Deletion, Policy, Status
from media import kept
from media.completion import View, completions, views
from media.models import MediaItem
from media.models.library import MediaItemQuerySet
from media.paging import in_pages

MOST_DAYS = 3650
BATCH = 1000


@dataclass(frozen=True)
class Terms:
    days: int
    delay: timedelta | None = None  # none: as it is set for each server
    quorum: int | None = None  # so many are enough everywhere; none: as it is assigned
    server: PlexServer | None = None

    @property
    def told_delay(self) -> timedelta | None:
        """The one that counts; none where it is each server's own."""
        return self.delay if self.delay is not None else common_delay(self.server)

    def demand_possible(self) -> None:
        if not 1 <= self.days <= MOST_DAYS:
            raise Refused(_("The days are a number from 1 to %(most)s.", most=MOST_DAYS))
        viewers = number_of_viewers(self.server)
        if self.quorum and self.quorum > viewers:
            words = ngettext(
                "A quorum of %(quorum)s can never be reached: there is %(n)s viewer.",
                "A quorum of %(quorum)s can never be reached: there are %(n)s viewers.",
                viewers,
                quorum=self.quorum,
            )
            raise Refused(words)


def common_delay(server: PlexServer | None = None) -> timedelta | None:
    """The delay after which titles go on this server or on all; none where that is not one for all."""
    policies = [Policy.of(server)] if server else list(Policy.everywhere().values())
    delays = {policy.delay for policy in policies} or {Policy.load().delay}
    return delays.pop() if len(delays) == 1 and not any(policy.hours for policy in policies) else None


def number_of_viewers(server: PlexServer | None) -> int:
    people = Access.objects.filter(gone_at=None, **{"server": server} if server else {})
    return people.values("viewer").distinct().count()


class Departure(NamedTuple):
    at: datetime
    leaf: int
    size: int
    completed_at: datetime


@dataclass
class Total:
    count: int = 0
    bytes: int = 0

    @classmethod
    def of(cls, departures: Iterable[Departure]) -> "Total":
        sizes = [departure.size for departure in departures]
        return cls(len(sizes), sum(sizes))


class Day(NamedTuple):
    date: date
    total: Total
    so_far: int  # bytes


@dataclass
class Simulation:
    terms: Terms
    now: datetime
    gone: list[Departure] = field(default_factory=list)  # would have, in these days
    queued: list[Departure] = field(default_factory=list)  # would be waiting by now
    before: Total = field(default_factory=Total)  # would have gone before these days
    staying: Total = field(default_factory=Total)  # complete, and protected, kept by rule or cancelled
    deleted: Total = field(default_factory=Total)  # did go in these days

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=self.terms.days)

    def by_day(self) -> Iterator[Day]:
        """The days on which something would have gone."""
        so_far = 0
        for day, departures in groupby(self.gone, lambda departure: timezone.localdate(departure.at)):
            total = Total.of(departures)
            so_far += total.bytes
            yield Day(day, total, so_far)


def simulate(terms: Terms, now: datetime) -> Simulation:
    """A constant number of queries, however many titles there are."""
    terms.demand_possible()
    complete = _on(terms.server).complete(terms.quorum)
    departures = sorted(_departures(complete, terms))
    told = Simulation(terms, now, deleted=_deleted(terms, now))
    told.before = Total.of(one for one in departures if one.at < told.since)
    told.gone = [one for one in departures if told.since <= one.at <= now]
    told.queued = [one for one in departures if one.at > now]
    told.staying = _rest(complete, Total.of(departures))
    return told


def _on(server: PlexServer | None) -> MediaItemQuerySet:
    return MediaItem.objects.filter(**{"server": server} if server else {})


def _departures(complete: MediaItemQuerySet, terms: Terms) -> Iterator[Departure]:
    cancelled = Deletion.objects.declined().filter(status=Status.CANCELLED, item__isnull=False)
    stays = set(cancelled.values_list("item", flat=True))
    may_go = kept.free(complete)
    due = _due(terms)
    for at, leaf, size, server in completions(may_go, quorum=terms.quorum):
        if leaf not in stays:
            yield Departure(due(server, at), leaf, size, at)


def _due(terms: Terms) -> Callable[[int, datetime], datetime]:
    """When a title of a server goes that was complete at some moment."""
    if (delay := terms.delay) is not None:
        return lambda _, at: at + delay
    policies = Policy.everywhere()
    return lambda server, at: policies[server].due(at)


def _rest(complete: MediaItemQuerySet, gone: Total) -> Total:
    every = complete.aggregate(n=Count("pk"), bytes=Sum("size", default=0))
    return Total(every["n"] - gone.count, every["bytes"] - gone.bytes)


def _deleted(terms: Terms, now: datetime) -> Total:
    since = now - timedelta(days=terms.days)
    entries = AuditEntry.objects.filter(verb=AuditEntry.Verb.DELETED).between(since, now)
    if terms.server:
        entries = entries.filter(machine_identifier=terms.server.machine_identifier)
    every = entries.aggregate(n=Count("pk"), bytes=Sum("bytes", default=0))
    return Total(every["n"], every["bytes"])


def told(departures: Iterable[Departure], terms: Terms) -> Iterator[tuple[Departure, MediaItem, list[View]]]:
    """Each with its title, and whose views it took. Two queries for a thousand."""
    for batch in in_pages(departures, BATCH):
        keys = [departure.leaf for departure in batch]
        items = MediaItem.objects.select_related("server", "show", "parent").in_bulk(keys)
        seen = {
            leaf: list(of) for leaf, of in groupby(views(keys, quorum=terms.quorum), lambda view: view.leaf)
        }
        for departure in batch:
            if departure.leaf in items:
                yield departure, items[departure.leaf], seen.get(departure.leaf, [])
