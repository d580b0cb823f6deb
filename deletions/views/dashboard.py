"""What goes when, what waits for whom, and whether all is well."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Installation, PlexServer
from accounts.requests import Request
from deletions import alarms, first_run
from deletions.doctor.own_checks import WORKER_IS_LATE
from deletions.freed import by_month
from deletions.models import Deletion, Hold, Status
from media.models import PlaySession, Question
from media.waiting import waiting

SHOWN = 12
HELD_SHOWN = 4
VIEWERS_SHOWN = 8
PLAYING_SHOWN = 4
QUESTIONS_SHOWN = 8
MONTH = timedelta(days=30)


@require_GET
def dashboard(request: Request) -> HttpResponse:
    now = timezone.now()
    viewers, behind = waiting(VIEWERS_SHOWN)
    servers = list(PlexServer.objects.all())
    context = {
        "servers": servers,
        "first": None if first_run.is_over() else first_run.steps(now),
        "viewers": viewers,
        "behind": behind,
        "more_viewers": behind - len(viewers),
        "alarms": alarms.told(),
        "playing": PlaySession.objects.select_related("item__show").order_by("began_at")[:PLAYING_SHOWN],
        **_work(servers, now),
        **_questions(),
        **_queue(),
        **_past(now),
    }
    return render(request, "deletions/dashboard.html", context)


def _questions() -> dict[str, Any]:
    asked = Question.objects.open().count()
    shown = Question.objects.open().whole()[:QUESTIONS_SHOWN] if asked else []
    return {"questions": shown, "more_questions": max(0, asked - QUESTIONS_SHOWN)}


def _queue() -> dict[str, Any]:
    rows = Deletion.objects.select_related("server", "item__show")
    return {
        "leaving": rows.filter(status__in=(Status.SCHEDULED, Status.RUNNING)).order_by("scheduled_for", "pk")[
            :SHOWN
        ],
        "held": rows.held().exclude(hold=Hold.SPACE).order_by("scheduled_for", "pk")[:HELD_SHOWN],
        "open": Deletion.objects.open().aggregate(
            number=Count("pk"), bytes=Sum("bytes", default=0), held=Count("pk", filter=Q(status=Status.HELD))
        ),
        "braked": Deletion.objects.braked().count(),
    }


def _work(servers: list[PlexServer], now: datetime) -> dict[str, Any]:
    """Whether everything runs, at a glance."""
    worked_at = Installation.load().worked_at
    return {
        "begins": worked_at is None,
        "works": worked_at is not None and now - worked_at < WORKER_IS_LATE,
        "listening": {server.pk for server in servers if server.is_live(now)},
    }


def _past(now: datetime) -> dict[str, Any]:
    deleted = Deletion.objects.filter(status=Status.DELETED)
    month = Deletion.objects.filter(freed__gt=0, freed_at__gt=now - MONTH)
    return {
        "recent": deleted.select_related("item__show").order_by("-finished_at")[:SHOWN],
        "freed": month.aggregate(bytes=Sum("freed", default=0))["bytes"],
        "months": by_month(now),
    }
