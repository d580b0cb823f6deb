"""Why something is not deleted or not noticed."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import PlexServer
from accounts.requests import Request
from deletions.doctor import examine
from deletions.insight import insight


@require_GET
def doctor(request: Request) -> HttpResponse:
    now = timezone.now()
    found = examine(now, fresh="fresh" in request.GET)
    groups = [(server, list(findings)) for server, findings in groupby(found, key=lambda one: one.server)]
    servers = [(server, insight(server, now)) for server in PlexServer.objects.selected(None)]
    return render(request, "deletions/doctor.html", {"groups": groups, "servers": servers})
