"""Too much at once waits for one approval: so looks a first back-fill, a restored backup, a bug."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings

from accounts.models import PlexServer
from deletions.models import Deletion, Hold, Status
from media.models import LibrarySection, MediaItem

# A share of a small library is soon reached: below so many titles it says nothing.
ALWAYS_FEW = 10
TOLERATED_STEP = timedelta(minutes=10)
GIGABYTE = 10**9
# What one cause has held together, and lets go together.
TOGETHER = (Hold.OFFLINE, Hold.UNREADABLE, Hold.DELETION_OFF)


def clock_was_set(step: timedelta) -> str:
    """What a clock that is set makes due was not waited for."""
    if abs(step) <= TOLERATED_STEP:
        return ""
    direction = "forward" if step > timedelta(0) else "back"
    amount = timedelta(seconds=round(abs(step).total_seconds()))
    return f"The clock of this machine was set {direction} by {amount}. Is it right now?"


def becoming_due(rows: Iterable[Deletion]) -> list[Deletion]:
    """Without what was approved, and what waits for a reason of its own as it did on the passes before."""
    fresh = (row for row in rows if Hold.BRAKE not in row.accepted)
    return [row for row in fresh if row.status == Status.SCHEDULED or row.hold in TOGETHER]


def pulled(server: PlexServer, rows: Iterable[Deletion]) -> str:
    """Why so much may not go in one pass, in words; empty when it may. What was approved does not count."""
    rows = [row for row in rows if Hold.BRAKE not in row.accepted]
    size = sum(row.bytes for row in rows)
    if 0 < settings.PLAXE_BRAKE_ITEMS < len(rows):
        return f"{len(rows)} titles became due at once, more than {settings.PLAXE_BRAKE_ITEMS}."
    if 0 < settings.PLAXE_BRAKE_BYTES < size:
        limit = settings.PLAXE_BRAKE_BYTES / GIGABYTE
        return f"{size / GIGABYTE:.0f} GB became due at once, more than {limit:.0f} GB."
    return _share_of_a_section(server, rows)


def _share_of_a_section(server: PlexServer, rows: list[Deletion]) -> str:
    counts = Counter(row.item.section_id for row in rows if row.item)
    if not settings.PLAXE_BRAKE_PERCENT or max(counts.values(), default=0) <= ALWAYS_FEW:
        return ""
    for section in LibrarySection.objects.filter(server=server, pk__in=counts):
        leaves = MediaItem.objects.leaves().filter(section=section).count()
        if counts[section.pk] > max(ALWAYS_FEW, leaves * settings.PLAXE_BRAKE_PERCENT / 100):
            share = f"{counts[section.pk]} of the {leaves} titles in {section}"
            return f"{share} became due at once, more than {settings.PLAXE_BRAKE_PERCENT} %."
    return ""
