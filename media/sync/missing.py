"""What a complete listing no longer has, and whether to believe it.

A share that is not mounted looks like a library whose titles are all deleted. So a listing that lacks too
much marks nothing; only when a second one, a while later, lacks the same titles are they gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from media.models import LibrarySection, MediaItem
from media.paging import in_pages
from media.sync.store import PAGE

AGREES_AFTER = timedelta(minutes=10)
# More than these vanish from a listing at once only when something is wrong.
BELIEVABLE = 10
BELIEVABLE_SHARE = 1 / 4


@dataclass(frozen=True)
class Absence:
    """Of the items of one kind that were there: how many, and which the listing lacks."""

    kind: str
    known: int
    is_empty: bool
    missing: list[int]
    confirmed: int  # of the missing: lacking a while ago already

    @property
    def is_doubtful(self) -> bool:
        sudden = len(self.missing) - self.confirmed
        too_many = sudden > BELIEVABLE and sudden > self.known * BELIEVABLE_SHARE
        return too_many or (self.is_empty and sudden > 0)

    def __str__(self) -> str:
        return f"{len(self.missing)} of {self.known} {self.kind}s"


class SeenKeys:
    """Rating keys are numbers as a rule, and a set of numbers takes a fifth of one of texts."""

    def __init__(self) -> None:
        self._keys: set[int | str] = set()

    def add(self, keys: Iterable[str]) -> None:
        self._keys.update(map(_compact, keys))

    def __contains__(self, key: str) -> bool:
        return _compact(key) in self._keys

    def __bool__(self) -> bool:
        return bool(self._keys)


def _compact(key: str) -> int | str:
    return int(key) if key.isdecimal() and not key.startswith("0") else key


def absence(section: LibrarySection, kind: str, seen: SeenKeys, now: datetime) -> Absence:
    """Compared with what was there when the listing began, not with what another job has found since."""
    known = 0
    missing, confirmed = [], 0
    there = MediaItem.objects.present().filter(section=section, type=kind, first_seen_at__lt=now)
    for pk, key, since in there.values_list("pk", "rating_key", "missing_since").iterator(chunk_size=2000):
        known += 1
        if key not in seen:
            missing.append(pk)
            confirmed += since is not None and since <= now - AGREES_AFTER
    return Absence(kind, known, not seen, missing, confirmed)


def settle(section: LibrarySection, absences: list[Absence], now: datetime) -> tuple[int, str]:
    """Mark what is gone, or doubt it all. Returns how many are gone, or the doubt in words."""
    keys = [pk for each in absences for pk in each.missing]
    doubts = [str(each) for each in absences if each.is_doubtful]
    if doubts:
        miss(keys, now)
        section.shrank_at = section.shrank_at or now
        return 0, _words(doubts)
    section.shrank_at = None
    return _mark(keys, gone_at=None, then={"gone_at": now, "missing_since": None}), ""


def miss(keys: Iterable[int], now: datetime) -> int:
    """A listing lacks them, which alone says nothing of what became of them."""
    return _mark(keys, missing_since=None, then={"missing_since": now})


def _mark(keys: Iterable[int], *, then: dict[str, datetime | None], **expected: None) -> int:
    return sum(
        MediaItem.objects.filter(pk__in=page, **expected).update(**then) for page in in_pages(keys, PAGE)
    )


def _words(doubts: list[str]) -> str:
    return (
        f"{' and '.join(doubts)} are suddenly missing. Is a disk not mounted? Nothing was marked as gone: "
        f"it takes another full sync {AGREES_AFTER.seconds // 60} minutes later or more that lacks them too."
    )
