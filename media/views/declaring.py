"""The owner's word on who has seen a title, from its page. Without script it leads back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import PlexUser
from accounts.requests import Request
from media import watching
from media.models import MediaItem
from media.views import items
from media.views.assigning import People


@require_POST
def declare(request: Request, pk: int) -> HttpResponse:
    item, chosen = items.find(pk), People(request.POST)
    if chosen.is_valid():
        for viewer in chosen.cleaned_data["viewer"]:
            _declare(request, item, viewer)
    else:
        messages.error(request, _("Choose at least one viewer."))
    if request.htmx:
        return render(request, "media/_watching.html", {"swap": True, **items.watching(request, item)})
    return redirect(f"{reverse('media:item', args=[item.pk])}?{request.GET.urlencode()}")


def _declare(request: Request, item: MediaItem, viewer: PlexUser) -> None:
    seen = request.POST.get("seen") == "yes"
    try:
        watching.declare(item, viewer, timezone.now(), seen=seen, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    words = _("%(viewer)s has seen it: written down.") if seen else _("%(viewer)s has not: written down.")
    messages.success(request, words % {"viewer": viewer})
