"""The record: what happened, why, and by whom."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from deletions import export
from deletions.activity import PAGE, Filters
from deletions.models import AuditEntry
from deletions.models.audit import AuditEntryQuerySet

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_GET
def activity(request: Request) -> HttpResponse:
    filters = Filters(request.GET)
    entries, last = filters.entries(), _seen_until(request)
    rest = entries.older_than(last) if last else entries
    found = list(rest.newest_first().select_related("deletion")[: PAGE + 1])
    context = {
        "filters": filters,
        "is_filtered": any(value for name, value in request.GET.items() if name != "before"),
        "days": _by_day(found[:PAGE]),
        "last": found[PAGE - 1] if len(found) > PAGE else None,
        "is_further": last is not None,
    }
    return render(request, "deletions/activity.html", context)


def _seen_until(request: Request) -> AuditEntry | None:
    """The last entry of the page before; nothing on the first one."""
    wanted = request.GET.get("before", "")
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 19
    return AuditEntry.objects.filter(pk=int(wanted)).first() if is_number else None


def _by_day(entries: Iterable[AuditEntry]) -> list[tuple[date, list[AuditEntry]]]:
    days = groupby(entries, lambda entry: timezone.localdate(entry.at))
    return [(day, list(of_day)) for day, of_day in days]


@require_GET
def download(request: Request, kind: str) -> HttpResponseBase:
    """All that the page would show. Filters that make no sense are shown there, and not passed over here."""
    filters = Filters(request.GET)
    entries: AuditEntryQuerySet = filters.entries()
    if filters.errors:
        return redirect(f"{reverse('deletions:activity')}?{request.GET.urlencode()}")
    pieces = export.FORMATS[kind](export.lines(entries))
    name = f"plaxe-audit-{timezone.localdate()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type=TYPES[kind], headers=headers)
