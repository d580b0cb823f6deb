"""When did leaves become complete? Told from what is known today: assignments and views as they are now.

Of a viewer the first view counts that answers all of his assignments to a leaf. Of the views between the
first and the latest one nothing is known: where the first is too early, it is the latest.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, Value, When, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from media.answers import Pair, answers, asked
from media.models import ALL, EVER, Assignment, MediaItem, Watch
from media.models.completeness import needed
from media.models.library import MediaItemQuerySet
from media.paging import in_pages

BATCH, AT_ONCE = 1000, 5000
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
    """Of complete leaves; with a quorum, as if so many were enough everywhere. Three queries for some
    thousand, and more where views on another server count: all in one would be too deep for SQLite."""
    for keys in in_pages(leaves.order_by().values_list("pk", flat=True), AT_ONCE):
        yield from _completed(MediaItem.objects.filter(pk__in=keys), quorum)


def _completed(leaves: MediaItemQuerySet, quorum: int | None) -> Iterator[Completion]:
    last = _in_turn(leaves.filter(counterparts=None), quorum).filter(turn=F("takes"))
    rows = last.values_list("moment", "item", "item__size", "item__server")
    yield from (Completion(*row) for row in rows)
    for leaf, turns in _shared(leaves, quorum):
        yield Completion(turns[-1].at, leaf.pk, leaf.size, leaf.server_id)


def views(leaves: list[int], *, quorum: int | None = None) -> list[View]:
    """Those it took to complete them, the earliest of a leaf first. Two queries, and some more where views on
    another server count."""
    whole = MediaItem.objects.filter(pk__in=leaves)
    taken = _in_turn(whole.filter(counterparts=None), quorum).filter(turn__lte=F("takes"))
    rows = taken.values_list("item", "viewer__plex_id", "viewer__name", "moment", "source")
    found = [View(*row) for row in rows.order_by("item", "turn")]
    return sorted([*found, *(view for _, turns in _shared(whole, quorum) for view in turns)], key=_leaf)


def _leaf(view: View) -> int:
    return view.leaf


def _shared(leaves: MediaItemQuerySet, quorum: int | None) -> Iterator[tuple[MediaItem, list[View]]]:
    """Complete leaves that are on several servers, with the views it took, in turn."""
    keys = leaves.filter(counterparts__isnull=False).order_by().values_list("pk", flat=True).distinct()
    for batch in in_pages(list(keys), BATCH):
        items = list(MediaItem.objects.filter(pk__in=batch).select_related("show", "parent"))
        waits, answered = asked(items), answers(items)
        for item in items:
            turns = _turns(item, waits[item.pk], answered[item.pk])
            takes = (item.needed if quorum is None else quorum) or len(turns)
            if 0 < takes <= len(turns):
                yield item, turns[:takes]


def _turns(leaf: MediaItem, waits: list[Assignment], answered: list[Pair]) -> list[View]:
    """Of each viewer who has answered all of his assignments the view that did."""
    rest = {row.viewer_id for row in waits if row.pk not in {assignment.pk for assignment, _ in answered}}
    last: dict[int, View] = {}
    for assignment, watch in answered:
        viewer, at = assignment.viewer, _moment(leaf, assignment, watch)
        view = View(leaf.pk, viewer.plex_id, viewer.name, at, watch.source)
        if viewer.pk not in rest and (viewer.pk not in last or last[viewer.pk].at < at):
            last[viewer.pk] = view
    return sorted(last.values(), key=lambda view: view.at)


def _moment(leaf: MediaItem, assignment: Assignment, watch: Watch) -> datetime:
    after = max(assignment.count_views_from(leaf), watch.item.views_count_from)
    first, latest = watch.first_viewed_at, watch.last_viewed_at
    return first if first and first > after else latest or after


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
