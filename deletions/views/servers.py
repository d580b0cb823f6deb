"""What holds for one server, and how to stop looking after it."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.models import PlexServer
from accounts.requests import Request
from deletions import arming
from deletions.forms import OwnPolicyForm
from deletions.models import AuditEntry, OwnPolicy, Policy
from deletions.parting import belongings, obstacles, part_from


@require_http_methods(["GET", "HEAD", "POST"])
def server(request: Request, pk: int) -> HttpResponse:
    server = get_object_or_404(PlexServer, pk=pk)
    if request.method == "POST":
        return _change(request, server)
    return _server_page(request, OwnPolicyForm(None, own=OwnPolicy.of(server)))


@transaction.atomic
def _change(request: Request, server: PlexServer) -> HttpResponse:
    """Asks first where it makes Plaxe delete."""
    now = timezone.now()
    Policy.load_to_change()  # one change after another, whichever policy it is of
    form = OwnPolicyForm(request.POST, own=OwnPolicy.of(server))
    if form.is_stale:
        messages.error(request, _("The settings were changed since you opened the page. Look at them again."))
        return redirect("deletions:server", server.pk)
    if not form.is_valid():
        return _server_page(request, form)
    if form.arms and "confirmed" not in request.POST:
        page = {"form": form, "server": server, **arming.prospect(now, server)}
        return render(request, "deletions/arm.html", {**page, "action": _address(server)})
    _save(form, request, now)
    messages.success(request, " ".join(form.changes()) or _("Nothing was changed."))
    return redirect("deletions:server", server.pk)


def _server_page(request: Request, form: OwnPolicyForm) -> HttpResponse:
    server = form.own.server
    page = {"form": form, "server": server, "action": _address(server)}
    return render(request, "deletions/server.html", page)


def _address(server: PlexServer) -> str:
    return reverse("deletions:server", args=[server.pk])


def _save(form: OwnPolicyForm, request: Request, now: datetime) -> None:
    if changes := form.changes():
        form.save()
        server, verb, text = form.own.server, AuditEntry.Verb.CHANGED, " ".join(changes)
        title = f"Policy of {server}"
        AuditEntry.concerning(server, verb, now, title=title, text=text, by=request.user).save()


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: Request, pk: int) -> HttpResponse:
    """Asks first."""
    server = get_object_or_404(PlexServer, pk=pk)
    if request.method != "POST":
        return _page(request, server)
    try:
        part_from(server, timezone.now(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("deletions:disconnect", pk)
    messages.success(request, _("%s is removed. Nothing was deleted on it.") % server.name)
    return redirect("accounts:servers")


def _page(request: Request, server: PlexServer) -> HttpResponse:
    page = {
        "server": server,
        "belongings": belongings(server),
        "obstacles": obstacles(server),
        "recorded": AuditEntry.objects.filter(server=server).count(),
    }
    return render(request, "deletions/disconnect.html", page)
