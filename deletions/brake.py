"""Too much at once waits for one approval: so looks a first back-fill, a restored backup, a bug."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.models import PlexServer
from accounts.wording import counted as ngettext
from accounts.wording import sentence as _
from accounts.wording import together
from deletions.models import Deletion, Effective, Hold, Status
from media.models import LibrarySection, MediaItem

# A share of a small library is soon reached: below so many titles it says nothing.
ALWAYS_FEW = 10
TOLERATED_STEP = timedelta(minutes=10)
GIGABYTE = 10**9
# What one cause has held together, and lets go together.
TOGETHER = (Hold.OFFLINE, Hold.DELETION_OFF, Hold.UNREADABLE, Hold.STATE, Hold.SPACE, Hold.DOUBT)


def clock_was_set(step: timedelta) -> str:
    """What a clock that is set makes due was not waited for."""
    if abs(step) <= TOLERATED_STEP:
        return ""
    if step > timedelta(0):
        return _("The clock of this machine was set forward by %(span)s. Is it right now?", span=_span(step))
    return _("The clock of this machine was set back by %(span)s. Is it right now?", span=_span(-step))


def _span(length: timedelta) -> str:
    """`3 days 4:30 hours`"""
    minutes = round(length.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    told = [ngettext("%(n)s day", "%(n)s days", days)] if days else []
    return together([*told, _("%(time)s hours", time=f"{hours}:{rest:02}")] if hours or rest else told)


def made_due(rows: Iterable[Deletion], step: timedelta, now: datetime) -> list[Deletion]:
    """By a clock that was set forward by that much, whatever else they wait for."""
    return [row for row in rows if row.status != Status.RUNNING and row.scheduled_for > now - step]


def becoming_due(rows: Iterable[Deletion]) -> list[Deletion]:
    """Without what was approved, and what waits for a reason of its own as it did on the passes before."""
    fresh = (row for row in rows if Hold.BRAKE not in row.accepted)
    return [row for row in fresh if row.status == Status.SCHEDULED or row.hold in TOGETHER]


def pulled(policy: Effective, server: PlexServer, rows: Iterable[Deletion]) -> str:
    """Why so much may not go in one pass, in words; empty when it may. What was approved does not count."""
    rows = [row for row in rows if Hold.BRAKE not in row.accepted]
    size = sum(row.bytes for row in rows)
    if 0 < policy.brake_items < len(rows):
        return _("%(n)s titles became due at once, more than %(most)s.", n=len(rows), most=policy.brake_items)
    if 0 < policy.brake_bytes < size:
        return _(
            "%(size)s became due at once, more than %(most)s.",
            size=_told(size),
            most=_told(policy.brake_bytes),
        )
    return _share_of_a_section(policy.brake_percent, server, rows)


def _told(size: int) -> str:
    return f"{size / GIGABYTE:,.1f} GB".replace(".0 GB", " GB")


def _share_of_a_section(percent: int, server: PlexServer, rows: list[Deletion]) -> str:
    counts = Counter(row.item.section_id for row in rows if row.item)
    if not percent or max(counts.values(), default=0) <= ALWAYS_FEW:
        return ""
    for section in LibrarySection.objects.filter(server=server, pk__in=counts):
        leaves = MediaItem.objects.leaves().filter(section=section).count()
        if counts[section.pk] > max(ALWAYS_FEW, leaves * percent / 100):
            return _(
                "%(n)s of the %(all)s titles in %(library)s became due at once, more than %(percent)s %%.",
                n=counts[section.pk],
                all=leaves,
                library=section,
                percent=percent,
            )
    return ""
