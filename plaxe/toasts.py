"""Parts of pages and whole ones: what was done is told in both."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from plaxe.headers import GetResponse

ELSEWHERE = ("HX-Redirect", "HX-Refresh", "HX-Location")  # the page that follows tells it


class WholePages:
    """A boosted link or form stands for the browser: it wants a page, and takes from it what it needs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_HX_BOOSTED" in request.META:
            request.META.pop("HTTP_HX_REQUEST", None)
        return self.get_response(request)


class AfterParts:
    """Puts messages behind a part that htmx asked for; a whole page has them in its template."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "htmx", None) and isinstance(response, HttpResponse) and _is_part(response):
            told: Any = get_messages(request)
            if len(told) and not told.used:
                page = {"messages": told, "swap": True}
                response.content += render_to_string("_messages.html", page, request).encode()
        return response


def _is_part(response: HttpResponse) -> bool:
    html = response.get("Content-Type", "").startswith("text/html")
    return html and response.status_code in {200, 422} and not any(name in response for name in ELSEWHERE)
