"""Choices that are made on a page, asked about where they make Plaxe delete, and told in words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from accounts.wording import sentence

Words = Any  # a text of some language, or one that is translated when it is read
MOST_TITLES = 1_000_000


class Choices(forms.Form):
    """`seal` is another one as soon as anything was changed: a form says by it what its reader saw."""

    PARTS: ClassVar[tuple[tuple[Words, Words, tuple[str, ...]], ...]]
    ON: ClassVar[Mapping[str, Words]]  # what is said of a choice, `%s` being its value ...
    OFF: ClassVar[Mapping[str, Words]]  # ... and where that is 0 or no

    def __init__(self, data: Any, initial: dict[str, Any], seal: str) -> None:
        super().__init__(data, initial=initial)
        self.seal = seal

    @property
    def parts(self) -> list[tuple[Words, Words, list[forms.BoundField]]]:
        """The fields by what they are about: its name, what is to be known of it, and they."""
        return [(name, words, [self[field] for field in names]) for name, words, names in self.PARTS]

    @property
    def is_stale(self) -> bool:
        """Somebody has changed the settings since this form was shown."""
        return str(self.data.get("seal", self.seal)) != self.seal

    @property
    def arms(self) -> bool:
        """Whether saving it makes Plaxe delete in earnest."""
        return "dry_run" in self.changed_data and not self.cleaned_data["dry_run"]

    def changes(self) -> list[str]:
        """What is different, in words."""
        return [self._told(name, self.cleaned_data[name]) for name in self.changed_data]

    def _told(self, name: str, value: Any) -> str:
        words = (self.ON if value else self.OFF).get(name) or self.ON[name]
        values = [self.fields[name].prepare_value(value)] if "%s" in str(words) else []
        return sentence(words, *values)
