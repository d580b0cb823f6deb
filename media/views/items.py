"""The page of one title."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import PlexServer
from accounts.requests import Request
from media import questions
from media.counterparts import elsewhere
from media.earlier import seen_earlier
from media.episodes import WIDEST, grid
from media.kept import keeping_of
from media.knowing import statements
from media.models import MediaItem, PlaySession
from media.models.library import MediaItemQuerySet
from media.people import Person, people
from media.shelf import standings
from media.versions import versions_of

EPISODES_PAGE = 50
EVERYBODY = 1000


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def item(request: Request, pk: int) -> HttpResponse:
    """The page; for htmx the grid alone, when another season or page of it is asked for."""
    shown = find(pk)
    if request.htmx and request.htmx.target == "grid":
        return render(request, "media/_grid.html", {"item": shown, **episodes(request, shown, people(shown))})
    context = {
        "item": shown,
        "standing": standings([shown])[shown.pk],
        "versions": versions_of(shown) if shown.is_leaf else [],
        "optimised": shown.files.filter(is_optimised=True) if shown.is_leaf else [],
        "playing": _playing(shown),
        "questions": questions.about(shown),
        "earlier": [] if shown.gone_at else seen_earlier(shown),
        "keeping": keeping_of(shown),
        **watching(request, shown),
    }
    return render(request, "media/item.html", context)


def find(pk: int) -> MediaItem:
    whole = MediaItem.objects.select_related("server", "section", "show", "parent")
    return get_object_or_404(whole, pk=pk)


def watching(request: Request, item: MediaItem) -> dict[str, Any]:
    """Who must see the item and who has: what changes when somebody is assigned."""
    everybody = people(item)
    concerned = [person for person in everybody if person.is_concerned]
    return {
        "item": item,
        "order": item.orders.first(),
        "elsewhere": elsewhere(item),
        "has_several_servers": PlexServer.objects.count() > 1,
        "quorums": _quorums(item, len(concerned)),
        "is_waited_for": any(person.is_waited_for or person.below for person in concerned),
        "total": item.leaves().count(),
        "concerned": concerned,
        "others": [person for person in everybody if not person.is_concerned and not person.gone_at],
        "statements": statements(item) if item.is_leaf else [],
        **episodes(request, item, everybody),
    }


def _quorums(item: MediaItem, assigned: int) -> range:
    """The numbers to choose from: as many as there are people, and what was chosen before."""
    return range(2, max(assigned, item.quorum or 0) + 1)


def episodes(request: Request, item: MediaItem, everybody: list[Person]) -> dict[str, Any]:
    """Of a show one season at a time, of a long season a page at a time."""
    seasons = list(_seasons(item)) if item.type == MediaItem.Type.SHOW else []
    wanted = request.GET.get("season", "")
    season = next((each for each in seasons if str(each.pk) == wanted), seasons[0] if seasons else None)
    leaves = (season or item).leaves().select_related("show").in_order()
    page = Paginator(leaves, EPISODES_PAGE).get_page(request.GET.get("page"))
    levels = [level for level in (item, season) if level and not level.is_leaf]
    widest = EVERYBODY if request.GET.get("viewers") == "all" else WIDEST
    shown = grid(everybody, levels, list(page.object_list), widest=widest)
    viewers = [person.viewer for person in everybody if not person.gone_at]
    return {"seasons": seasons, "season": season, "page": page, "grid": shown, "dock_viewers": viewers}


def _seasons(show: MediaItem) -> MediaItemQuerySet:
    there = Count("children", filter=Q(children__gone_at=None))
    seasons = MediaItem.objects.present().filter(parent=show, type=MediaItem.Type.SEASON)
    return seasons.annotate(n=there).order_by("index", "pk")


def _playing(item: MediaItem) -> list[PlaySession]:
    """Who plays it, or something of it, right now."""
    below = Q(item=item) | Q(item__parent=item) | Q(item__show=item)
    return list(PlaySession.objects.filter(below).select_related("viewer", "item__show"))
