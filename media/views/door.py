"""The page of the webhooks: their address, what they may do, and what came in."""

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import PlexServer
from accounts.requests import Request
from accounts.tasks import hint
from media import tasks
from media.models import Webhook, WebhookDoor
from media.webhooks import receiving

ROWS = 50

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[WebhookDoor]
else:
    _ModelForm = forms.ModelForm  # Django's forms are generic only for the type checker


class DoorForm(_ModelForm):
    class Meta:
        model = WebhookDoor
        fields = ("keep_days", "protects_from", "is_signed")


@require_GET
def show(request: Request) -> HttpResponse:
    """The address, how to set it in Plex, and what came in lately."""
    rows = Webhook.objects.select_related("server", "item__show").order_by("-received_at", "-pk")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    door = WebhookDoor.load()
    url = f"{settings.PLAXE_URL.rstrip('/')}{reverse('media:webhook', args=[door.secret])}"
    context = {"page": page, "url": url, "door": door, "day": Webhook.objects.day(timezone.now())}
    return render(request, "media/webhooks.html", {**context, "form": DoorForm(instance=door)})


@require_POST
def save(request: Request) -> HttpResponse:
    form = DoorForm(request.POST, instance=WebhookDoor.load())
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("media:webhooks")


@require_POST
def rotate(request: Request) -> HttpResponse:
    WebhookDoor.load().rotate()
    messages.success(request, _("The address is a new one. Set it in Plex: the old one is closed."))
    return redirect("media:webhooks")


@require_POST
def test(request: Request) -> HttpResponse:
    """Goes the way that Plex's would: it is posted to ourselves, received, and handled by the worker."""
    server = PlexServer.objects.selected(None).first()
    if server is None:
        messages.error(request, _("Connect a server first."))
        return redirect("media:webhooks")
    webhook = receiving.receive(receiving.test_payload(server, timezone.now()), timezone.now(), is_test=True)
    hint(tasks.handle_webhook, webhook.pk)
    messages.success(request, _("It is on its way: see below what comes of it."))
    return redirect("media:webhooks")
