"""What the owner may choose, and how Plaxe is set up."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_celery_beat.models import PeriodicTask

from accounts.models import PlexServer
from accounts.requests import Request
from accounts.wording import say, together
from deletions import arming
from deletions.forms import PolicyForm
from deletions.models import AuditEntry, Policy


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _change(request)
    return _page(request, PolicyForm(None, policy=Policy.load()))


@transaction.atomic
def _change(request: Request) -> HttpResponse:
    now = timezone.now()
    form = PolicyForm(request.POST, policy=Policy.load_to_change())
    if form.is_stale:
        messages.error(request, _("The settings were changed since you opened the page. Look at them again."))
        return redirect("deletions:settings")
    if not form.is_valid():
        return _page(request, form)
    if form.arms and "confirmed" not in request.POST:
        page = {"form": form, "stay": Policy.load().rehearsing.values(), **arming.prospect(now)}
        return render(request, "deletions/arm.html", {**page, "action": reverse("deletions:settings")})
    _save(form, request, now)
    messages.success(request, say(together(form.changes())) or _("Nothing was changed."))
    return redirect("deletions:settings")


def _page(request: Request, form: PolicyForm) -> HttpResponse:
    page = {"form": form, "action": reverse("deletions:settings"), **_installation()}
    return render(request, "deletions/settings.html", page)


def _installation() -> dict[str, Any]:
    schedule = PeriodicTask.objects.select_related("interval", "crontab", "solar", "clocked")
    return {
        "servers": PlexServer.objects.select_related("history_cursor"),
        "schedule": schedule.exclude(name="celery.backend_cleanup").order_by("name"),
    }


def _save(form: PolicyForm, request: Request, now: datetime) -> None:
    changes = form.changes()
    if not changes:
        return
    form.save()
    AuditEntry(
        at=now, verb=AuditEntry.Verb.CHANGED, by=request.user, by_name=request.user.username, title="Policy",
        text=together(changes),
    ).save()  # fmt: skip
