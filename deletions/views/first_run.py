"""The first steps, asked for again while something of them is under way."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import Request
from deletions import first_run


@never_cache
@require_GET
def first_steps(request: Request) -> HttpResponse:
    if not request.htmx:
        return redirect("deletions:dashboard")
    return render(request, "deletions/_first_steps.html", {"first": first_run.steps(timezone.now())})
