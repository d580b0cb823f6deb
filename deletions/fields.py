"""Numbers as people write them in a form: `24h`, `200GB`, `25`. What makes no sense is refused in words."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.durations import TooLarge, duration_text, parse_duration, parse_size, size_text


class Quantity(forms.Field):
    """A number with a unit."""

    def __init__(
        self,
        parse: Callable[[str], Any],
        show: Callable[[Any], str],
        *,
        wrong: Any,
        too_large: Any,
        **options: Any,
    ) -> None:
        words = {"required": wrong, "invalid": wrong, "too_large": too_large}
        super().__init__(error_messages=words, **options)
        self._parse, self._show = parse, show

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self._show(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value) if value.strip() else None
        except TooLarge:
            raise ValidationError(self.error_messages["too_large"], code="too_large") from None
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def duration(**options: Any) -> Quantity:
    """`90s 15m 24h 7d`; a plain number is seconds. Its value is a timedelta."""
    wrong = _("Write a duration such as 90s, 15m, 24h or 7d; ten years are the longest.")
    most = _("That is too large. Ten years are the longest.")
    return Quantity(parse_duration, duration_text, wrong=wrong, too_large=most, **options)


def size(**options: Any) -> Quantity:
    """`500MB 200GB 2TB`; a plain number is bytes. Its value is that number."""
    wrong = _("Write a size such as 500MB, 200GB or 2TB.")
    most = _("That is too large. At most 1000000TB can be counted.")
    return Quantity(parse_size, size_text, wrong=wrong, too_large=most, **options)


class Hour(forms.TimeField):
    """Of the day, such as `02:30`."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


def hour(**options: Any) -> Hour:
    widget = forms.TextInput(attrs={"type": "time"})
    wrong = {"invalid": _("Write an hour such as 02:30.")}
    return Hour(
        widget=widget, input_formats=["%H:%M", "%H:%M:%S"], required=False, error_messages=wrong, **options
    )


def whole(*, most: int, least: int = 0, **options: Any) -> forms.IntegerField:
    words = format_lazy(_("Write a whole number from {least} to {most}."), least=least, most=f"{most:,}")
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
    return forms.IntegerField(min_value=least, max_value=most, error_messages=wrong, **options)
