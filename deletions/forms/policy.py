"""The policy as a person writes it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deletions import fields
from deletions.forms.choices import MOST_TITLES, Choices
from deletions.models.policy import VARIABLES, Policy

MOST_DAYS = 3650
ON = {
    "dry_run": _("Dry run is on."),
    "delay": _("The delay is %s."),
    "brake_items": _("The brake is pulled by more than %s titles at once."),
    "brake_percent": _("The brake is pulled by more than %s percent of a library at once."),
    "brake_bytes": _("The brake is pulled by more than %s at once."),
    "playing_holds_show": _("While an episode plays, its whole show waits."),
    "quarantine": _("Files go to the trash."),
    "trash_days": _("The trash keeps files for %s days."),
}
OFF = {
    "dry_run": _("Dry run is off."),
    "brake_items": _("No number of titles pulls the brake."),
    "brake_percent": _("No share of a library pulls the brake."),
    "brake_bytes": _("No size pulls the brake."),
    "playing_holds_show": _("While an episode plays, only that episode waits."),
    "quarantine": _("Files are deleted and not moved to the trash."),
}
PARTS = (
    ("", "", ("dry_run",)),
    ("", "", ("delay",)),
    (
        _("Brake"),
        _("When more becomes due at once, all of it waits for one approval. 0 switches a limit off."),
        ("brake_items", "brake_percent", "brake_bytes"),
    ),
    (_("Playing"), "", ("playing_holds_show",)),
    (_("Trash"), "", ("quarantine", "trash_days")),
)


class PolicyForm(Choices):
    PARTS, ON, OFF = PARTS, ON, OFF

    dry_run = forms.BooleanField(
        label=_("Dry run"),
        required=False,
        help_text=_("The queue fills and every title says when it would go. Nothing is deleted."),
    )
    delay = fields.duration(
        label=_("Delay"),
        help_text=_(
            "How long a title waits after everybody has seen it. Titles in the queue keep the time they have."
        ),
    )
    brake_items = fields.whole(
        label=_("Titles at once"),
        most=MOST_TITLES,
        help_text=_("As many may become due in one pass."),
    )
    brake_percent = fields.whole(
        label=_("Percent of a library"),
        most=100,
        help_text=_("Ten titles or fewer are never too many."),
    )
    brake_bytes = fields.size(
        label=_("Size at once"),
        help_text=_("What they take together, such as 200GB."),
    )

    playing_holds_show = forms.BooleanField(
        label=_("Hold the whole show"),
        required=False,
        help_text=_(
            "While somebody plays an episode, the others of its season and show wait too. "
            "What is playing itself always waits."
        ),
    )
    quarantine = forms.BooleanField(
        label=_("Move to a trash"),
        required=False,
        help_text=_(
            "Files are moved to a trash beside them instead of being deleted, and can be put back. "
            "A title for which that is not possible waits for you."
        ),
    )
    trash_days = fields.whole(
        label=_("Days in the trash"),
        least=1,
        most=MOST_DAYS,
        help_text=_("After so many days files are purged from the trash; only then is their room free."),
    )

    def __init__(self, data: Any, *, policy: Policy) -> None:
        super().__init__(data, {name: getattr(policy, name) for name in VARIABLES}, policy.seal)
        self.policy = policy
        for name, field in self.fields.items():
            if name in policy.locked:
                field.disabled = True
                field.locked_by = VARIABLES[name]  # type: ignore[attr-defined]

    def clean_quarantine(self) -> bool:
        wanted: bool = self.cleaned_data["quarantine"]
        if wanted and not settings.PLAXE_MEDIA_ROOTS:
            raise ValidationError(_("Set PLAXE_MEDIA_ROOTS first: it says where the files are."))
        return wanted

    def save(self) -> None:
        """Only what was changed: what the environment says is nobody's choice here."""
        for name in self.changed_data:
            setattr(self.policy, f"saved_{name}", self.cleaned_data[name])
        self.policy.save(update_fields=[f"saved_{name}" for name in self.changed_data])
