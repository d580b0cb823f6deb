"""Who watches."""

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Access, PlexUser
from accounts.requests import Request

VIEWERS_A_PAGE = 25
ASSIGNMENTS_A_PAGE = 50
PIN = re.compile(r"[0-9]{4,8}")


def with_access() -> QuerySet[Any]:
    """Viewers with their servers; `is_here` where at least one of them still lets the viewer in."""
    here = Access.objects.filter(viewer=OuterRef("pk"), gone_at=None)
    access = Prefetch("access_set", Access.objects.select_related("server"))
    return PlexUser.objects.annotate(is_here=Exists(here)).prefetch_related(access)


@require_safe
def all_viewers(request: Request) -> HttpResponse:
    viewers = with_access().order_by("-is_here", "name", "plex_id")
    page = Paginator(viewers, VIEWERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/users.html", {"page": page})


@require_safe
def one_viewer(request: Request, pk: int) -> HttpResponse:
    viewer = get_object_or_404(with_access(), pk=pk)
    assignments = viewer.assignments.select_related("item__show", "server").order_by("-assigned_at", "-pk")
    page = Paginator(assignments, ASSIGNMENTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/user.html", {"viewer": viewer, "viewer_alone": [viewer], "page": page})


@sensitive_post_parameters("pin")
@require_POST
def pin(request: Request, pk: int) -> HttpResponse:
    """Keep the PIN of a protected home user, or forget it."""
    viewer = get_object_or_404(PlexUser, pk=pk, kind=PlexUser.Kind.HOME)
    given = request.POST.get("pin", "").strip()
    if given and not PIN.fullmatch(given):
        messages.error(request, _("A PIN is four digits. Nothing was kept."))
    else:
        viewer.take_pin(given)
        words = _("The PIN is kept. The next poll uses it.") if given else _("The PIN is forgotten.")
        messages.success(request, words)
    return redirect("accounts:user", pk)
