"""The policy of one server as a person writes it."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Job
from accounts.wording import sentence
from deletions import fields
from deletions.forms import policy
from deletions.forms.choices import MOST_TITLES, Choices
from deletions.models import OwnPolicy, Policy

OWN = ("dry_run", "delay", "brake_items", "brake_percent", "brake_bytes", "begins_at", "ends_at")
# What the clock does no more often than is said here.
RHYTHMS = {"poll_every": (Job.Kind.POLL,), "queue_every": (Job.Kind.ENQUEUE, Job.Kind.EXECUTE)}
AS_FOR_ALL: dict[str, Any] = {
    "delay": _("The delay is as for all."),
    "brake_items": _("How many titles pull the brake is as for all."),
    "brake_percent": _("Which share of a library pulls the brake is as for all."),
    "brake_bytes": _("Which size pulls the brake is as for all."),
    "begins_at": _("Titles go at any hour."),
    "ends_at": "",
    "poll_every": _("It is asked as often as all."),
    "queue_every": _("Its queue is looked at as often as all."),
}


class OwnPolicyForm(Choices):
    ON = {
        **policy.ON,
        "begins_at": _("Titles go from %s."),
        "ends_at": _("Titles go until %s."),
        "poll_every": _("It is asked at most every %s."),
        "queue_every": _("Its queue is looked at at most every %s."),
    }
    OFF = policy.OFF
    PARTS = (
        ("", "", ("dry_run",)),
        ("", "", ("delay",)),
        (
            _("Brake"),
            _(
                "When more becomes due at once on this server, all of it waits for one approval. 0 switches a"
                " limit off."
            ),
            ("brake_items", "brake_percent", "brake_bytes"),
        ),
        (
            _("Hours"),
            _(
                "Titles go only between these hours, in the time of the machine Plaxe runs on. What becomes"
                " due before that waits for them, also what you want to go now."
            ),
            ("begins_at", "ends_at"),
        ),
        (
            _("How often"),
            _(
                "The schedule in the settings holds for all servers; here it can be made slower for this one."
                " What the server tells by itself, and what you ask for, does not wait."
            ),
            ("poll_every", "queue_every"),
        ),
    )

    dry_run = forms.BooleanField(
        label=_("Dry run"),
        required=False,
        help_text=_(
            "Nothing is deleted on this server, whatever is chosen for all. Its queue fills all the same."
        ),
    )
    delay = fields.duration(
        label=_("Delay"),
        required=False,
        help_text=_(
            "How long a title of this server waits after everybody has seen it. Titles in the queue keep the"
            " time they have."
        ),
    )
    brake_items = fields.whole(label=_("Titles at once"), most=MOST_TITLES, required=False)
    brake_percent = fields.whole(label=_("Percent of a library"), most=100, required=False)
    brake_bytes = fields.size(label=_("Size at once"), required=False)
    begins_at = fields.hour(label=_("From"))
    ends_at = fields.hour(label=_("Until"), help_text=_("Before the other hour: on the next morning."))
    poll_every = fields.duration(
        label=_("Ask who has seen what at most every"),
        required=False,
    )
    queue_every = fields.duration(
        label=_("Look at the queue at most every"),
        required=False,
        help_text=_("Titles enter the queue, and go, when it is looked at."),
    )

    def __init__(self, data: Any, *, own: OwnPolicy) -> None:
        initial = {name: getattr(own, name) for name in OWN} | _rhythms(own)
        super().__init__(data, initial, _seal(initial))
        self.own = own
        self._show_what_counts_for_all(Policy.load())

    def _show_what_counts_for_all(self, for_all: Policy) -> None:
        for name in ("delay", "brake_items", "brake_percent", "brake_bytes"):
            field = self.fields[name]
            value = field.prepare_value(getattr(for_all, name))
            field.widget.attrs["placeholder"] = _("as for all: %s") % value

    def clean(self) -> dict[str, Any]:
        begins, ends = self.cleaned_data.get("begins_at"), self.cleaned_data.get("ends_at")
        if self.errors:
            return self.cleaned_data
        if (begins is None) != (ends is None):
            raise ValidationError(_("Write both hours or none."))
        if begins is not None and begins == ends:
            raise ValidationError(_("The hours begin and end at the same time: leave both empty instead."))
        return self.cleaned_data

    def _told(self, name: str, value: Any) -> str:
        return sentence(AS_FOR_ALL[name]) if value is None else super()._told(name, value)

    def changes(self) -> list[str]:
        return [words for words in super().changes() if words]

    @transaction.atomic
    def save(self) -> None:
        for name in OWN:
            setattr(self.own, name, self.cleaned_data[name])
        self.own.save()
        for name, kinds in RHYTHMS.items():
            for kind in kinds:
                Job.of(self.own.server, kind).keep_to(self.cleaned_data[name])


def _rhythms(own: OwnPolicy) -> dict[str, Any]:
    every = dict(Job.objects.filter(server=own.server).values_list("kind", "every"))
    return {name: every.get(kinds[0]) for name, kinds in RHYTHMS.items()}


def _seal(choices: dict[str, Any]) -> str:
    return hashlib.sha256("\n".join(map(repr, choices.values())).encode()).hexdigest()[:16]
