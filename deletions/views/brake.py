"""What waits together for one approval, and why."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.models import PlexServer
from accounts.requests import Request
from deletions import stops
from deletions.models import Hold


@require_GET
def brake(request: Request) -> HttpResponse:
    return render(request, "deletions/brake.html", {"stops": stops.stops(stops.stopped())})


@require_POST
def approve_stopped(request: Request, pk: int, hold: str) -> HttpResponse:
    if hold not in Hold.values:
        raise Http404
    server = get_object_or_404(PlexServer, pk=pk)
    try:
        number = stops.approve(
            server, Hold(hold), request.POST.get("seal", ""), timezone.now(), by=request.user
        )
        messages.success(request, ngettext("%d title goes on.", "%d titles go on.", number) % number)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deletions:brake")
