"""Pages for requests that go wrong before or beside every view; they need no session and no database."""

import logging
import sys

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

DATABASE_AWAY = (InterfaceError, OperationalError)
RETRY_AFTER = 10  # seconds

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    wrong_host = isinstance(exception, DisallowedHost)
    context = {"wrong_host": wrong_host, "host": request.META.get("HTTP_HOST", "")[:100]}
    return render(None, "plaxe/bad_request.html", context, status=400)


def unavailable(error: BaseException) -> HttpResponse:
    logger.error("The database does not answer: %s", str(error).strip().partition("\n")[0])
    context = {
        "title": "Plaxe is out for a moment",
        "advice": "Its database does not answer. Try again soon.",
    }
    response = render(None, "plaxe/server_error.html", context, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Also for what no middleware sees as an exception, such as a session that could not be saved."""
    error = sys.exception()
    if isinstance(error, DATABASE_AWAY):
        return unavailable(error)
    context = {"title": "Something went wrong", "advice": "The log of Plaxe tells what. Nothing was lost."}
    return render(None, "plaxe/server_error.html", context, status=500)
