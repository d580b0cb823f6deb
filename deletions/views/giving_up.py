"""What was sent to a server that is gone for good: somebody says that he waits no longer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.requests import Request
from deletions import queue
from deletions.models import Deletion


@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: Request, pk: int) -> HttpResponse:
    """Asks first."""
    deletion = get_object_or_404(Deletion.objects.select_related("server"), pk=pk)
    if request.method != "POST" and queue.is_unsettled(deletion):
        return render(request, "deletions/give_up.html", {"deletion": deletion})
    try:
        queue.give_up(deletion, timezone.now(), by=request.user)
        messages.success(request, _("%s is given up.") % deletion.title)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deletions:queue")
