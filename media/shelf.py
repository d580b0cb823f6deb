"""The titles a person is looking for, and how far each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexUser
from media.models import LibrarySection, MediaItem
from media.models.library import MediaItemQuerySet

TOPS = (MediaItem.Type.MOVIE, MediaItem.Type.SHOW)
STATES = {
    "waiting": _("Waiting for somebody"),
    "complete": _("Seen by everybody"),
    "queued": _("In the queue"),
    "unassigned": _("Assigned to nobody"),
}


class Filters(forms.Form):
    """They live in the address. One that makes no sense filters nothing."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    section = forms.ModelChoiceField(
        LibrarySection.objects.present(), label=_("Library"), required=False, empty_label=_("All libraries")
    )
    type = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Movies and shows")), *MediaItem.Type.choices]
    )
    viewer = forms.ModelChoiceField(
        PlexUser.objects.all(), label=_("Viewer"), required=False, empty_label=_("All viewers")
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *STATES.items()]
    )

    def items(self) -> MediaItemQuerySet:
        self.full_clean()
        chosen = self.cleaned_data
        items = MediaItem.objects.present().filter(type__in=[chosen["type"]] if chosen.get("type") else TOPS)
        if chosen.get("section"):
            items = items.filter(section=chosen["section"])
        if chosen.get("q"):
            items = items.filter(title__icontains=chosen["q"])
        items = _in_state(items, chosen.get("state", ""), chosen.get("viewer"))
        return items.select_related("show", "parent").in_order()


def _in_state(items: MediaItemQuerySet, state: str, viewer: PlexUser | None) -> MediaItemQuerySet:
    leaves = MediaItem.objects.covered_for(viewer) if viewer else MediaItem.objects.covered()
    match state:
        case "waiting":
            return items.filter(_holds(leaves.unseen_by(viewer) if viewer else leaves.waiting()))
        case "complete":
            return items.filter(_holds(leaves.seen_by(viewer) if viewer else leaves.complete()))
        case "queued":
            return items.filter(_holds(queued(leaves)))
        case "unassigned":
            return items.exclude(_holds(leaves))
    return items.filter(_holds(leaves)) if viewer else items


def queued(leaves: MediaItemQuerySet) -> MediaItemQuerySet:
    """Leaves with a deletion that is not over."""
    return leaves.filter(deletions__isnull=False, deletions__finished_at=None).distinct()


def _holds(leaves: MediaItemQuerySet) -> Q:
    """Rows that are one of the leaves, or have one below them."""
    above = Q(pk__in=leaves.values("pk"))
    for level in ("parent", "show"):
        # NOT IN a list that holds NULL is never true.
        above |= Q(pk__in=leaves.exclude(**{level: None}).values(level))
    return above


@dataclass(frozen=True)
class Standing:
    """How far a title is, in leaves."""

    total: int = 0
    covered: int = 0
    complete: int = 0
    queued: int = 0

    @property
    def state(self) -> str:
        if self.queued:
            return "queued"
        if not self.covered:
            return "unassigned"
        return "complete" if self.complete == self.covered else "waiting"


def standings(items: Iterable[MediaItem]) -> dict[int, Standing]:
    """In four queries, however many items: a season and a show are judged by their episodes."""
    keys = [item.pk for item in items]
    below = MediaItem.objects.leaves().filter(Q(pk__in=keys) | Q(parent__in=keys) | Q(show__in=keys))
    counts = {
        "total": _count(below, keys),
        "covered": _count(below.covered(), keys),
        "complete": _count(below.complete(), keys),
        "queued": _count(queued(below), keys),
    }
    return {key: Standing(**{name: by_key.get(key, 0) for name, by_key in counts.items()}) for key in keys}


def _count(leaves: MediaItemQuerySet, keys: list[int]) -> dict[int, int]:
    top = Case(When(pk__in=keys, then=F("pk")), When(parent__in=keys, then=F("parent")), default=F("show"))
    rows: QuerySet[MediaItem, tuple[int, int]] = (
        leaves.annotate(top=top).values("top").annotate(n=Count("pk", distinct=True)).values_list("top", "n")
    )
    return dict(rows.order_by())
