"""What one rule measures, and whether that is too little."""

from dataclasses import dataclass

from django.db.models import Sum

from accounts.wording import sentence as _
from accounts.wording import together
from accounts.wording import told as words_of
from deletions.models import SpaceRule
from deletions.space import disks
from media.models import LibrarySection, MediaItem

GIGABYTE = 10**9
ROOM = "There is room: "
FREE = _("There is room: %(have)s free, %(limit)s wanted. Nothing to do.")
TAKEN = _("There is room: %(have)s taken, %(limit)s allowed. Nothing to do.")


@dataclass(frozen=True)
class Gauge:
    """`start` is what was free on the disk, or taken by the library, when the pass began."""

    rule: SpaceRule
    start: int
    problem: str = ""

    @classmethod
    def of(cls, rule: SpaceRule) -> "Gauge":
        try:
            return cls(rule, _free(rule) if rule.path else size_of(rule.section))
        except disks.Unknown as problem:
            return cls(rule, 0, words_of(problem))

    @property
    def measures(self) -> str:
        """Rules with the same of this are about the same room."""
        return f"disk {self.rule.mount}" if self.rule.path else f"library {self.rule.section_id}"

    def look(self, freed: int) -> str:
        """Why nothing need go once so much was freed, in words; empty when room is needed."""
        if self.problem:
            return together([self.problem, _("So whether room is needed is not known, and nothing goes.")])
        if self.rule.path:
            return self._words(FREE, self.start + freed, self.rule.free_bytes or 0)
        return self._words(TAKEN, self.start - freed, self.rule.limit_bytes or 0)

    def look_again(self, freed: int) -> str:
        """The same with what is free at this very moment, where that is more than what was counted."""
        if not self.rule.path or self.problem:
            return self.look(freed)
        try:
            return self.look(max(freed, _free(self.rule) - self.start))
        except disks.Unknown as problem:
            return Gauge(self.rule, 0, words_of(problem)).look(freed)

    def _words(self, words: str, have: int, limit: int) -> str:
        is_needed = have < limit if self.rule.path else have > limit
        return "" if is_needed else _(words, have=told(have), limit=told(limit))


def _free(rule: SpaceRule) -> int:
    return disks.free_bytes(rule.path, rule.mount)


def size_of(section: LibrarySection) -> int:
    """What is there, as Plex says its size; of what it does not say the size, nothing is counted."""
    leaves = MediaItem.objects.leaves().filter(section=section)
    return int(leaves.aggregate(bytes=Sum("size", default=0))["bytes"])


def told(size: int) -> str:
    return f"{max(size, 0) / GIGABYTE:,.1f} GB".replace(".0 GB", " GB")
