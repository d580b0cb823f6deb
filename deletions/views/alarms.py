from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import PlexServer
from accounts.requests import Request
from deletions import alarms


@require_POST
def accept_history(request: Request, pk: int) -> HttpResponse:
    server = get_object_or_404(PlexServer, pk=pk)
    if alarms.accept_shorter_history(server, timezone.now(), by=request.user):
        messages.success(request, _("The history of %s is accepted as it is.") % server)
    else:
        messages.info(request, _("There was nothing to accept on %s.") % server)
    return redirect("deletions:dashboard")
