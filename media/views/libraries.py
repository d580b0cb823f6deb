"""The libraries of every server, and how fresh Plaxe's knowledge of them is."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Access, Job, PlexServer
from accounts.requests import Request
from media import tasks
from media.models import LibrarySection, MediaItem


@require_GET
@vary_on_headers("HX-Request")
def libraries(request: Request) -> HttpResponse:
    """The page; for htmx the part of it that changes while a sync runs."""
    return render(request, "media/_libraries.html" if request.htmx else "media/libraries.html", _state())


@require_POST
def sync(request: Request, pk: int) -> HttpResponse:
    server = get_object_or_404(PlexServer, pk=pk)
    tasks.ask_sync(server, full=True)
    if request.htmx:
        return render(request, "media/_libraries.html", _state())
    messages.success(request, _("%(server)s will be read now.") % {"server": server})
    return redirect("media:libraries")


def _state() -> dict[str, object]:
    now = timezone.now()
    jobs = Job.objects.reading()
    running = list(jobs.held(now).order_by("started_at", "pk"))
    by_server = {job.server_id: job for job in jobs.filter(kind=Job.Kind.LIBRARIES)}
    counted = Prefetch("sections", _counted(), to_attr="counted")
    people = Access.objects.filter(gone_at=None).select_related("viewer").order_by("viewer__name", "pk")
    present = Prefetch("access_set", people, to_attr="present")
    known = PlexServer.objects.prefetch_related(counted, present)
    servers = [
        (server, by_server.get(server.pk), [job for job in running if job.server_id == server.pk])
        for server in known
    ]
    is_late = any(job.is_late(now) for job in by_server.values())
    is_busy = bool(running) or any(job.wanted_at for job in by_server.values())
    return {"servers": servers, "is_busy": is_busy, "is_late": is_late}


def _counted() -> QuerySet[LibrarySection]:
    there = Q(items__gone_at=None)
    sections = LibrarySection.objects.prefetch_related("orders__viewer", "protections", "keep_rules")
    sections = sections.annotate(
        tops=Count("items", filter=there & Q(items__type__in=(MediaItem.Type.MOVIE, MediaItem.Type.SHOW))),
        episodes=Count("items", filter=there & Q(items__type=MediaItem.Type.EPISODE)),
        size=Sum("items__size", filter=there & Q(items__type__in=MediaItem.LEAVES), default=0),
    )
    return sections.order_by("title", "pk")
