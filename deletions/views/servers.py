"""Stop looking after a server."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.models import PlexServer
from accounts.requests import Request
from deletions.models import AuditEntry
from deletions.parting import belongings, obstacles, part_from


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: Request, pk: int) -> HttpResponse:
    """Asks first."""
    server = get_object_or_404(PlexServer, pk=pk)
    if request.method != "POST":
        return _page(request, server)
    try:
        part_from(server, timezone.now(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("deletions:disconnect", pk)
    messages.success(request, _("%s is removed. Nothing was deleted on it.") % server.name)
    return redirect("accounts:servers")


def _page(request: Request, server: PlexServer) -> HttpResponse:
    page = {
        "server": server,
        "belongings": belongings(server),
        "obstacles": obstacles(server),
        "recorded": AuditEntry.objects.filter(server=server).count(),
    }
    return render(request, "deletions/disconnect.html", page)
