"""What is playing, and what the owner may do about it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.connecting import reach
from accounts.errors import Refused
from accounts.models import PlexServer
from accounts.requests import Request
from accounts.wording import say, told
from deletions import ending
from media import playing as sessions
from media.models import PlaySession
from plexclient.errors import PlexError

# Without a stream the page itself asks, and not more often.
FRESH = timedelta(seconds=10)


@require_GET
@vary_on_headers("HX-Request")
def playing(request: Request) -> HttpResponse:
    """The page; for htmx the part of it that moves."""
    now = timezone.now()
    troubles = [words for server in PlexServer.objects.selected(None) if (words := _ask(server, now))]
    rows = PlaySession.objects.select_related("server", "viewer", "item__show")
    template = "deletions/_now.html" if request.htmx else "deletions/now.html"
    return render(request, template, {"sessions": rows, "troubles": troubles})


def _ask(server: PlexServer, now: datetime) -> str:
    """What is the matter, in words."""
    is_fresh = server.sessions_at is not None and now - server.sessions_at < FRESH
    if server.is_live(now) or is_fresh:
        return ""
    try:
        sessions.refresh(server, reach(server, now), now)
    except PlexError as problem:
        return f"{server}: {say(told(problem))}"
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    """Asks first."""
    if request.method != "POST":
        return render(request, "deletions/end_playback.html", {"session": _session(pk)})
    reason = request.POST.get("reason", "")
    return _do(
        request, pk, lambda session, now: ending.end_playback(session, reason, now, by=request.user),
        _("Plex was told to end it."),
    )  # fmt: skip


@require_POST
def cancel_transcode(request: Request, pk: int) -> HttpResponse:
    return _do(
        request, pk, lambda session, now: ending.cancel_transcode(session, now, by=request.user),
        _("Plex was told to stop converting it."),
    )  # fmt: skip


def _session(pk: int) -> PlaySession:
    return get_object_or_404(PlaySession.objects.select_related("server__owner", "item__show"), pk=pk)


def _do(request: Request, pk: int, act: Callable[[PlaySession, datetime], None], words: str) -> HttpResponse:
    session = _session(pk)
    try:
        act(session, timezone.now())
        messages.success(request, words)
    except (Refused, PlexError) as problem:
        messages.error(request, say(told(problem)))
    return redirect("deletions:now")
