"""Is what a source says under a key about the title that Plaxe knows by that key?

After a rebuild or a restored backup a key can stand for another title before any sync has noticed. A guid
decides where both name the work. The history has none: its rows carry the names, the numbers and the day of
what was played, as they were then. What is not said contradicts nothing; what differs is no proof of another
title either, for names are edited. It means that nobody knows, until a sync or the owner says more.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple, Self

from media.guids import is_matched
from media.models import MediaItem
from media.sync.values import LENGTHS, day_of
from media.titles import folded
from plexclient.types import Metadata, Play

# Days of release are corrected; remakes bear the same name and come later than this.
CORRECTED = timedelta(days=366)
LONGEST = LENGTHS["title"]


class Likeness(NamedTuple):
    """What tells a leaf from others."""

    type: str = ""
    guid: str = ""
    title: str = ""
    original_title: str = ""
    show: str = ""
    season: int | None = None
    number: int | None = None
    aired_on: date | None = None

    @classmethod
    def of_play(cls, play: Play) -> Self:
        return cls(
            type=play.type,
            title=play.title,
            show=play.show_title,
            season=play.parent_index,
            number=play.index,
            aired_on=day_of(play.originally_available_at),
        )

    @classmethod
    def of_metadata(cls, row: Metadata) -> Self:
        return cls(
            type=row.type,
            guid=row.guid,
            title=row.title,
            original_title=row.original_title,
            show=row.grandparent_title,
            season=row.parent_index,
            number=row.index,
            aired_on=day_of(row.originally_available_at),
        )

    @classmethod
    def of_item(cls, item: MediaItem) -> Self:
        show = item.show.title if item.show else ""
        title = item.title, item.original_title
        return cls(item.type, item.guid, *title, show, item.parent_index, item.index, item.aired_on)

    def contradicts(self, other: "Likeness") -> bool:
        if _differ(self.type, other.type):
            return True
        if is_matched(self.guid) and is_matched(other.guid):
            return self.guid != other.guid
        if _are_years_apart(self.aired_on, other.aired_on):
            return True
        if MediaItem.Type.EPISODE in (self.type, other.type):
            return self._is_elsewhere(other) or (self._is_called_other(other) and not self._is_renamed(other))
        return self._is_called_other(other)

    def __str__(self) -> str:
        numbers = (("S", self.season), ("E", self.number))
        code = "".join(f"{letter}{number:02}" for letter, number in numbers if number is not None)
        parts = (self.show, code, self.title) if self.show else (self.title or "Untitled",)
        return " · ".join(filter(None, parts))

    def _is_elsewhere(self, other: "Likeness") -> bool:
        is_another_show = _differ(_plain(self.show), _plain(other.show))
        return is_another_show or _differ(self.season, other.season) or _differ(self.number, other.number)

    def _is_called_other(self, other: "Likeness") -> bool:
        mine, theirs = self.names, other.names
        return bool(mine and theirs) and not mine & theirs

    @property
    def names(self) -> set[str]:
        return {_plain(name) for name in (self.title, self.original_title) if name}

    def _is_renamed(self, other: "Likeness") -> bool:
        """The same place in a show on the same day: episodes are listed before their names are known."""
        facts = ((self.show, other.show), (self.season, other.season), (self.number, other.number))
        is_placed = all(mine not in ("", None) and theirs not in ("", None) for mine, theirs in facts)
        return is_placed and self.aired_on is not None and self.aired_on == other.aired_on


# What `likeness_of` takes, in the order of the fields of a Likeness.
COLUMNS = ("type", "guid", "title", "original_title", "show__title", "parent_index", "index", "aired_on")


def likeness_of(
    kind: str, guid: str, title: str, original_title: str, show: str | None, *rest: Any
) -> Likeness:
    return Likeness(kind, guid, title, original_title, show or "", *rest)


def _differ(mine: object, theirs: object) -> bool:
    """What one of them does not say is no difference."""
    nothing = ("", None)
    return mine not in nothing and theirs not in nothing and mine != theirs


def _plain(name: str) -> str:
    return " ".join(folded(name.replace("\0", "")[:LONGEST]).split())


def _are_years_apart(mine: date | None, theirs: date | None) -> bool:
    return mine is not None and theirs is not None and abs(mine - theirs) > CORRECTED
