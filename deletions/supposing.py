"""The settings of a simulation, as a person supposes them in an address."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.durations import duration_text
from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import fields
from deletions.simulation import MOST_DAYS, Terms, common_delay, number_of_viewers
from media.models import ALL

DAYS = 90


def _quorums() -> list[tuple[str, Any]]:
    numbers = range(1, number_of_viewers(None) + 1)
    at_least = ((str(n), ngettext_lazy("%(n)d is enough", "%(n)d are enough", n) % {"n": n}) for n in numbers)
    return [("", _("as assigned")), ("all", _("all of those assigned")), *at_least]


class TermsForm(forms.Form):
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DAYS)
    delay = fields.duration(
        label=_("Delay"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("as it is set for each server")}),
    )
    quorum = forms.ChoiceField(
        label=_("How many must see a title"),
        required=False,
        choices=_quorums,
        error_messages={"invalid_choice": _("There are not so many viewers, or this is no number.")},
    )
    server = forms.ModelChoiceField(
        PlexServer.objects.all(), label=_("Server"), required=False, empty_label=_("All servers")
    )

    @classmethod
    def of(cls, query: QueryDict) -> "TermsForm":
        """What is not said is as it is set."""
        delay = common_delay()
        return cls({"days": DAYS, "delay": "" if delay is None else duration_text(delay), **query.dict()})

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.terms.demand_possible()
            except Refused as refusal:
                raise ValidationError(str(refusal)) from None
        return self.cleaned_data

    @property
    def terms(self) -> Terms:
        chosen = self.cleaned_data
        quorum = {"": None, "all": ALL}.get(chosen["quorum"], chosen["quorum"])
        return Terms(
            chosen["days"], chosen["delay"], None if quorum is None else int(quorum), chosen["server"]
        )
