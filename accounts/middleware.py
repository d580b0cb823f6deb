from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.paths import way_back


class SignInFirst(LoginRequiredMiddleware):
    """Every view asks for a session unless it is marked `login_not_required`; the way leads back to the page.

    Where htmx asked, the whole page goes there: a login page within a page helps nobody.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> Any:
        login = redirect_to_login(way_back(request), reverse("accounts:login"))
        by_htmx = {"HX-Request", "HX-Boosted"} & request.headers.keys()
        return HttpResponseClientRedirect(login.url) if by_htmx else login
