"""The policy as a person writes it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.durations import duration_text, parse_duration
from deletions.models import Policy

VARIABLES = {"dry_run": "PLAXE_DRY_RUN", "delay": "PLAXE_DELETION_DELAY"}


class DurationText(forms.Field):
    """`90s 15m 24h 7d`; a plain number is seconds."""

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, timedelta) else value

    def to_python(self, value: Any) -> timedelta | None:
        if value in self.empty_values:
            return None
        try:
            return value if isinstance(value, timedelta) else parse_duration(str(value))
        except ValueError:
            raise ValidationError(_("Write a duration such as 90s, 15m, 24h or 7d.")) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class PolicyForm(forms.Form):
    dry_run = forms.BooleanField(
        label=_("Dry run"),
        required=False,
        help_text=_("The queue fills and every title says when it would go. Nothing is deleted."),
    )
    delay = DurationText(
        label=_("Delay"),
        help_text=_(
            "How long a title waits after everybody has seen it. Titles in the queue keep the time they have."
        ),
    )

    def __init__(self, data: Any, *, policy: Policy) -> None:
        super().__init__(data, initial={"dry_run": policy.dry_run, "delay": policy.delay})
        self.policy = policy
        for name, field in self.fields.items():
            if f"saved_{name}" in policy.locked:
                field.disabled = True
                field.locked_by = VARIABLES[name]  # type: ignore[attr-defined]

    @property
    def arms(self) -> bool:
        """Whether saving it makes Plaxe delete in earnest."""
        return "dry_run" in self.changed_data and not self.cleaned_data["dry_run"]

    def changes(self) -> list[str]:
        """What is different, in words."""
        words = {
            "dry_run": _("Dry run is on.") if self.cleaned_data["dry_run"] else _("Dry run is off."),
            "delay": _("The delay is %s.") % duration_text(self.cleaned_data["delay"]),
        }
        return [str(words[name]) for name in self.changed_data]

    def save(self) -> None:
        """Only what was changed: what the environment says is nobody's choice here."""
        for name in self.changed_data:
            setattr(self.policy, f"saved_{name}", self.cleaned_data[name])
        self.policy.save(update_fields=[f"saved_{name}" for name in self.changed_data])
