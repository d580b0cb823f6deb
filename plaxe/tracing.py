"""Which request, or which task, a line of the log belongs to: one word that goes along from page to task."""

import logging
import re
import secrets
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

from plaxe.headers import GetResponse

HEADER = "X-Request-ID"
FIT = re.compile(r"[\w.:-]{1,64}")  # whatever a proxy sends ends up in the log
NONE = "-"
current: ContextVar[str] = ContextVar("request", default=NONE)


class RequestId:
    """That of the proxy in front of us, or a new one; the answer tells it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = request.headers.get(HEADER, "")
        name = told if FIT.fullmatch(told) else secrets.token_hex(6)
        token = current.set(name)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response.headers[HEADER] = name
        return response


class Named(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request = current.get()
        return True
