"""Which part of the record somebody looks at."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer
from deletions.days import FIRST, LAST, begin_of, end_of
from deletions.models import AuditEntry
from deletions.models.audit import AuditEntryQuerySet

PAGE = 50


def _people() -> list[tuple[str, Any]]:
    """Everybody who has done anything, also those who are no longer there."""
    names = AuditEntry.objects.order_by("by_name").values_list("by_name", flat=True).distinct()
    return [("", _("Everybody")), *((name, name) for name in names)]


class Day(forms.DateField):
    """As the date field of a browser writes it."""

    def __init__(self, label: Any) -> None:
        limits = [MinValueValidator(FIRST), MaxValueValidator(LAST)]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            label=label, required=False, input_formats=["%Y-%m-%d"], validators=limits, widget=widget
        )


class Filters(forms.Form):
    """They live in the address. One that makes no sense filters nothing, and says so."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    verb = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("Everything")), *AuditEntry.Verb.choices]
    )
    who = forms.ChoiceField(label=_("Who"), required=False, choices=_people)
    server = forms.ModelChoiceField(
        PlexServer.objects.all(), label=_("Server"), required=False, empty_label=_("All servers")
    )
    since = Day(_("From"))
    until = Day(_("To"))

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        since, until = chosen.get("since"), chosen.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(_("This day is before the first one.")))
        return chosen

    def entries(self) -> AuditEntryQuerySet:
        self.full_clean()
        chosen = self.cleaned_data
        exact = {"verb": chosen.get("verb"), "by_name": chosen.get("who"), "server": chosen.get("server")}
        entries = AuditEntry.objects.filter(**{name: value for name, value in exact.items() if value})
        since, until = chosen.get("since"), chosen.get("until")
        entries = entries.between(since and begin_of(since), until and end_of(until))
        return entries.mentioning(chosen.get("q", ""))
