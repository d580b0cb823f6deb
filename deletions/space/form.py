"""A library's rule as a person writes it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from deletions import fields
from deletions.models import SpaceRule
from deletions.space import rules
from media.models import LibrarySection

OFF, DISK, SIZE = "off", "disk", "size"


class SpaceForm(forms.Form):
    measure = forms.ChoiceField(
        label=_("Titles go"),
        choices=[
            (OFF, _("when their time has come")),
            (DISK, _("only while too little is free on the disk")),
            (SIZE, _("only while the library is too large")),
        ],
    )
    path = forms.CharField(
        label=_("Folder on the disk"),
        required=False,
        max_length=4000,
        help_text=_("As Plaxe sees it, such as /media/films."),
    )
    free = fields.size(label=_("To be free there"), required=False, help_text=_("Such as 200GB."))
    limit = fields.size(label=_("Largest size"), required=False, help_text=_("Such as 2TB."))

    def __init__(self, data: Any, *, section: LibrarySection, rule: SpaceRule | None) -> None:
        super().__init__(data, initial=_initial(rule), auto_id=f"space-{section.pk}-%s")
        self.section, self.rule = section, rule

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        measure = given.get("measure")
        if measure == DISK and not given.get("path"):
            self.add_error("path", _("Name the folder by its whole path, such as /media/films."))
        for name, wanted in (("free", DISK), ("limit", SIZE)):
            if measure == wanted and given.get(name) is None and name not in self.errors:
                self.add_error(name, _("Write a size such as 500MB, 200GB or 2TB."))
        return given

    def save(self, now: datetime, *, by: User) -> None:
        """Raises Refused when the disk cannot be measured."""
        given = self.cleaned_data
        match given["measure"]:
            case "disk":
                rules.keep_free(self.section, given["path"], given["free"], now, by=by)
            case "size":
                rules.limit(self.section, given["limit"], now, by=by)
            case _:
                rules.switch_off(self.section, now, by=by)


def _initial(rule: SpaceRule | None) -> dict[str, Any]:
    if rule is None:
        return {"measure": OFF}
    measure = DISK if rule.path else SIZE
    return {"measure": measure, "path": rule.path, "free": rule.free_bytes, "limit": rule.limit_bytes}
