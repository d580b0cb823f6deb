"""What is in the trash, and what a person may do about it."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.requests import Request
from accounts.tasks import hint
from deletions import tasks
from deletions import trash as verbs
from deletions.models import Deletion, Quarantined

PAGE = 50


@require_GET
def trash(request: Request) -> HttpResponse:
    rows = Quarantined.objects.present().in_order().select_related("deletion__server", "deletion__item__show")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "total": Quarantined.objects.present().aggregate(number=Count("pk"), bytes=Sum("bytes", default=0)),
        "roots": settings.PLAXE_MEDIA_ROOTS,
    }
    return render(request, "deletions/trash.html", context)


@require_POST
def put_back(request: Request, pk: int) -> HttpResponse:
    deletion = get_object_or_404(Deletion, pk=pk)
    try:
        verbs.put_back(deletion, timezone.now(), by=request.user)
        messages.success(request, _("%s is back in its place and stays.") % deletion.title)
        hint(tasks.look_again, deletion.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deletions:trash")


@require_POST
def purge(request: Request, pk: int) -> HttpResponse:
    deletion = get_object_or_404(Deletion, pk=pk)
    try:
        verbs.purge(deletion, timezone.now(), by=request.user)
        messages.success(request, _("%s is deleted for good.") % deletion.title)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deletions:trash")
