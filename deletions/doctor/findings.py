"""What a check finds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Level(TextChoices):
    OK = "ok", _("well")
    NOTE = "note", _("to know")
    WARNING = "warning", _("look at it")
    PROBLEM = "problem", _("stops it")
    UNKNOWN = "unknown", _("not known")


@dataclass(frozen=True)
class Finding:
    """`check` names for machines what was looked at; `advice` says what to do, empty when all is well."""

    check: str
    level: Level
    words: Words
    advice: Words = ""
    server: str = ""


def _of(level: Level) -> Callable[..., Finding]:
    return lambda check, words, advice="": Finding(check, level, words, advice)


well, note, warning, problem, unknown = map(_of, Level)
