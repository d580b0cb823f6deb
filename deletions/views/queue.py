"""The queue and the past, and what a person may do about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.paths import safe_path
from accounts.requests import Request
from deletions import queue as verbs
from deletions.models import OPEN, Deletion, Status
from deletions.models.deletion import DeletionQuerySet

PAGE = 50
PAST = tuple(status for status in Status if status not in OPEN)
GROUPS = {"open": (gettext_lazy("Queue"), OPEN), "past": (gettext_lazy("Past"), PAST)}


@require_GET
def queue(request: Request) -> HttpResponse:
    chosen = request.GET.get("status", "")
    counts = _counts()
    context = {
        "page": Paginator(_rows(chosen), PAGE).get_page(request.GET.get("page")),
        "tabs": _tabs(counts, chosen if chosen in (*GROUPS, *Status.values) else "open"),
        "is_new": not counts,
        "braked": Deletion.objects.braked().aggregate(number=Count("pk"), why=Max("held_because")),
    }
    return render(request, "deletions/queue.html", context)


def _rows(chosen: str) -> DeletionQuerySet:
    if chosen in Status.values:
        wanted: tuple[Status, ...] = (Status(chosen),)
    else:
        wanted = GROUPS.get(chosen, GROUPS["open"])[1]
    return _whole().filter(status__in=wanted).in_order()


def _whole() -> DeletionQuerySet:
    return Deletion.objects.select_related("server", "item__show").prefetch_related("audit")


def _counts() -> dict[str, int]:
    return dict(Deletion.objects.values_list("status").annotate(n=Count("pk")).order_by())


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    tabs = []
    for group, (name, statuses) in GROUPS.items():
        number = sum(counts.get(status, 0) for status in statuses)
        tabs.append({"key": group, "name": name, "number": number})
        tabs += [{"key": s, "name": s.label, "number": counts[s]} for s in statuses if counts.get(s)]
    return [{**tab, "is_current": tab["key"] == chosen} for tab in tabs]


@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    return _act(request, pk, verbs.cancel, _("%s stays."))


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    return _act(request, pk, verbs.approve, _("%s is approved."))


@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    return _act(request, pk, verbs.retry, _("%s is in the queue again."))


@require_POST
def approve_braked(request: Request) -> HttpResponse:
    """One approval for everything that waits because it was too much at once."""
    now = timezone.now()
    braked = Deletion.objects.braked().select_related("server", "item")
    with transaction.atomic():
        for deletion in braked:
            verbs.approve(deletion, now, by=request.user)
    messages.success(request, _("%d titles are approved.") % len(braked))
    return redirect("deletions:queue")


def _act(request: Request, pk: int, verb: Callable[..., None], done: str) -> HttpResponse:
    deletion = get_object_or_404(Deletion, pk=pk)
    try:
        verb(deletion, timezone.now(), by=request.user)
        messages.success(request, done % deletion.title)
    except Refused as refusal:
        messages.error(request, str(refusal))
    if request.htmx:
        row = {"deletion": get_object_or_404(_whole(), pk=pk), "swap": True}
        return render(request, "deletions/_changed.html", row)
    return redirect(safe_path(request.POST.get("back")))
