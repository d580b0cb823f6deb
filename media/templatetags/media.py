from django.template import Library
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from media import posters
from media.models import MediaItem

register = Library()


@register.simple_tag
def poster(item: MediaItem | None) -> SafeString:
    """The item's poster; a drawn one where there is none. Select `show` along with the item."""
    subject = posters.shown(item) if item else None
    if subject is None or not subject.thumb:
        url = static("plaxe/poster.svg")
    else:
        url = f"{reverse('media:poster', args=[subject.pk])}?v={posters.version(subject)}"
    return format_html('<img class="poster" src="{}" alt="" loading="lazy" width="200" height="300">', url)


@register.filter
def minutes(item: MediaItem) -> int:
    return round((item.duration or 0) / 60000)
