"""The way in while plex.tv is down: a name and a password that `manage.py createsuperuser` has made.

Few tries a minute, by name and by address: a guess costs as long for ten thousand as for one.
"""

from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import Allowance, User
from accounts.paths import safe_path

TRIES = 5  # a minute


def is_possible() -> bool:
    """Whoever signs in with Plex has no password."""
    return User.objects.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).filter(is_active=True).exists()


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def local(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, AuthenticationForm(request))
    if not _may_try(request):
        form = AuthenticationForm(request, initial={"username": request.POST.get("username", "")})
        return _page(request, form, words=_("Too many tries. Wait a minute."), status=429)
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        return _page(request, form, status=403)
    auth.login(request, form.get_user())
    return redirect(safe_path(request.POST.get("next")))


def _may_try(request: HttpRequest) -> bool:
    name, now = request.POST.get("username", "").casefold(), timezone.now()
    askers = (f"password of {name}", f"password from {request.META.get('REMOTE_ADDR', '')}")
    return all(Allowance.let_in(asker, TRIES, now) for asker in askers)


def _page(
    request: HttpRequest, form: AuthenticationForm, *, words: str = "", status: int = 200
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    context = {"form": form, "words": words, "next": safe_path(asked.get("next"))}
    return render(request, "accounts/local.html", context, status=status)
