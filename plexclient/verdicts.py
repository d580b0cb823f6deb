"""Which error an answer, or the lack of one, stands for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3.exceptions as urllib3_errors

from plexclient.errors import (
    BadResponse,
    Forbidden,
    Moved,
    NotFound,
    PlexError,
    RateLimited,
    Unauthorized,
    Unreachable,
)

UNAUTHENTICATED, PIN_UNKNOWN = 1001, 1020  # plex.tv's error codes

WORDS: Mapping[int, str] = {
    400: "{host} could not carry out the request (400).",
    401: "{host} does not accept the token. Sign in with Plex again so that Plaxe gets a new one.",
    403: "{host} does not allow this (403). It takes the token of the server's owner.",
    404: "{host} does not know what was asked for (404).",
    410: "{host} no longer offers this (410).",
    429: "{host} asks for fewer requests (429). Plaxe tries again later.",
}


def address(url: str) -> str:
    """Host and port only: a URL may hold a password or a query."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return f"{parts.hostname}{port}" if parts.hostname else "the address"


def by_status(
    host: str, status: int, headers: Mapping[str, str], body: bytes, advice: Mapping[int, str]
) -> PlexError | None:
    """Decided by the status alone; the body is looked at for plex.tv's JSON error code only."""
    if 200 <= status < 300:
        return None
    code, complaint = _plex_tv_error(body)
    words = (advice.get(status) or _words(status, headers)).format(host=host)
    if status in {401, 498} or code == UNAUTHENTICATED or (status == 422 and "token" in complaint):
        return Unauthorized((advice.get(401) or WORDS[401]).format(host=host), status=status, code=code)
    if status == 404 or code == PIN_UNKNOWN:
        return NotFound(words, status=status, code=code)
    if status == 403:
        return Forbidden(words, status=status, code=code)
    if status == 429:
        return RateLimited(words, retry_after=_seconds(headers.get("Retry-After", "")), code=code)
    moved = Moved(words, status=status, location=headers.get("Location", "")) if 300 <= status < 400 else None
    return moved or BadResponse(words, status=status, code=code)


def _words(status: int, headers: Mapping[str, str]) -> str:
    if 300 <= status < 400:
        target = address(headers.get("Location", "")).replace("{", "").replace("}", "")
        return f"{{host}} sends Plaxe on to {target} ({status}). Enter the final address instead."
    if status >= 500:
        return f"{{host}} has trouble of its own ({status}). Look at the server or the proxy in front of it."
    return WORDS.get(status, f"{{host}} gave an answer that Plaxe does not understand ({status}).")


def _plex_tv_error(body: bytes) -> tuple[int | None, str]:
    try:
        answer: Any = msgspec.json.decode(body)
        errors = answer.get("errors") or [{"message": answer.get("error")}]
        code, message = errors[0].get("code"), errors[0].get("message")
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, LookupError, TypeError):
        return None, ""
    return (code if type(code) is int else None), str(message).lower()


def _seconds(retry_after: str) -> float | None:
    """Seconds, or a date; anything else counts as not given."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def by_failure(host: str, failure: Exception) -> PlexError:
    """The failure's own text is never used: it may hold a URL with its query, or a header."""
    if isinstance(failure, urllib3_errors.ProtocolError) and isinstance(failure.args[-1], IncompleteRead):
        return BadResponse(f"{host} broke off in the middle of an answer. Look at the proxy before it.")
    if isinstance(failure, urllib3_errors.DecodeError):
        return BadResponse(f"{host} sent an answer that cannot be unpacked. Look at the proxy before it.")
    return Unreachable(f"{host} {_reason(failure)}")


def _reason(failure: Exception) -> str:
    causes = list(_causes(failure))
    for kinds, words in REASONS:
        if any(isinstance(cause, kinds) for cause in causes):
            return words
    return NOBODY


def _causes(failure: BaseException) -> list[BaseException]:
    """requests wraps urllib3, which wraps the operating system; the innermost knows best."""
    inner = [getattr(failure, "reason", None), *failure.args]
    return [failure, *(cause for one in inner if isinstance(one, BaseException) for cause in _causes(one))]


NOBODY = "cannot be reached. Is it switched on, and is the address right?"
REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidSchema,
            urllib3_errors.LocationParseError,
        ),
        "is not an address Plaxe can call. It should look like http://192.168.1.5:32400.",
    ),
    (
        (requests.exceptions.SSLError, urllib3_errors.SSLError),
        "has no certificate that Plaxe can trust. Use its plex.direct address, or http:// at home.",
    ),
    (
        (urllib3_errors.NameResolutionError,),
        "cannot be found by its name. Check the address and the DNS of this machine.",
    ),
    # A kind of time-out by inheritance, though nothing has timed out.
    ((urllib3_errors.NewConnectionError,), NOBODY),
    (
        (requests.exceptions.Timeout, urllib3_errors.TimeoutError, TimeoutError),
        "did not answer in time. Is it switched on, and not overloaded?",
    ),
    (
        (urllib3_errors.ProtocolError,),
        "closed the connection without an answer. Is it restarting?",
    ),
)
