"""What holds for one server, and how to stop looking after it."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.errors import Refused
from accounts.models import Job, PlexServer
from accounts.requests import Request
from accounts.tasks import hint
from accounts.wording import say, together
from deletions import arming, tasks
from deletions.forms import OwnPolicyForm
from deletions.models import AuditEntry, Deletion, OwnPolicy, Policy, Status
from deletions.parting import belongings, leave, obstacles
from deletions.queue import is_unsettled


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
    messages.success(request, say(together(form.changes())) or _("Nothing was changed."))
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
        server, verb, text = form.own.server, AuditEntry.Verb.CHANGED, together(changes)
        title = f"Policy of {server}"
        AuditEntry.concerning(server, verb, now, title=title, text=text, by=request.user).save()


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def disconnect(request: Request, pk: int) -> HttpResponse:
    """Asks first; then it shows how far that is."""
    server = PlexServer.objects.filter(pk=pk).first()
    if server is None and request.htmx:  # it was there when the page was opened
        return render(request, "deletions/_removed.html")
    if server is None:
        raise Http404
    if server.leaving_at:
        return _under_way(request, server)
    if request.method != "POST":
        return _page(request, server)
    try:
        leave(server, timezone.now(), by=request.user)
        hint(tasks.remove, server.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deletions:disconnect", pk)


def _page(request: Request, server: PlexServer) -> HttpResponse:
    sent = Deletion.objects.filter(server=server, status=Status.RUNNING).exclude(sent_at=None)
    page = {
        "server": server,
        "belongings": belongings(server),
        "obstacles": obstacles(server),
        "unsettled": [row for row in sent.select_related("server") if is_unsettled(row)],
        "recorded": AuditEntry.objects.filter(server=server).count(),
    }
    return render(request, "deletions/disconnect.html", page)


def _under_way(request: Request, server: PlexServer) -> HttpResponse:
    now = timezone.now()
    held = Job.objects.filter(server=server).held(now).order_by("started_at")
    page = {"server": server, "jobs": held}
    return render(request, "deletions/_removing.html" if request.htmx else "deletions/removing.html", page)
