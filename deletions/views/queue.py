"""The queue and the past, and what a person may do about them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.feedback import done
from accounts.paths import safe_path
from accounts.requests import Request
from accounts.tasks import hint
from deletions import protecting, tasks
from deletions import queue as verbs
from deletions.days import begin_of, day_of, end_of
from deletions.models import OPEN, Deletion, Status
from deletions.models.deletion import DeletionQuerySet

PAGE = 50
PAST = tuple(status for status in Status if status not in OPEN)
GROUPS = {"open": (gettext_lazy("Queue"), OPEN), "past": (gettext_lazy("Past"), PAST)}


@require_GET
def queue(request: Request) -> HttpResponse:
    chosen, picked = request.GET.get("status", ""), _picked(request)
    counts = _counts()
    context = {
        "page": Paginator(_rows(chosen) if picked is None else picked.in_order(), PAGE).get_page(
            request.GET.get("page")
        ),
        "tabs": _tabs(
            counts, "" if picked is not None else chosen if chosen in (*GROUPS, *Status.values) else "open"
        ),
        "day": day_of(request.GET.get("day", "")),
        "is_new": not counts,
        "braked": Deletion.objects.braked().aggregate(number=Count("pk"), why=Max("held_because")),
    }
    return render(request, "deletions/queue.html", context)


def _picked(request: Request) -> DeletionQuerySet | None:
    """The one, or those of the day, that the address names."""
    one, day = request.GET.get("id", ""), day_of(request.GET.get("day", ""))
    if one.isascii() and one.isdecimal() and len(one) < 19:
        return _whole().filter(pk=int(one))
    return _whole().leaving_between(begin_of(day), end_of(day)) if day else None


def _rows(chosen: str) -> DeletionQuerySet:
    if chosen in Status.values:
        wanted: tuple[Status, ...] = (Status(chosen),)
    else:
        wanted = GROUPS.get(chosen, GROUPS["open"])[1]
    return _whole().filter(status__in=wanted).in_order()


def _whole() -> DeletionQuerySet:
    return Deletion.objects.select_related("server", "item__show").prefetch_related("audit", "item__files")


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
    return _act(request, pk, verbs.cancel, _("%s stays."), reverse("deletions:retry", args=[pk]))


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    """Of several versions the one named, or all."""
    approve = partial(verbs.approve, version=request.POST.get("version"))
    return _act(request, pk, approve, _("%s is approved."))


@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    words = _("%s is in the queue again.")
    return _act(request, pk, verbs.retry, words, reverse("deletions:cancel", args=[pk]))


@require_POST
def hasten(request: Request, pk: int) -> HttpResponse:
    answer = _act(request, pk, verbs.hasten, _("%s waits no longer: it goes as soon as every law agrees."))
    hint(tasks.execute, get_object_or_404(Deletion, pk=pk).server_id)
    return answer


@require_POST
def keep(request: Request, pk: int) -> HttpResponse:
    item = get_object_or_404(Deletion, pk=pk).item_id
    words = _("%s is protected: it never goes.")
    return _act(
        request, pk, protecting.spare, words, reverse("deletions:protect_many"), item=item, remove="yes"
    )


def _act(
    request: Request, pk: int, verb: Callable[..., object], words: str, undo: str = "", **fields: object
) -> HttpResponse:
    """`undo` is the path that takes it back, called with `fields`."""
    deletion = get_object_or_404(Deletion, pk=pk)
    try:
        verb(deletion, timezone.now(), by=request.user)
        done(request, words % deletion.title, undo=undo, **fields)
    except Refused as refusal:
        messages.error(request, str(refusal))
    if request.htmx:
        row = {"deletion": get_object_or_404(_whole(), pk=pk), "swap": True}
        row["place"] = request.POST.get("place", "")  # a title's page, or that of its show
        return render(request, "deletions/_changed.html", row)
    return redirect(safe_path(request.POST.get("back")))
