"""Small marks every page uses: icons, places in the navigation, moments, states."""

from datetime import datetime, timedelta
from typing import Any

from django.template import Library
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture out of the sprite; whoever uses it says in text what it means."""
    sprite = static("plaxe/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag(takes_context=True)
def place(context: Context, view: str, picture: str, name: str) -> SafeString:
    """A link of the navigation; it knows when one is there."""
    url = reverse(view)
    path = context["request"].path
    here = path == url if view == "deletions:dashboard" else path.startswith(url)
    current = SafeString(' aria-current="page"' if here else "")
    return format_html(
        '<a class="place" href="{}"{}>{}<span>{}</span></a>', url, current, icon(picture), name
    )


@register.filter
def when(moment: datetime | str | None) -> SafeString | str:
    """How far away, and exactly on hover."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) and moment else moment
    if not isinstance(at, datetime):
        return _("never")
    exact = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, _distance(at))


def _distance(at: datetime) -> str:
    now = timezone.now()
    if abs(at - now) < timedelta(minutes=1):
        return _("now")
    if at > now:
        return _("in %(time)s") % {"time": timesince(now, at, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}


@register.simple_tag
def state(kind: Any, text: str) -> SafeString:
    """A word with a colour that means the same everywhere."""
    return format_html('<span class="state {}">{}</span>', str(kind).lower(), text)
