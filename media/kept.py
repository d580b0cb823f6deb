"""Why a title is never deleted, in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts.wording import sentence as _
from accounts.wording import together
from media import ruling
from media.keeping import Rule, rule_of
from media.models import Assignment, KeepRule, MediaItem, Protection
from media.models.keeping import SURELY_THERE
from media.models.library import MediaItemQuerySet
from media.protecting import known

Items = dict[int, MediaItem]
Told = Iterator[tuple[int, str]]

BY_NAME = {
    "movie": gettext_noop("%(who)s protected the movie."),
    "show": gettext_noop("%(who)s protected the show."),
    "season": gettext_noop("%(who)s protected the season."),
    "episode": gettext_noop("%(who)s protected the episode."),
    "section": gettext_noop("%(who)s protected the library %(section)s."),
}
NAMELESS = {
    "movie": gettext_noop("The movie is protected."),
    "show": gettext_noop("The show is protected."),
    "season": gettext_noop("The season is protected."),
    "episode": gettext_noop("The episode is protected."),
    "section": gettext_noop("The library %(section)s is protected."),
}


@dataclass(frozen=True)
class Keeping:
    """What keeps one title: somebody's word about itself, all else in words, and of a show what it and its
    library say of its episodes."""

    own: Protection | None
    because: list[str]
    rule: Rule
    library: Rule

    @property
    def holds(self) -> Rule:
        return self.rule.over(self.library)


def free(items: MediaItemQuerySet) -> MediaItemQuerySet:
    """Those that nothing keeps; of a show that keeps some, as many as it can spare. To ask that is a long
    query, which most homes never need."""
    if Protection.objects.exists() or KeepRule.objects.exists():
        return items.unprotected().dispensable()
    return items


def keeping_of(item: MediaItem) -> Keeping:
    own, because = known(item), sentences([item]).get(item.pk, [])
    rules = (rule_of(item), rule_of(item.section)) if item.type == MediaItem.Type.SHOW else (Rule(), Rule())
    return Keeping(own, because[1:] if own else because, *rules)


def reasons(items: Iterable[MediaItem], surely: Q = SURELY_THERE) -> dict[int, str]:
    """As `sentences`, in one line."""
    return {pk: together(words) for pk, words in sentences(items, surely).items()}


def sentences(items: Iterable[MediaItem], surely: Q = SURELY_THERE) -> dict[int, list[str]]:
    """For each that is kept, by its primary key: all that keeps it, the nearest first. A constant number of
    queries.

    `surely`: which leaves are surely there; the rules count no others.
    """
    wanted = {item.pk: item for item in items}
    found = defaultdict(list)
    for told in (
        _by_item(wanted), _by_section(wanted), _by_viewer(wanted), ruling.kept(wanted.values(), surely)
    ):  # fmt: skip
        for pk, words in told:
            found[pk].append(words)
    return dict(found)


def why(item: MediaItem, surely: Q = SURELY_THERE) -> str:
    """Empty when nothing keeps it."""
    return reasons([item], surely).get(item.pk, "")


def _by_item(items: Items) -> Told:
    rows = Protection.objects.filter(item__in={key for item in items.values() for key in _levels(item)})
    protections = {row.item_id: row for row in rows.select_related("item")}
    for pk, item in items.items():
        for row in filter(None, map(protections.get, _levels(item))):
            yield pk, _words(row, row.item.type if row.item else "")


def _by_section(items: Items) -> Told:
    rows = Protection.objects.filter(section__in={item.section_id for item in items.values()})
    protections = {row.section_id: row for row in rows.select_related("section")}
    for pk, item in items.items():
        if row := protections.get(item.section_id):
            yield pk, _words(row, "section")


def _words(row: Protection, what: str) -> str:
    return _((BY_NAME if row.by_name else NAMELESS)[what], who=row.by_name, section=row.section)


def _by_viewer(items: Items) -> Told:
    everything = {key for item in items.values() for key in _levels(item)}
    rows = Assignment.objects.filter(item__in=everything, viewer__protections__isnull=False)
    names: dict[int, set[str]] = defaultdict(set)
    for key, name in rows.values_list("item", "viewer__name"):
        names[key].add(name)
    for pk, item in items.items():
        for name in sorted({name for key in _levels(item) for name in names.get(key, ())}):
            yield pk, _("It is assigned to %(viewer)s, who is protected.", viewer=name)


def _levels(item: MediaItem) -> list[int]:
    """The keys of the title, its season and its show."""
    return [key for key in (item.pk, item.parent_id, item.show_id) if key]
