"""How a visitor wants to see Plaxe: in the light or the dark, and in which language.

Cookies say it, so that the server draws the page right at once and nothing flickers.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.paths import safe_path

THEME_COOKIE = "plaxe_theme"
THEMES = ("light", "dark")  # anything else is the system's business
FOR_LONG = int(timedelta(days=365).total_seconds())


def theme(request: HttpRequest) -> dict[str, Any]:
    """For every template: the theme that was chosen, or nothing."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    return _remember(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    known = tuple(code for code, _ in settings.LANGUAGES)
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, request.POST.get("language", ""), known)


def _remember(request: HttpRequest, cookie: str, value: str, known: tuple[str, ...]) -> HttpResponse:
    """Keep what is known, forget the cookie for anything else, and lead back."""
    response = redirect(safe_path(request.POST.get("next")))
    path = settings.SESSION_COOKIE_PATH
    if value in known:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(cookie, value, FOR_LONG, path=path, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie, path=path)
    return response
