"""Whether Plaxe lives and works, and what it answers while its database is away."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from plaxe import readiness
from plaxe.error_pages import DATABASE_AWAY, unavailable
from plaxe.headers import GetResponse


def lives() -> HttpResponse:
    return JsonResponse({"status": "ok", "version": settings.PLAXE_VERSION})


ANSWERS = {"/health/": lives, "/health/ready/": readiness.answer}


class Health:
    """Stands before everything else: a probe needs no session and no known host name, and the first answer
    no database."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in ANSWERS:
            return self.get_response(request)
        response = ANSWERS[request.path_info]()
        response.headers["Cache-Control"] = "no-store"
        return response


class DatabaseAway:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(exception, request) if isinstance(exception, DATABASE_AWAY) else None
