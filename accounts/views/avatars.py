"""A viewer's picture out of our own store; the initials when there is none for us now."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts import avatars
from accounts.models import PlexUser
from accounts.pictures import content_type
from accounts.requests import Request

FOR_EVER = "private, max-age=31536000, immutable"
FOR_NOW = "private, max-age=60"


@require_safe
def avatar(request: Request, pk: int) -> HttpResponse:
    viewer = get_object_or_404(PlexUser, pk=pk)
    content = avatars.picture(viewer)
    kind = content_type(content) if content else None
    is_final = request.GET.get("v") == avatars.version(viewer) and bool(content or not viewer.thumb)
    headers = {"Cache-Control": FOR_EVER if is_final else FOR_NOW}
    if content is None or kind is None:
        return HttpResponse(avatars.drawn(viewer), "image/svg+xml", headers=headers)
    return HttpResponse(content, kind, headers=headers)
