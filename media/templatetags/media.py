from collections.abc import Iterable
from typing import Any

from django.template import Library
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import PlexUser
from media import posters
from media.holding_up import HeldUp, Progress, held_up, progress
from media.models import MediaItem
from media.shelf.filters import Filters
from media.shelf.standing import Standing

register = Library()
MOST_SHOWN = 12
BADGES = {
    "queued": ("scheduled", gettext_lazy("In the queue")),
    "held": ("held", gettext_lazy("Held")),
    "complete": ("complete", gettext_lazy("Seen by all")),
    "protected": ("good", gettext_lazy("Protected")),
    "waiting": ("waiting", gettext_lazy("Waiting")),
    "unassigned": ("nobody", gettext_lazy("Unassigned")),
}


@register.simple_tag
def poster(item: MediaItem | None, kind: str = "poster") -> SafeString:
    """The item's poster; a drawn one where there is none. Select `show` along with the item."""
    subject = posters.shown(item) if item else None
    if subject is None or not subject.thumb:
        url = static("plaxe/poster.svg")
    else:
        url = f"{reverse('media:poster', args=[subject.pk])}?v={posters.version(subject)}"
    img = '<img class="{}" src="{}" alt="" loading="lazy" width="200" height="300">'
    return format_html(img, kind, url)


@register.filter
def length_of(item: MediaItem) -> str:
    hours, minutes = divmod(round((item.duration or 0) / 60000), 60)
    short = _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes} if hours else short


@register.filter
def short_title(item: MediaItem) -> str:
    """Where year, show and number stand beside it."""
    edition = f" {{{item.edition_title}}}" if item.edition_title else ""
    return f"{item.title or _('Untitled')}{edition}"


@register.simple_tag
def badge(standing: Standing) -> SafeString:
    """How far a title is, in a word; what that means, on hover."""
    kind, word = BADGES[standing.state]
    return format_html('<span class="state {}" title="{}">{}</span>', kind, _meaning(standing), word)


@register.simple_tag
def meaning(standing: Standing) -> str:
    return _meaning(standing)


@register.simple_tag
def tick(item: MediaItem) -> SafeString:
    """The box that selects it."""
    box = '<input type="checkbox" name="item" value="{}"><span class="hidden">{}</span>'
    label = f'<label class="pick">{box}</label>'
    return format_html(label, item.pk, _("Select %(title)s") % {"title": item.full_title})


def _meaning(standing: Standing) -> str:
    left = standing.covered - standing.complete
    several = _("%(queued)d of %(total)d are in the queue.") % {
        "queued": standing.queued,
        "total": standing.total,
    }
    return {
        "queued": several
        if standing.total > 1
        else _("Everybody has seen it. It goes unless somebody cancels."),
        "held": _("Everybody has seen it, and something keeps it from going. Its page says what."),
        "protected": _("Somebody protects it, so it is never deleted."),
        "complete": _("Whoever is assigned has seen it."),
        "waiting": ngettext("%d still has to be seen.", "%d still have to be seen.", left) % left,
        "unassigned": _("Nobody is assigned, so it is never deleted."),
    }[standing.state]


@register.inclusion_tag("media/_sortable.html")
def sortable(filters: Filters, name: str, label: str, kind: str = "") -> dict[str, Any]:
    """The head of a column one may sort by; once more turns the order round."""
    is_current = filters.order.removeprefix("-") == name
    turned = f"-{name}" if filters.order == name else name
    is_up = (filters.order == "title") if name == "title" else filters.order.startswith("-")
    return {
        "label": label,
        "kind": kind,
        "address": filters.address(sort=turned),
        "direction": ("ascending" if is_up else "descending") if is_current else "",
    }


@register.simple_tag
def progress_of(people: Iterable[PlexUser]) -> list[Progress]:
    return progress(people)


@register.simple_tag
def held_up_by(viewer: PlexUser) -> HeldUp:
    return held_up(viewer, MOST_SHOWN)
