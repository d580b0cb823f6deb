"""Times in the visitor's zone: the browser says in a cookie which one that is."""

from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from plaxe.headers import GetResponse

COOKIE = "plaxe_zone"
KNOWN = available_timezones()


class VisitorsZone:
    """Without a cookie, or with a made-up one, PLAXE_TIME_ZONE holds."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = request.COOKIES.get(COOKIE, "")
        with timezone.override(ZoneInfo(named) if named in KNOWN else None):
            return self.get_response(request)
