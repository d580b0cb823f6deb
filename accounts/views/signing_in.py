"""The way in, and out. What Plex or a rule says no to becomes a page with a way to begin again."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import login as plex_login
from accounts.errors import Refused
from accounts.models import Installation
from accounts.paths import safe_path
from accounts.views.local import is_possible
from accounts.views.servers import take_first
from accounts.wording import say, told
from plexclient.errors import PlexError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def in_words(view: "View[P]") -> "View[P]":
    """Turn what went wrong into a page that says so."""

    @wraps(view)
    def told(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except plex_login.Over as over:
            return _page(request, "stopped", over, status=400)
        except Refused as refusal:
            return _page(request, "turned_away", refusal, status=403)
        except PlexError as problem:
            return _page(request, "stopped", problem, status=503)

    return cast("View[P]", told)


def _page(request: HttpRequest, name: str, words: Exception, *, status: int) -> HttpResponse:
    return render(request, f"accounts/{name}.html", {"words": str(words)}, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_words
def login(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    next_path = safe_path(asked.get("next"))
    if request.user.is_authenticated:
        return redirect(next_path)
    if request.method == "POST":
        plex_login.begin(request, next_path, timezone.now())
        return redirect("accounts:wait")
    claimable = settings.PLAXE_OWNER or plex_login.is_invited(request)
    is_open = Installation.load().is_claimed or claimable
    context = {"next": next_path, "is_open": is_open, "has_passwords": is_possible()}
    return render(request, "accounts/login.html", context)


@login_not_required
@never_cache
@require_GET
@in_words
def wait(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(safe_path(request.GET.get("next")))
    attempt = plex_login.current(request, timezone.now())
    # The path is in the address too: when another tab finishes, the session no longer knows it.
    check = f"{reverse('accounts:check')}?{urlencode({'next': attempt.next})}"
    page = {"plex_page": plex_login.plex_page(request, attempt), "check": check}
    return render(request, "accounts/wait.html", page)


@login_not_required
@never_cache
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Asked by the waiting page every two seconds: nothing yet, a passing problem, or on to the next page."""
    if request.user.is_authenticated:
        return HttpResponseClientRedirect(safe_path(request.GET.get("next")))
    try:
        attempt = plex_login.current(request, timezone.now())
        arrived = plex_login.token_of(request, attempt)
    except plex_login.Over:
        arrived = "over"
    except PlexError as problem:
        return render(request, "accounts/_trouble.html", {"words": say(told(problem))})
    return HttpResponseClientRedirect(reverse("accounts:finish")) if arrived else HttpResponse()


@login_not_required
@never_cache
@require_GET
@in_words
def come_back(request: HttpRequest) -> HttpResponse:
    """Where Plex sends the browser. Only the one that began this sign-in knows its state."""
    if not request.user.is_authenticated and not plex_login.came_back(request, timezone.now()):
        raise plex_login.Over("This is the end of a sign-in that was begun elsewhere.")
    return redirect("accounts:finish")


@login_not_required
@never_cache
@require_GET
@in_words
def finish(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.user.is_authenticated:
        return redirect(safe_path(request.GET.get("next")))
    next_path = plex_login.current(request, now).next
    applicant = plex_login.finish(request, now)
    if applicant is None:
        return redirect("accounts:wait")
    return take_first(request, applicant.servers, next_path, now)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("accounts:login")


@login_not_required
@never_cache
@require_GET
def setup(request: HttpRequest, code: str) -> HttpResponse:
    """The address that a fresh installation prints: whoever has it may claim it."""
    if not plex_login.invite(request, code):
        raise Http404
    return redirect("accounts:login")
