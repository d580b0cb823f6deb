"""Protections and rules in SQL: which titles are never deleted?

A rule judges the episodes of a show that are surely there, in the show's order: by season and number; where
no episode has both, by the date it was aired; where none has that either, by the date it was added. An
episode whose place in that order is not known is kept, and takes nobody's place.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, DenseRank, RowNumber

from media.models.assignments import Assignment
from media.models.protection import KeepRule, Protection

if TYPE_CHECKING:
    from media.models.library import MediaItemQuerySet

UNKNOWN = -1  # no season has this number
FIRST_SEASON = 1

IS_RULED = Q(newest__gt=0) | Q(keeps_first=True) | Q(at_least__gt=0)
HAS_NO_PLACE = (
    Q(numbered__gt=0, is_numbered=0)
    | Q(numbered=0, aired__gt=0, aired_on=None)
    | Q(numbered=0, aired=0, added_at=None)
)
IS_KEPT = (
    Q(show=None)
    | Q(is_there=0)
    | Q(newest__gt=0, place__lte=F("newest"))
    | (Q(newest__gt=0) & HAS_NO_PLACE)
    | Q(keeps_first=True, season__in=(FIRST_SEASON, UNKNOWN))
    | Q(at_least__gt=0, there__lte=F("at_least"))
)
# The last listing had it.
SURELY_THERE = Q(missing_since=None)


def protected() -> Q:
    """By somebody: the title itself, its season, its show, its library, or somebody it is assigned to."""
    items = Protection.objects.filter(item__isnull=False).order_by().values("item")
    sections = Protection.objects.filter(section__isnull=False).order_by().values("section")
    assigned = Assignment.objects.filter(viewer__protections__isnull=False)
    above = Q(parent__in=items) | Q(show__in=items) | Q(section__in=sections)
    return Q(pk__in=items) | above | Q(pk__in=assigned.leaves())


def kept(leaves: "MediaItemQuerySet", surely: Q = SURELY_THERE) -> Q:
    """By a rule, when `leaves` are all there are. Of one that is not surely there nobody knows the place."""
    return Q(pk__in=judged(leaves, surely).filter(IS_KEPT).values("pk"))


def ruled(items: "MediaItemQuerySet") -> Any:
    """The episodes a rule says something about, with what it says."""
    rules = KeepRule.objects.order_by()
    shows = rules.filter(item__isnull=False).values("item")
    sections = rules.filter(section__isnull=False).values("section")
    episodes = items.filter(Q(show__in=shows) | Q(section__in=sections), type=items.model.Type.EPISODE)
    return _with_rules(episodes).filter(IS_RULED)


def judged(leaves: "MediaItemQuerySet", surely: Q = SURELY_THERE) -> Any:
    """Those with what the rules ask about. A further condition on anything else would take episodes out of
    the order."""
    newest_first = [F(name).desc(nulls_last=True) for name in ("is_there", "is_numbered", *ORDER)]
    is_there = Case(When(surely, then=1), default=0)
    return _ordered(ruled(leaves).annotate(is_there=is_there)).annotate(
        place=Window(DenseRank(), partition_by="show", order_by=newest_first),
        numbered=Window(Max(F("is_numbered") * F("is_there")), partition_by="show"),
        aired=Window(Count(_when(Q(is_there=1), "aired_on", models.DateField())), partition_by="show"),
        there=Window(Sum("is_there"), partition_by="show"),
    )


def to_spare(candidates: "MediaItemQuerySet", leaves: "MediaItemQuerySet") -> Any:
    """Of the candidates those that may go, when those before them in the order of their show go too."""
    counted = leaves.filter(SURELY_THERE, show=OuterRef("show")).order_by().values("show")
    there = Subquery(counted.annotate(n=Count("pk")).values("n"))
    oldest_first = [F("is_numbered").desc(), *(F(name).asc() for name in ORDER), F("pk").asc()]
    return (
        _ordered(_with_rules(candidates))
        .annotate(turn=Window(RowNumber(), partition_by="show", order_by=oldest_first))
        .annotate(
            spare=Case(When(at_least__gt=0, then=Coalesce(there, 0) - F("at_least")), default=F("turn"))
        )
        .filter(turn__lte=F("spare"))
    )


ORDER = ("season_key", "number_key", "aired_key", "added_key")


def _ordered(episodes: Any) -> Any:
    """With the keys of the show's order; those that do not matter for an episode are empty."""
    numbered, dated = Q(is_numbered=1), Q(is_numbered=0)
    return episodes.annotate(
        season=Coalesce("parent_index", "parent__index", Value(UNKNOWN)),
        is_numbered=Case(When(season__gte=0, index__isnull=False, then=1), default=0),
        season_key=_when(numbered, "season", models.IntegerField()),
        number_key=_when(numbered, "index", models.IntegerField()),
        aired_key=_when(dated, "aired_on", models.DateField()),
        added_key=_when(dated & Q(aired_on=None), "added_at", models.DateTimeField()),
    )


def _when(condition: Q, name: str, field: Any) -> Case:
    return Case(When(condition, then=F(name)), default=None, output_field=field)


def _with_rules(items: "MediaItemQuerySet") -> Any:
    """The show's word wins over its library's."""
    return items.annotate(
        newest=_said("keep_newest", Value(0)),
        keeps_first=_said("keep_first_season", Value(False)),
        at_least=_said("keep_at_least", Value(0)),
    )


def _said(name: str, otherwise: Value) -> Coalesce:
    return Coalesce(f"show__keep_rules__{name}", f"section__keep_rules__{name}", otherwise)
