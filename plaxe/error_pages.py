"""What is answered when a request goes wrong; a part that htmx asked for gets a sentence instead of a page.

A bad request and an unreachable database come before or beside every view: no session, no database.
"""

import logging
import sys
from typing import Any

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

DATABASE_AWAY = (InterfaceError, OperationalError)
RETRY_AFTER = 10  # seconds

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    wrong_host = isinstance(exception, DisallowedHost)
    context = {"wrong_host": wrong_host, "host": request.META.get("HTTP_HOST", "")[:100]}
    return render(None, "plaxe/bad_request.html", context, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _("You are signed in, but this is for the admins of this Plaxe.")
    return _answer(request, "403.html", words, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _("The page you asked for does not exist, or the title is no longer known.")
    return _answer(request, "404.html", words, status=404)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was made for another session, or the browser keeps no cookies."""
    logger.info("A form was refused: %s", reason)
    words = _("This page was open for too long, or you have signed in again since. Load it anew and repeat.")
    return _answer(request, "stale.html", words, status=403)


def _answer(request: HttpRequest, page: str, words: str, *, status: int) -> HttpResponse:
    return render(request, "_problem.html" if _is_part(request) else page, {"words": words}, status=status)


def _is_part(request: HttpRequest | None) -> bool:
    return request is not None and request.headers.get("HX-Request") == "true"


def unavailable(error: BaseException, request: HttpRequest | None = None) -> HttpResponse:
    logger.error("The database does not answer: %s", str(error).strip().partition("\n")[0])
    words = "Its database does not answer. Try again soon."
    response = _bare(request, {"title": "Plaxe is out for a moment", "words": words}, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Also for what no middleware sees as an exception, such as a session that could not be saved."""
    error = sys.exception()
    if isinstance(error, DATABASE_AWAY):
        return unavailable(error, request)
    words = "The log of Plaxe tells what. Nothing was lost."
    return _bare(request, {"title": "Something went wrong", "words": words}, status=500)


def _bare(request: HttpRequest | None, context: dict[str, Any], *, status: int) -> HttpResponse:
    """Without a context processor: none of them may be needed for saying that something is broken."""
    template = "_problem.html" if _is_part(request) else "plaxe/server_error.html"
    return render(None, template, context, status=status)
