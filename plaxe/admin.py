"""The admin in the frame of the product: the same navigation, and signing in is signing in with Plex."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.paths import safe_path


class PlaxeAdmin(AdminSite):
    site_header = "Plaxe"
    site_title = "Plaxe"
    index_title = _("Everything Plaxe keeps")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Whoever is signed in already and may not see the admin is told so: signing in changes nothing."""
        path = safe_path(request.GET.get("next") or reverse("admin:index"))
        if self.has_permission(request):
            return redirect(path)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(path, reverse("accounts:login"))
