"""What goes when, what waits for whom, and whether all is well."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import PlexServer
from accounts.requests import Request
from deletions.models import Deletion, Status
from media.models import Assignment, HistoryCursor, Question
from media.waiting import waiting

SHOWN = 12
HELD_SHOWN = 8
VIEWERS_SHOWN = 8
QUESTIONS_SHOWN = 8
MONTH = timedelta(days=30)


@require_GET
def dashboard(request: Request) -> HttpResponse:
    viewers, behind = waiting(VIEWERS_SHOWN)
    context = {
        "servers": PlexServer.objects.all(),
        "is_assigned": Assignment.objects.exists(),
        "viewers": viewers,
        "more_viewers": behind - len(viewers),
        "alarms": HistoryCursor.objects.exclude(shrank_at=None).select_related("server"),
        **_questions(),
        **_queue(),
        **_past(timezone.now()),
    }
    return render(request, "deletions/dashboard.html", context)


def _questions() -> dict[str, Any]:
    asked = Question.objects.open().count()
    shown = Question.objects.open().whole()[:QUESTIONS_SHOWN] if asked else []
    return {"questions": shown, "more_questions": max(0, asked - QUESTIONS_SHOWN)}


def _queue() -> dict[str, Any]:
    rows = Deletion.objects.select_related("item__show")
    return {
        "leaving": rows.filter(status__in=(Status.SCHEDULED, Status.RUNNING)).order_by("scheduled_for", "pk")[
            :SHOWN
        ],
        "held": rows.held().order_by("scheduled_for", "pk")[:HELD_SHOWN],
        "open": Deletion.objects.open().count(),
    }


def _past(now: datetime) -> dict[str, Any]:
    deleted = Deletion.objects.filter(status=Status.DELETED)
    month = deleted.filter(finished_at__gt=now - MONTH)
    return {
        "recent": deleted.select_related("item__show").order_by("-finished_at")[:SHOWN],
        "freed": month.aggregate(bytes=Sum("bytes", default=0))["bytes"],
    }
