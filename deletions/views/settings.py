"""What the owner may choose, and how Plaxe is set up."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_celery_beat.models import PeriodicTask

from accounts.models import PlexServer
from accounts.requests import Request
from deletions.forms import PolicyForm
from deletions.models import AuditEntry, Deletion, Policy

FIRST_SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponse:
    form = PolicyForm(request.POST if request.method == "POST" else None, policy=Policy.load())
    if not form.is_valid():
        return render(request, "deletions/settings.html", {"form": form, **_installation()})
    now = timezone.now()
    if form.arms and "confirmed" not in request.POST:
        return render(request, "deletions/arm.html", {"form": form, **_first(now)})
    _save(form, request, now)
    messages.success(request, " ".join(form.changes()) or _("Nothing was changed."))
    return redirect("deletions:settings")


def _installation() -> dict[str, Any]:
    schedule = PeriodicTask.objects.select_related("interval", "crontab", "solar", "clocked")
    return {
        "servers": PlexServer.objects.select_related("history_cursor"),
        "schedule": schedule.exclude(name="celery.backend_cleanup").order_by("name"),
    }


def _first(now: datetime) -> dict[str, Any]:
    """What goes first once the queue is in earnest."""
    scheduled = Deletion.objects.scheduled()
    due = scheduled.filter(scheduled_for__lte=now)
    first = scheduled.select_related("item__show").order_by("scheduled_for", "pk")
    return {"first": first[:FIRST_SHOWN], "due": due.count(), "scheduled": scheduled.count()}


@transaction.atomic
def _save(form: PolicyForm, request: Request, now: datetime) -> None:
    changes = form.changes()
    if not changes:
        return
    form.save()
    AuditEntry(
        at=now, verb=AuditEntry.Verb.CHANGED, by=request.user, by_name=request.user.username, title="Policy",
        text=" ".join(changes),
    ).save()  # fmt: skip
