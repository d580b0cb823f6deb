"""Small marks every page uses: icons, places in the navigation, moments, states."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib.messages.storage.base import Message
from django.template import Library
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.feedback import UNDO
from accounts.models import Job
from accounts.paths import page_of
from plaxe.places import MAIN, MORE, area_of

register = Library()

GROUPS = {"main": MAIN, "more": MORE}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture out of the sprite; whoever uses it says in text what it means."""
    sprite = static("plaxe/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.inclusion_tag("_places.html", takes_context=True)
def places(context: Context, group: str) -> dict[str, Any]:
    """Links of the bar; the one to where one is says so."""
    request = context["request"]
    shown = [place for place in GROUPS[group] if request.user.is_staff or not place.for_staff]
    return {"places": shown, "current": area_of(request.path)[0]}


@register.inclusion_tag("_area.html", takes_context=True)
def area(context: Context) -> dict[str, Any]:
    """The neighbours of a page, where it has some."""
    place, tab = area_of(context["request"].path)
    return {"area": place, "current": tab}


@register.filter
def thousands(number: int | None) -> str:
    """With the visitor's mark between them."""
    return number_format(number or 0, force_grouping=True)


@register.filter
def ends_at(job: Job) -> datetime | None:
    return job.ends_at(timezone.now())


@register.filter
@register.simple_tag
def when(moment: datetime | str | None) -> SafeString | str:
    """How far away, and exactly on hover, in the visitor's zone and language."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) and moment else moment
    if not isinstance(at, datetime):
        return _("never")
    there = timezone.localtime(at)
    exact = f"{date_format(there, 'DATETIME_FORMAT')} {there.tzname()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, _distance(at))


def _distance(at: datetime) -> str:
    now = timezone.now()
    if abs(at - now) < timedelta(minutes=1):
        return _("now")
    if at > now:
        return _("in %(time)s") % {"time": timesince(now, at, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}


@register.simple_tag(takes_context=True)
def undo(context: Context, message: Message) -> dict[str, Any] | None:
    """How to take back what the message tells: path, fields, and the page to come back to."""
    tag = message.extra_tags or ""
    if not tag.startswith(UNDO):
        return None
    parts = urlsplit(tag.removeprefix(UNDO))
    return {"path": parts.path, "fields": parse_qsl(parts.query), "back": page_of(context["request"])}


@register.simple_tag
def state(kind: Any, text: str) -> SafeString:
    """A word with a colour that means the same everywhere."""
    return format_html('<span class="state {}">{}</span>', str(kind).lower(), text)
