"""Sentences that are written down: in English for the log, commands and files, and said on pages in the
language of whoever reads them.

`from accounts.wording import sentence as _` marks a text for translation, and keeps what it was made of. What
it makes is a text like any other, in English. A template says it in the reader's language by itself, and a
`SentenceField` keeps both in one column.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, override

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField  # Django's fields are generic only for the type checker

Said = dict[str, Any] | list[Any] | str
# Between the English text and what it was made of; JSON never contains it.
MARK = "\x1e"


class Sentence(str):
    __slots__ = ("said",)
    said: Said

    def __new__(cls, english: str, said: Said) -> Self:
        made = super().__new__(cls, english)
        made.said = said
        return made

    def __getnewargs__(self) -> tuple[str, Said]:  # type: ignore[override]
        """For the cache and for other processes."""
        return str(self), self.said

    def __html__(self) -> SafeString:
        return escape(say(self))


def sentence(text: str | Promise, /, *values: object, **names: object) -> Sentence:
    """Names are put in as they are, sentences among them in the reader's language too; or values, in turn."""
    with override("en"):
        english = str(text)
    if not values:
        return _made({"id": english}, english, names)
    said = {"id": english, "values": [_said(value) for value in values]}
    return Sentence(english % tuple(map(str, values)), said)


def counted(one: str, many: str, n: int, /, **names: object) -> Sentence:
    return _made({"id": one, "ids": many, "n": n}, one if n == 1 else many, {"n": n, **names})


def moment(at: datetime) -> Sentence:
    """`2026-11-20 21:14 UTC`; said in the reader's zone."""
    return Sentence(f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", {"at": at.isoformat()})


def together(parts: Iterable[str], between: str = " ") -> str:
    """One after the other."""
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return parts[0]
    return Sentence(between.join(parts), [between, *map(_said, parts)]) if parts else ""


def told(error: Exception) -> str:
    """What an exception says: `str` of it would be English alone."""
    words = error.args[0] if error.args else ""
    return words if isinstance(words, Sentence) else Exception.__str__(error)


def say(text: str) -> str:
    """In the reader's language, as far as it is known what the text was made of."""
    if not isinstance(text, Sentence):
        return text
    try:
        return _spoken(text.said)
    except (AttributeError, KeyError, TypeError, ValueError):  # of another version of Plaxe
        return str(text)


def _made(said: dict[str, Any], english: str, names: dict[str, object]) -> Sentence:
    if not names:
        return Sentence(english, said)
    said["names"] = {name: _said(value) for name, value in names.items()}
    return Sentence(english % {name: str(value) for name, value in names.items()}, said)


def _said(value: object) -> Said:
    return value.said if isinstance(value, Sentence) else str(value)


def _spoken(said: Said) -> str:
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        between, *parts = said
        return str(between).join(map(_spoken, parts))
    if "at" in said:
        return date_format(localtime(datetime.fromisoformat(said["at"])), "SHORT_DATETIME_FORMAT")
    words = ngettext(said["id"], said["ids"], said["n"]) if "ids" in said else gettext(said["id"])
    if "values" in said:
        return words % tuple(map(_spoken, said["values"]))
    names = {name: _spoken(value) for name, value in said.get("names", {}).items()}
    return words % names if names else words


def _stored(text: str) -> str:
    english = text.replace(MARK, " ")
    return f"{english}{MARK}{json.dumps(text.said)}" if isinstance(text, Sentence) else english


def _read(stored: str) -> str:
    english, mark, said = stored.rpartition(MARK)
    try:
        return Sentence(english, json.loads(said)) if mark else stored
    except ValueError:
        return stored


class SentenceField(_TextField):
    """A text; what it was made of comes after it. To the database it is a text like others."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return value and _read(value)

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _stored(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class SentencesField(models.JSONField):
    """A list of them."""

    def from_db_value(self, *args: Any) -> Any:
        return [_read(each) if isinstance(each, str) else each for each in super().from_db_value(*args) or []]

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value([_stored(each) if isinstance(each, str) else each for each in value])

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
