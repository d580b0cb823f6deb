"""The month as a page, and the calendar that others subscribe to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import Request
from deletions import feed
from deletions.models import CalendarFeed
from deletions.month import Month


@require_GET
def month(request: Request) -> HttpResponse:
    today = timezone.localdate()
    chosen = Month.of(request.GET.get("month", ""), today)
    weeks = chosen.weeks()
    address = request.build_absolute_uri(reverse("deletions:feed", args=[CalendarFeed.load().secret]))
    context = {
        "month": chosen,
        "weeks": weeks,
        "is_empty": not any(day.number for week in weeks for day in week if day.is_within),
        "today": today,
        "address": address,
        "webcal": f"webcal:{address.partition(':')[2]}",
    }
    return render(request, "deletions/calendar.html", context)


@require_safe
@login_not_required
def subscribed(request: HttpRequest, secret: str) -> HttpResponse:
    """No session: whoever knows the address sees what is to leave, and nothing else."""
    if not CalendarFeed.is_open_to(secret):
        raise Http404
    text = feed.calendar(timezone.now(), absolute=request.build_absolute_uri)
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="plaxe.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
def rotate(request: Request) -> HttpResponse:
    feed.rotate(timezone.now(), by=request.user)
    messages.success(
        request, _("The calendar has a new address. Subscribe to it again: the old one is closed.")
    )
    return redirect(f"{reverse('deletions:calendar')}#subscribe")
