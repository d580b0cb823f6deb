from datetime import datetime
from typing import Any

from django.template import Library
from django.template.context import Context
from django.utils import timezone

from deletions.advice import advice_on
from deletions.fate import fate_of
from deletions.protections import said_of
from deletions.queue import is_unsettled
from deletions.schedule import meaning_of
from deletions.sentences import picture_of, sentence_of
from media.models import MediaItem, Watch
from media.versions import Version, versions_of

register = Library()

SAID = 20
register.filter("advice", advice_on)
register.filter("meaning", meaning_of)
register.filter("picture", picture_of)
register.filter("sentence", sentence_of)
register.filter("unsettled", is_unsettled)


@register.filter
def versions(item: MediaItem | None) -> list[Version]:
    """Those among which there is a choice."""
    found = versions_of(item) if item else []
    return found if len(found) > 1 else []


@register.filter
def is_ahead(moment: datetime) -> bool:
    return moment > timezone.now()


@register.filter
def source(name: str) -> str:
    """As a deletion remembers it, in the visitor's language."""
    return str(Watch.Source(name).label) if name in Watch.Source.values else name


@register.filter
def basename(path: str) -> str:
    """Whatever the system of the server: `/films/a.mkv`, `D:\\films\\a.mkv`."""
    return path.replace("\\", "/").rpartition("/")[2]


@register.inclusion_tag("deletions/_said.html", takes_context=True)
def protections(context: Context, item: MediaItem) -> dict[str, Any]:
    """Asked for by a title's page as well: who protected what, and when."""
    return {"entries": said_of(item)[:SAID], "request": context["request"]}


@register.inclusion_tag("deletions/_fate.html", takes_context=True)
def fate(context: Context, item: MediaItem) -> dict[str, Any]:
    """A title's page asks for it, which knows nothing of deletions."""
    request = context["request"]
    place = "title" if item.is_leaf else "show"
    return {"item": item, "fate": fate_of(item), "request": request, "place": place}
