"""Whether Plaxe lives, and what it answers while its database is away."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from plaxe.error_pages import DATABASE_AWAY, unavailable
from plaxe.headers import GetResponse

PATH = "/health/"


class Liveness:
    """Stands before everything else: a probe needs no session, no database and no known host name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH:
            return self.get_response(request)
        response = JsonResponse({"status": "ok", "version": settings.PLAXE_VERSION})
        response.headers["Cache-Control"] = "no-store"
        return response


class DatabaseAway:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(exception, request) if isinstance(exception, DATABASE_AWAY) else None
