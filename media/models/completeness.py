"""The law in SQL: have enough of those who must see a leaf seen it?

The leaf is a row of the query around these expressions.
"""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Coalesce

from accounts.models import PlexUser
from media.models.assignments import Assignment
from media.models.counterparts import Counterpart
from media.models.watches import Watch

# The quorum that waits for everybody; any other is how many are enough.
ALL = 0

ENOUGH_HAVE_SEEN = Q(needed=ALL, somebody_waits=False) | Q(needed__gt=ALL, seen__gte=F("needed"))


def judgement(quorum: int | None = None) -> dict[str, Any]:
    """What ENOUGH_HAVE_SEEN asks about."""
    enough = needed() if quorum is None else Value(quorum)
    return {"needed": enough, "somebody_waits": Exists(unanswered()), "seen": seen()}


def needed(leaf: str = "") -> Coalesce:
    """How many must see it, as the nearest level says that says anything. `leaf` leads there: `item__`."""
    said = (f"{leaf}{level}quorum" for level in ("", "parent__", "show__"))
    return Coalesce(*said, Value(ALL))


def seen() -> CombinedExpression:
    """How many have. Whoever is assigned at several levels has seen it when that answers them all."""
    return _viewers(covering()) - _viewers(unanswered())


def covering() -> QuerySet[Assignment]:
    """The assignments that wait for the leaf: to itself, to its season and to its show."""
    # a list, not three conditions: PostgreSQL then takes the index whatever it knows of the table
    levels: list[Any] = [OuterRef("pk"), OuterRef("parent"), OuterRef("show")]
    return Assignment.objects.required().filter(item__pk__in=levels)


def unanswered() -> QuerySet[Assignment]:
    """Those of them whose viewer has no view of the leaf that counts."""
    views = counting_views(
        OuterRef(OuterRef("pk")), OuterRef("viewer"), OuterRef(OuterRef("views_count_from"))
    )
    here = Exists(views.filter(last_viewed_at__gt=OuterRef("views_count_from")))
    elsewhere = Q(Exists(_seen_elsewhere())) & ~Q(Exists(_denied_here()))
    return covering().filter(~here, ~(Q(on_any_server=True) & elsewhere))


def _seen_elsewhere() -> QuerySet[Counterpart]:
    """The same work on other servers, where the viewer has seen it so that it counts for the leaf too.

    As `media.counterparts.views` and `answering`, for rows that have been read. One query inside the other,
    so that a database begins with the leaf: of a viewer's views there are many.
    """
    copies = Counterpart.objects.filter(item=OuterRef(OuterRef("pk")))
    viewer, assigned = OuterRef(OuterRef("viewer")), OuterRef(OuterRef("views_count_from"))
    views = Watch.objects.counting().filter(item=OuterRef("other"), viewer=viewer)
    for since in (OuterRef("item__views_count_from"), assigned):
        views = views.filter(last_viewed_at__gt=since)
    return copies.filter(Exists(views))


def _denied_here() -> QuerySet[Watch]:
    """Whoever has taken it back here, or is half-way through it here, is not taken at a view there."""
    return Watch.objects.filter(item=OuterRef(OuterRef("pk")), viewer=OuterRef("viewer")).denied()


def counting_views(
    leaf: Combinable, viewer: PlexUser | Combinable, count_from: Combinable
) -> QuerySet[Watch]:
    return Watch.objects.counting(count_from).filter(item=leaf, viewer=viewer)


def _viewers(assignments: QuerySet[Assignment]) -> Coalesce:
    """How many people they are for."""
    counted = assignments.order_by().values(together=Value(1)).annotate(n=Count("viewer", distinct=True))
    return Coalesce(Subquery(counted.values("n")), 0)
