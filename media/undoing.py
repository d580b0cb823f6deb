"""Assignments as they were, to be put back."""

from collections.abc import Collection
from typing import NamedTuple, Self

from accounts.models import PlexUser, User
from media import assigning
from media.models import Assignment, MediaItem

NONE, MUST, MAY = "none", "must", "may"
LATER = "later"  # only what is seen after the assignment counts
ANYWHERE = "anywhere"  # it is one assignment to the title on all servers


class Was(NamedTuple):
    """As text `item:viewer:must`, and `:later` where earlier views do not count, `:anywhere` where any server
    will do."""

    item: int
    viewer: int
    what: str = NONE
    since: str = ""
    where: str = ""

    def __str__(self) -> str:
        return ":".join(str(part) for part in self if part)

    @classmethod
    def read(cls, text: str) -> Self | None:
        item, viewer, what, *more = (*text.split(":"), "", "", "")
        is_known = item.isdecimal() and viewer.isdecimal() and what in (NONE, MUST, MAY)
        since, where = (word if word in more else "" for word in (LATER, ANYWHERE))
        return cls(int(item), int(viewer), what, since, where) if is_known and len(text) < 60 else None


def standing_of(items: Collection[MediaItem], viewers: Collection[PlexUser]) -> set[Was]:
    """Of all pairs of them. One query."""
    rows = Assignment.objects.filter(item__in=items, viewer__in=viewers)
    known = {(row.item_id, row.viewer_id): _told(row) for row in rows}
    return {known.get((item.pk, who.pk), Was(item.pk, who.pk)) for item in items for who in viewers}


def restore(was: Was, *, by: User | None = None) -> bool:
    """True when that changed something. Raises Refused when it can no longer be as it was."""
    item = MediaItem.objects.select_related("server", "show").filter(pk=was.item).first()
    viewer = PlexUser.objects.filter(pk=was.viewer).first()
    if item is None or viewer is None:
        return False
    if was.what == NONE:
        return assigning.unassign(item, viewer, by=by)
    optional, counts_earlier = was.what == MAY, was.since != LATER
    words = {"optional": optional, "counts_earlier": counts_earlier, "any_server": was.where == ANYWHERE}
    return assigning.assign(item, viewer, by=by, **words)


def _told(row: Assignment) -> Was:
    what = MAY if row.is_optional else MUST
    since, where = "" if row.counts_earlier else LATER, ANYWHERE if row.on_any_server else ""
    return Was(row.item_id, row.viewer_id, what, since, where)
