"""What viewers hold up: for how many titles everybody waits, and how many bytes they take."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Sum

from accounts.models import PlexUser
from media.models import MediaItem
from media.models.completeness import unanswered
from media.models.library import MediaItemQuerySet
from media.waiting import viewers


@dataclass(frozen=True)
class Progress:
    """As far as a viewer is with all he must see; `left` is less than unseen where others were enough."""

    viewer: PlexUser
    total: int = 0
    seen: int = 0
    left: int = 0


def progress(people: Iterable[PlexUser]) -> list[Progress]:
    """In the order they come in. One query."""
    people = list(people)
    rows = viewers().filter(pk__in=[one.pk for one in people])
    numbers = {row.pk: (row.total, row.total - row.unseen, row.left) for row in rows}
    return [Progress(one, *numbers.get(one.pk, ())) for one in people]


def by_him_alone(viewer: PlexUser) -> MediaItemQuerySet:
    """Leaves that everybody else who must see them has seen."""
    others = unanswered().exclude(viewer=viewer)
    return MediaItem.objects.waiting_for(viewer).filter(~Exists(others))


@dataclass(frozen=True)
class HeldUp:
    titles: int
    bytes: int
    shown: list[MediaItem]


def held_up(viewer: PlexUser, most: int) -> HeldUp:
    """The largest come first. Three queries."""
    leaves = by_him_alone(viewer)
    size = leaves.aggregate(bytes=Sum("size", default=0))["bytes"]
    shown = leaves.select_related("show", "section").order_by("-size", "pk")[:most]
    return HeldUp(leaves.count(), size, list(shown))
