"""When did leaves become complete? Told from what is known today: assignments and views as they are now.

Of a viewer the first view counts that answers all of his assignments to a leaf. Of the views between the
first and the latest one nothing is known: where the first is too early, it is the latest.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, Value, When, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from media.models import ALL, EVER, MediaItem, Watch
from media.models.completeness import needed
from media.models.library import MediaItemQuerySet

LEVELS = {"own": "item", "of_season": "item__parent", "of_show": "item__show"}


class Completion(NamedTuple):
    at: datetime
    leaf: int
    size: int
    server: int


class View(NamedTuple):
    leaf: int
    plex_id: int
    name: str
    at: datetime
    source: str


def completions(leaves: MediaItemQuerySet, *, quorum: int | None = None) -> Iterator[Completion]:
    """Of complete leaves; with a quorum, as if so many were enough everywhere. One query."""
    last = _in_turn(leaves, quorum).filter(turn=F("takes"))
    rows = last.values_list("moment", "item", "item__size", "item__server")
    return (Completion(*row) for row in rows.iterator(5000))


def views(leaves: list[int], *, quorum: int | None = None) -> list[View]:
    """Those it took to complete them, the earliest of a leaf first. One query."""
    taken = _in_turn(MediaItem.objects.filter(pk__in=leaves), quorum).filter(turn__lte=F("takes"))
    rows = taken.values_list("item", "viewer__plex_id", "viewer__name", "moment", "source")
    return [View(*row) for row in rows.order_by("item", "turn")]


def _in_turn(leaves: MediaItemQuerySet, quorum: int | None) -> Any:
    """The views that answer, numbered for each leaf as they came, with how many of them it takes."""
    everybody = Window(Count("pk"), partition_by="item")
    return _answering(leaves).annotate(
        turn=Window(RowNumber(), partition_by="item", order_by=["moment", "viewer"]),
        enough=needed("item__") if quorum is None else Value(quorum),
        takes=Case(When(enough=ALL, then=everybody), default="enough", output_field=IntegerField()),
    )


def _answering(leaves: MediaItemQuerySet) -> Any:
    """Views of whoever must see a leaf, each with its moment."""
    asked = {name: _assignments(level) for name, level in LEVELS.items()}
    is_asked = Q(*((f"{name}__isnull", False) for name in asked), _connector=Q.OR)
    since = (Coalesce(f"{name}__views_count_from", Value(EVER)) for name in asked)
    views = Watch.objects.counting().filter(item__in=leaves.values("pk")).annotate(**asked).filter(is_asked)
    answers = views.annotate(after=Greatest("item__views_count_from", *since)).filter(
        last_viewed_at__gt=F("after")
    )
    is_first = When(first_viewed_at__gt=F("after"), then="first_viewed_at")
    return answers.annotate(moment=Case(is_first, default="last_viewed_at"))


def _assignments(level: str) -> FilteredRelation:
    """The one of the viewer on that level, if it is waited for."""
    mine = {f"{level}__assignments__viewer": F("viewer"), f"{level}__assignments__is_optional": False}
    return FilteredRelation(f"{level}__assignments", condition=Q(**mine))
