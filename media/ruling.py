"""What a rule says of an episode, in words."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case, Q, When

from accounts.wording import counted as ngettext
from accounts.wording import sentence as _
from media.models import KeepRule, MediaItem
from media.models.keeping import FIRST_SEASON, HAS_NO_PLACE, IS_KEPT, SURELY_THERE, UNKNOWN, judged, ruled

Row = dict[str, Any]
COLUMNS = (
    "pk", "show__title", "is_there", "newest", "place", "has_no_place", "keeps_first", "season", "at_least",
    "there",
)  # fmt: skip


def kept(items: Iterable[MediaItem], surely: Q = SURELY_THERE) -> Iterator[tuple[int, str]]:
    """The primary keys of those that a rule keeps, with its reasons. One query: all episodes of their shows
    are looked at, since each has its place among the others."""
    episodes = {item.pk: item.show_id for item in items if item.type == MediaItem.Type.EPISODE}
    if not episodes or not KeepRule.objects.exists():
        return
    together = Q(show__in={show for show in episodes.values() if show}) | Q(pk__in=episodes, show=None)
    asked = judged(MediaItem.objects.leaves().filter(together), surely)
    asked = asked.annotate(has_no_place=Case(When(HAS_NO_PLACE, then=1), default=0)).filter(IS_KEPT)
    for row in asked.values(*COLUMNS):
        if row["pk"] in episodes:
            yield from ((row["pk"], words) for words in _words(row))


def surplus(items: Iterable[MediaItem]) -> dict[int, str]:
    """Of episodes that a rule keeps only because others go before them. One query."""
    if not KeepRule.objects.exists():
        return {}
    rows = ruled(MediaItem.objects.filter(pk__in=[item.pk for item in items])).filter(at_least__gt=0)
    return {
        row["pk"]: ngettext(
            "Others go before it, so that at least %(n)s episode of %(show)s stays.",
            "Others go before it, so that at least %(n)s episodes of %(show)s stay.",
            row["at_least"],
            show=row["show__title"],
        )
        for row in rows.values("pk", "show__title", "at_least")
    }


def _words(row: Row) -> Iterator[str]:
    if row["show__title"] is None:
        yield _("Its library keeps episodes by rule, and which show it belongs to is not known.")
    elif not row["is_there"]:
        names = {"show": row["show__title"]}
        yield _("%(show)s keeps episodes by rule, and whether this one is still there is not known.") % names
    else:
        yield from filter(None, (_newest(row), _first(row), _at_least(row)))


def _newest(row: Row) -> str:
    number, show = row["newest"], row["show__title"]
    if number and row["has_no_place"]:
        return _(
            "Whether it is one of the %(n)s newest episodes of %(show)s is not known.", n=number, show=show
        )
    if row["place"] > number:
        return ""
    return ngettext(
        "It is the newest episode of %(show)s.",
        "It is one of the %(n)s newest episodes of %(show)s.",
        number,
        show=show,
    )


def _first(row: Row) -> str:
    if not row["keeps_first"] or row["season"] not in (FIRST_SEASON, UNKNOWN):
        return ""
    if row["season"] == FIRST_SEASON:
        return _("The first season of %(show)s is kept.", show=row["show__title"])
    return _(
        "The first season of %(show)s is kept, and of which season this is, is not known.",
        show=row["show__title"],
    )


def _at_least(row: Row) -> str:
    if row["there"] > row["at_least"]:
        return ""
    return ngettext(
        "It is kept, so that at least %(n)s episode of %(show)s stays.",
        "It is kept, so that at least %(n)s episodes of %(show)s stay.",
        row["at_least"],
        show=row["show__title"],
    )
