"""A title's poster out of our own store; a drawn one when Plex has none for us now."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from accounts.pictures import content_type
from accounts.requests import Request
from media import posters
from media.models import MediaItem

FOR_EVER = "private, max-age=31536000, immutable"
FOR_NOW = "private, max-age=60"


@require_GET
def poster(request: Request, pk: int) -> HttpResponse:
    item = get_object_or_404(MediaItem.objects.select_related("server"), pk=pk)
    content = posters.poster(item)
    kind = content_type(content) if content else None
    if content is None or kind is None:
        drawn = redirect(static("plaxe/poster.svg"))
        drawn.headers["Cache-Control"] = FOR_NOW
        return drawn
    is_current = request.GET.get("v") == posters.version(item)
    return HttpResponse(content, kind, headers={"Cache-Control": FOR_EVER if is_current else FOR_NOW})
