"""The shelf, and the page of one title."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import PlexUser
from accounts.requests import Request
from media import questions
from media.earlier import seen_earlier
from media.episodes import grid, people
from media.knowing import statements
from media.models import MediaItem
from media.models.library import MediaItemQuerySet
from media.shelf import Filters, standings

SHELF_PAGE = 48
EPISODES_PAGE = 50


@require_GET
def items(request: Request) -> HttpResponse:
    filters = Filters(request.GET)
    page = Paginator(filters.items(), SHELF_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    standing = standings(shown)
    context = {
        "filters": filters,
        "is_filtered": any(value for name, value in request.GET.items() if name != "page"),
        "page": page,
        "cards": [(item, standing[item.pk]) for item in shown],
        "viewers": PlexUser.objects.present(),
    }
    return render(request, "media/items.html", context)


@require_GET
def item(request: Request, pk: int) -> HttpResponse:
    shown = find(pk)
    context = {
        "item": shown,
        "files": shown.files.all() if shown.is_leaf else [],
        "deletions": _fate(shown),
        "questions": questions.about(shown),
        "earlier": [] if shown.gone_at else seen_earlier(shown),
        **watching(request, shown),
    }
    return render(request, "media/item.html", context)


def find(pk: int) -> MediaItem:
    return get_object_or_404(MediaItem.objects.select_related("server", "section", "show", "parent"), pk=pk)


def watching(request: Request, item: MediaItem) -> dict[str, Any]:
    """Who must see the item and who has: what changes when somebody is assigned."""
    everybody = people(item)
    concerned = [person for person in everybody if person.is_concerned]
    return {
        "item": item,
        "order": item.orders.first(),
        "quorums": _quorums(item, len(concerned)),
        "is_waited_for": any(person.is_waited_for or person.below for person in concerned),
        "total": item.leaves().count(),
        "concerned": concerned,
        "others": [person for person in everybody if not person.is_concerned and not person.gone_at],
        "statements": statements(item) if item.is_leaf else [],
        **_episodes(request, item),
    }


def _quorums(item: MediaItem, assigned: int) -> range:
    """The numbers to choose from: as many as there are people, and what was chosen before."""
    return range(2, max(assigned, item.quorum or 0) + 1)


def _episodes(request: Request, item: MediaItem) -> dict[str, Any]:
    """Of a show one season at a time, of a long season a page at a time."""
    seasons = list(_seasons(item)) if item.type == MediaItem.Type.SHOW else []
    wanted = request.GET.get("season", "")
    season = next((each for each in seasons if str(each.pk) == wanted), seasons[0] if seasons else None)
    leaves = (season or item).leaves().select_related("show").in_order()
    page = Paginator(leaves, EPISODES_PAGE).get_page(request.GET.get("page"))
    return {"seasons": seasons, "season": season, "page": page, "grid": grid(list(page.object_list))}


def _seasons(show: MediaItem) -> MediaItemQuerySet:
    there = Count("children", filter=Q(children__gone_at=None))
    seasons = MediaItem.objects.present().filter(parent=show, type=MediaItem.Type.SEASON)
    return seasons.annotate(n=there).order_by("index", "pk")


def _fate(item: MediaItem) -> Any:
    """What the rung above has done or means to do with a leaf."""
    return item.deletions.prefetch_related("audit").order_by("-enqueued_at") if item.is_leaf else []
