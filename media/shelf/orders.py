"""In which order titles stand. A minus before the name turns it round."""

from typing import Any

from django.db.models import Case, F, Max, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from media.models import MediaItem, Watch
from media.models.library import MediaItemQuerySet

SHOW = MediaItem.Type.SHOW
SORTS = {
    "title": _("Title"),
    "added": _("Newest first"),
    "-added": _("Oldest first"),
    "size": _("Largest first"),
    "-size": _("Smallest first"),
    "watched": _("Watched last"),
    "-watched": _("Not watched for longest"),
    "-title": _("Title, backwards"),
}
DEFAULT = "title"


def in_order(items: MediaItemQuerySet, sort: str) -> MediaItemQuerySet:
    name = sort.removeprefix("-")
    if name == "added":
        ordered = items.order_by(F("added_at").desc(nulls_last=True), "sort_title", "pk")
    elif name == "size":
        ordered = items.alias(bytes=bytes_of()).order_by(F("bytes").desc(), "sort_title", "pk")
    elif name == "watched":
        ordered = items.alias(seen=last_viewed()).order_by(
            F("seen").desc(nulls_last=True), "sort_title", "pk"
        )
    else:
        ordered = items.order_by(Coalesce("show__sort_title", "sort_title"), "parent_index", "index", "pk")
    return ordered.reverse() if sort.startswith("-") else ordered


def bytes_of() -> Coalesce:
    """Of a show, those of its episodes."""
    below = MediaItem.objects.leaves().filter(show=OuterRef("pk")).order_by().values("show")
    return Coalesce(Case(When(type=SHOW, then=_first(below.annotate(n=Sum("size")))), default="size"), 0)


def last_viewed() -> Combinable:
    """By anybody, of a show any episode."""
    views = Watch.objects.order_by()
    own = views.filter(item=OuterRef("pk")).values("item").annotate(n=Max("last_viewed_at"))
    below = views.filter(item__show=OuterRef("pk")).values("item__show").annotate(n=Max("last_viewed_at"))
    return Case(When(type=SHOW, then=_first(below)), default=_first(own))


def _first(rows: QuerySet[Any, Any]) -> Subquery:
    return Subquery(rows.values("n"))
