"""Titles that may go wait until room is needed, and then the one that was finished longest ago goes first.

How the count is made. On a disk: what is free there at the moment, or, where that is more, what was free when
the pass began and what it has freed since. In a library: the sum of its titles' sizes when the pass began,
less the same. What lies in the trash counts as freed: the disk gets its room at the purge, and to put more
there would not bring it sooner. In a dry run, what would have gone counts as gone. What is not known is never
too little: then nothing goes.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Sum

from accounts.models import PlexServer
from deletions.models import Deletion, Hold, Policy, Quarantined, SpaceRule, Status
from deletions.space.gauge import Gauge

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Room:
    """The rules of a server for the time of one pass over these rows, and what that has freed."""

    def __init__(self, server: PlexServer, rows: Iterable[Deletion]) -> None:
        rules = SpaceRule.objects.filter(section__server=server).select_related("section")
        self._gauges = {rule.section_id: Gauge.of(rule) for rule in rules}
        self._freed: Counter[str] = Counter()
        self._count_what_is_in_the_trash()
        if self._gauges and Policy.of(server).dry_run:
            self._count_what_would_have_gone({row.pk for row in rows})

    def _count_what_is_in_the_trash(self) -> None:
        """It is no longer in its library, and still on the disk."""
        for section, gauge in self._gauges.items():
            if gauge.rule.path:
                trash = Quarantined.objects.present().filter(deletion__item__section=section)
                self._freed[gauge.measures] += trash.aggregate(bytes=Sum("bytes", default=0))["bytes"]

    def _count_what_would_have_gone(self, looked_at: set[int]) -> None:
        for section, gauge in self._gauges.items():
            noted = Deletion.objects.open().filter(item__section=section).exclude(would_have_gone_at=None)
            freed = noted.exclude(pk__in=looked_at).aggregate(bytes=Sum("bytes", default=0))
            self._freed[gauge.measures] += freed["bytes"]

    def sorted(self, rows: Iterable[Deletion]) -> list[Deletion]:
        """What no rule keeps comes first, as it was; then what was finished longest ago."""
        return sorted(rows, key=self._place)

    def _place(self, row: Deletion) -> tuple[bool, bool, datetime]:
        """Of what a rule keeps, too, that comes last of which nothing could be learned."""
        if self._gauge(row) is None:
            return False, False, LONG_AGO
        return True, row.hold == Hold.UNREADABLE, finished_at(row)

    def keeps(self, row: Deletion) -> str:
        """Why this title need not go now, in words; empty when it may."""
        gauge = self._gauge(row)
        return gauge.look_again(self._freed[gauge.measures]) if gauge else ""

    def kept(self, rows: Iterable[Deletion]) -> dict[int, str]:
        """By primary key: those that need not go even if all before them do, and why."""
        freed = self._freed.copy()
        kept = {}
        for row in rows:
            gauge = self._gauge(row)
            words = gauge.look(freed[gauge.measures]) if gauge else ""
            if words:
                kept[row.pk] = words
            elif gauge and row.is_going:
                freed[gauge.measures] += row.bytes
        return kept

    def count(self, row: Deletion) -> None:
        """It went, or would have."""
        if gauge := self._gauge(row):
            self._freed[gauge.measures] += row.bytes if row.is_open else row.freed or _in_the_trash(row)

    def _gauge(self, row: Deletion) -> Gauge | None:
        if row.item is None or row.status == Status.RUNNING:
            return None
        if _went_along(row) or Hold.SPACE in row.accepted:
            return None
        return self._gauges.get(row.item.section_id)


def _in_the_trash(row: Deletion) -> int:
    return int(
        Quarantined.objects.present().filter(deletion=row).aggregate(bytes=Sum("bytes", default=0))["bytes"]
    )


def finished_at(row: Deletion) -> datetime:
    """When the last of those who had to see it did."""
    seen = [datetime.fromisoformat(viewer["viewed_at"]) for viewer in row.viewers if viewer["viewed_at"]]
    return max(seen, default=row.enqueued_at)


def _went_along(row: Deletion) -> bool:
    """Its files went with another title that shared them: nothing of it takes room any more."""
    paths = {file["path"] for file in row.files}
    return bool(paths) and paths <= {*row.snapshot.get("went", [])}
