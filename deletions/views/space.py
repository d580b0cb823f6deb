"""How much room each library is to have."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.requests import Request
from deletions.models import Hold, SpaceRule, Status
from deletions.space.form import SpaceForm
from deletions.space.gauge import Gauge
from media.models import LibrarySection


@require_GET
def space(request: Request) -> HttpResponse:
    return _page(request)


@require_POST
def change_space(request: Request, pk: int) -> HttpResponse:
    section = get_object_or_404(LibrarySection.objects.present().select_related("server"), pk=pk)
    form = SpaceForm(request.POST, section=section, rule=SpaceRule.objects.filter(section=section).first())
    if not form.is_valid():
        return _page(request, form)
    try:
        form.save(timezone.now(), by=request.user)
        messages.success(request, _("The rule of %s is saved. It holds from the next pass on.") % section)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form)
    return redirect("deletions:space")


def _page(request: Request, tried: SpaceForm | None = None) -> HttpResponse:
    waiting = Q(items__deletions__status=Status.HELD, items__deletions__hold=Hold.SPACE)
    sections = LibrarySection.objects.present().select_related("server", "space_rule")
    rows = [_row(section, tried) for section in sections.annotate(waiting=Count("pk", filter=waiting))]
    return render(request, "deletions/space.html", {"libraries": rows})


def _row(section: LibrarySection, tried: SpaceForm | None) -> dict[str, Any]:
    rule: SpaceRule | None = getattr(section, "space_rule", None)
    is_tried = tried is not None and tried.section.pk == section.pk
    return {
        "section": section,
        "form": tried if is_tried else SpaceForm(None, section=section, rule=rule),
        "now": (Gauge.of(rule).look(0) or _("Room is needed.")) if rule else "",
    }
