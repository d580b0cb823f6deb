from django.template import Library
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import avatars
from accounts.models import PlexUser

register = Library()


@register.simple_tag
def avatar(viewer: PlexUser) -> SafeString:
    """A small round picture; whoever uses it writes the name beside it."""
    url = f"{reverse('accounts:avatar', args=[viewer.pk])}?v={avatars.version(viewer)}"
    return format_html('<img class="avatar" src="{}" alt="" loading="lazy" width="40" height="40">', url)


@register.filter
def called(viewer: PlexUser) -> str:
    """What the interface calls somebody, also whoever has no name."""
    return viewer.name or str(viewer.plex_id)
