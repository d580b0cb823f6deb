"""What would have gone: a question about the past, under settings that one may try."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from deletions.chart import rising
from deletions.simulation import Day, Departure, Simulation, Total, simulate, told
from deletions.supposing import TermsForm

PAGE = 60
WAITING_SHOWN = 12


@require_GET
def simulation(request: Request) -> HttpResponse:
    form = TermsForm.of(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        answer = simulate(form.terms, timezone.now())
        page = Paginator(answer.gone, PAGE).get_page(request.GET.get("page"))
        context |= {"answer": answer, "page": page, **_pictured(answer, page)}
    return render(request, "deletions/simulation.html", context)


def _pictured(answer: Simulation, page: Page[Departure]) -> dict[str, Any]:
    days = list(answer.by_day())
    began, ends = timezone.localdate(answer.since), timezone.localdate(answer.now)
    return {
        "gone": Total.of(answer.gone),
        "queued": Total.of(answer.queued),
        "days": list(_by_day(answer, page, {day.date: day for day in days})),
        "waiting": list(told(answer.queued[:WAITING_SHOWN], answer.terms)),
        "chart": rising([(day.date, day.so_far) for day in days], began, ends),
        "began": began,
        "ends": ends,
    }


def _by_day(answer: Simulation, page: Page[Departure], days: dict[Any, Day]) -> Iterator[tuple[Day, Any]]:
    shown = told(page.object_list, answer.terms)
    for date, titles in groupby(shown, lambda one: timezone.localdate(one[0].at)):
        yield days[date], list(titles)
