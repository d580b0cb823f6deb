"""The titles a person is looking for, and how far each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexUser
from media.models import LibrarySection, MediaItem
from media.models.library import MediaItemQuerySet

# How a leaf leads to the row of a kind that stands for it.
LEVELS: dict[str, str] = {
    MediaItem.Type.MOVIE: "pk",
    MediaItem.Type.EPISODE: "pk",
    MediaItem.Type.SEASON: "parent",
    MediaItem.Type.SHOW: "show",
}
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
        kinds = [chosen["type"]] if chosen.get("type") else TOPS
        items = MediaItem.objects.present().filter(type__in=kinds)
        if chosen.get("section"):
            items = items.filter(section=chosen["section"])
        if chosen.get("q"):
            items = items.filter(title__icontains=chosen["q"])
        state, viewer = chosen.get("state"), chosen.get("viewer")
        if state == "unassigned":
            items = items.exclude(_holds(_covered(viewer), kinds))
        elif state or viewer:
            items = items.filter(_holds(_in_state(state, viewer), kinds))
        return items.select_related("show", "parent").in_order()


def _covered(viewer: PlexUser | None) -> MediaItemQuerySet:
    return MediaItem.objects.covered_for(viewer) if viewer else MediaItem.objects.covered()


def _in_state(state: str | None, viewer: PlexUser | None) -> MediaItemQuerySet:
    """The covered leaves a state is about, for everybody or for one viewer."""
    leaves = _covered(viewer)
    match state:
        case "waiting":
            return MediaItem.objects.waiting_for(viewer) if viewer else leaves.waiting()
        case "complete":
            return leaves.seen_by(viewer) if viewer else leaves.complete()
        case "queued":
            return queued(leaves)
    return leaves


def queued(leaves: MediaItemQuerySet) -> MediaItemQuerySet:
    """Leaves with a deletion that is not over."""
    return leaves.filter(deletions__isnull=False, deletions__finished_at=None).distinct()


def _holds(leaves: MediaItemQuerySet, kinds: Iterable[str]) -> Q:
    """Rows that are one of the leaves, or have one below them."""
    rows = Q(pk__in=[])
    for kind in kinds:
        level = LEVELS[kind]
        below = leaves.filter(type=kind if kind in MediaItem.LEAVES else MediaItem.Type.EPISODE)
        # NOT IN a list that holds NULL is never true.
        rows |= Q(type=kind, pk__in=below.exclude(**{level: None}).values(level))
    return rows


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
