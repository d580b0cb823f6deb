"""The titles a person is looking for. What is asked for lives in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexUser
from media.models import LibrarySection, MediaItem
from media.models.library import MediaItemQuerySet
from media.shelf.orders import DEFAULT, SORTS, in_order
from media.shelf.search import found, found_episodes
from media.shelf.states import STATES, in_state

TOPS = (MediaItem.Type.MOVIE, MediaItem.Type.SHOW)
KINDS = {"movie": _("Movies"), "show": _("Shows"), "episode": _("Episodes")}
VIEWS = {"grid": _("Posters"), "table": _("Table")}
USUAL = {"sort": DEFAULT, "view": "grid", "page": "1"}
NARROWING = ("q", "section", "kind", "viewer", "state")


@dataclass(frozen=True)
class Choice:
    """A link to the same shelf with one thing changed."""

    value: str
    label: Any
    address: str
    is_current: bool
    count: int = 0


class Filters(forms.Form):
    """One that makes no sense filters nothing, and is told."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    section = forms.ModelChoiceField(
        LibrarySection.objects.present(), label=_("Library"), required=False, empty_label=_("All libraries")
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=list(KINDS.items()))
    viewer = forms.ModelChoiceField(
        PlexUser.objects.all(), label=_("Viewer"), required=False, empty_label=_("All viewers")
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=list(STATES.items()))
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=list(SORTS.items()))
    view = forms.ChoiceField(label=_("View"), required=False, choices=list(VIEWS.items()))

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.full_clean()

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name)

    @property
    def is_table(self) -> bool:
        return bool(self.chosen("view") == "table")

    @property
    def order(self) -> str:
        return self.chosen("sort") or DEFAULT

    @property
    def left_out(self) -> list[str]:
        """The names of those that make no sense."""
        return [str(self.fields[name].label) for name in self.errors]

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen(name) for name in NARROWING)

    def address(self, **changed: str) -> str:
        """The query that asks for the same, but for what is changed."""
        known = {name: str(self.data.get(name)) for name in self.fields if self.chosen(name)}
        values = known | changed
        names = (name for name in (*self.fields, "page") if values.get(name, "") not in ("", USUAL.get(name)))
        return "?" + urlencode({name: values[name] for name in names})

    @property
    def beside(self) -> list[tuple[str, str]]:
        """What is chosen by links, for the form whose fields stand elsewhere."""
        return [(name, self.chosen(name)) for name in ("kind", "state", "view") if self.chosen(name)]

    @property
    def kinds(self) -> list[Choice]:
        return self._choices("kind", {"": _("All"), **KINDS})

    def states(self, counts: dict[str, int]) -> list[Choice]:
        return self._choices("state", {"": _("Any state"), **STATES}, counts)

    @property
    def views(self) -> list[Choice]:
        return self._choices("view", {"": VIEWS["grid"], "table": VIEWS["table"]})

    def _choices(
        self, name: str, labels: dict[str, Any], counts: dict[str, int] | None = None
    ) -> list[Choice]:
        chosen, known = self.chosen(name) or "", counts or {}
        return [
            Choice(value, label, self.address(**{name: value}), value == chosen, known.get(value, 0))
            for value, label in labels.items()
        ]

    def items(self) -> MediaItemQuerySet:
        kind, text = self.chosen("kind"), self.chosen("q") or ""
        if kind == MediaItem.Type.EPISODE and text:
            items = found_episodes(text)
        else:
            items = found(MediaItem.objects.present().filter(type__in=[kind] if kind else TOPS), text)
        if self.chosen("section"):
            items = items.filter(section=self.chosen("section"))
        items = in_state(items, self.chosen("state") or "", self.chosen("viewer"))
        return in_order(items, self.order).select_related("show", "parent", "section")

    def episodes(self) -> MediaItemQuerySet:
        """What a search finds beside movies and shows."""
        text = self.chosen("q") or ""
        is_asked = text and not (self.chosen("kind") or self.chosen("state") or self.chosen("viewer"))
        return found_episodes(text) if is_asked else MediaItem.objects.none()
