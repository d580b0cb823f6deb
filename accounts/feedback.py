"""What an action answers: a sentence, and the way to take it back where there is one."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def done(request: HttpRequest, words: str, *, undo: str = "", **fields: object) -> None:
    """`undo` is the path that takes it back, to be called by POST with `fields`."""
    way = f"{UNDO}{undo}?{urlencode(fields, doseq=True)}" if undo else ""
    messages.success(request, words, extra_tags=way)
