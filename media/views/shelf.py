"""The shelf: the page, the part of it that filters change, and what comes when one scrolls on."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url, replace_url

from accounts.models import PlexUser
from accounts.requests import Request
from media.models import MediaItem
from media.shelf import Filters, standings
from media.shelf.states import number_of, protected, queued

PAGE = 48
EPISODES_BESIDE = 6


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def items(request: Request) -> HttpResponse:
    filters = Filters(request.GET)
    page = Paginator(filters.items(), PAGE).get_page(request.GET.get("page"))
    shown = {"filters": filters, "page": page, "cards": cards(page), "is_table": filters.is_table}
    shown |= _neighbours(filters, page)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "media/items.html", {**shown, **_around(filters)})
    if request.htmx.target == "more":
        return render(request, "media/_page.html", shown)
    answer = render(request, "media/_shelf.html", {**shown, **_around(filters)})
    remember = replace_url if request.htmx.trigger_name == "q" else push_url
    return remember(answer, request.path + filters.address().rstrip("?"))


def _neighbours(filters: Filters, page: Page[MediaItem]) -> dict[str, str]:
    next_page = filters.address(page=str(page.next_page_number())) if page.has_next() else ""
    previous = filters.address(page=str(page.previous_page_number())) if page.has_previous() else ""
    return {"next": next_page, "previous": previous}


def cards(items: Page[MediaItem] | list[MediaItem]) -> list[tuple[MediaItem, Any]]:
    shown = list(items)
    standing = standings(shown)
    return [(item, standing[item.pk]) for item in shown]


def _around(filters: Filters) -> dict[str, Any]:
    episodes, leaves = filters.episodes(), MediaItem.objects.leaves()
    counts = {"queued": number_of(queued(leaves)), "protected": number_of(protected())}
    return {
        "states": filters.states(counts),
        "viewers": PlexUser.objects.present(),
        "episodes": list(episodes.in_order()[:EPISODES_BESIDE]),
        "all_episodes": filters.address(kind="episode"),
    }
