"""The one place from which a request to Plex leaves."""

import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests
import urllib3.exceptions

from plexclient.errors import BadResponse, PlexError, RateLimited, Unauthorized, Unreachable
from plexclient.verdicts import address, by_failure, by_status

logger = logging.getLogger(__name__)
# urllib3 writes whole URLs at debug, and a home user's PIN travels in one.
logging.getLogger("urllib3").setLevel(logging.INFO)

JSON: Final = "application/json"
XML: Final = "application/xml"
REPEATABLE: Final = frozenset({"GET", "HEAD"})
PASSING: Final = frozenset({429, 500, 502, 503, 504})
CHUNK: Final = 64 * 1024


@dataclass(frozen=True)
class ClientIdentity:
    """Who we are to Plex. The identifier is one per installation and for ever."""

    identifier: str
    version: str
    device_name: str

    def headers(self) -> dict[str, str]:
        return {
            "X-Plex-Client-Identifier": _printable(self.identifier),
            "X-Plex-Product": "Plaxe",
            "X-Plex-Version": _printable(self.version),
            "X-Plex-Platform": "Python",
            "X-Plex-Device": "Plaxe",
            "X-Plex-Device-Name": _printable(self.device_name),
        }


@dataclass(frozen=True)
class Timing:
    """Seconds, except for the number of attempts and the largest answer in bytes."""

    connect: float = 5
    read: float = 30
    deadline: float = 60  # of a whole call, with its repetitions
    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 30
    size_cap: int = 64 * 1024 * 1024
    # Plex may answer a DELETE before the entry is gone: how long to wait before each look.
    proof_waits: tuple[float, ...] = (0, 0.3, 1)


DEFAULT_TIMING: Final = Timing()


@dataclass(frozen=True)
class Answer:
    host: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)  # may hold tokens

    def bad(self, words: str) -> BadResponse:
        return BadResponse(f"{self.host} {words}", status=200)


@dataclass(frozen=True, kw_only=True)
class _Call:
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    advice: Mapping[int, str] = field(default_factory=dict)


class Http:
    """One host, one token. May be used by several threads at once."""

    def __init__(self, url: str, identity: ClientIdentity, token: str | None, timing: Timing) -> None:
        self.url = url.rstrip("/")
        self.host = address(self.url)
        self._identity = identity
        self._token = token
        self._timing = timing
        self._local = threading.local()

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = JSON,
        anonymous: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = self._headers(accept, anonymous=anonymous) | dict(headers or {})
        return self._repeating(_Call(method="GET", path=path, params=params or {}, headers=sent))

    def post(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        *,
        advice: Mapping[int, str] | None = None,
    ) -> Answer:
        headers, words = self._headers(JSON), advice or {}
        call = _Call(method="POST", path=path, params=params or {}, form=form, headers=headers, advice=words)
        return self._repeating(call)

    def delete(self, path: str, *, advice: Mapping[int, str]) -> Answer:
        return self._repeating(_Call(method="DELETE", path=path, headers=self._headers(JSON), advice=advice))

    @contextmanager
    def stream(
        self, path: str, params: Mapping[str, str], *, accept: str, silence: float
    ) -> Iterator[Iterator[bytes]]:
        """An answer of type `accept` that goes on for ever, cut off after so many seconds without a byte."""
        headers = self._headers(accept)
        try:
            with (
                _new_session() as session,
                session.get(
                    self.url + path,
                    params=params,
                    headers=headers,
                    timeout=(self._timing.connect, silence),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                if error := by_status(self.host, response.status_code, response.headers, b"", {}):
                    raise error
                if accept not in response.headers.get("Content-Type", ""):
                    raise BadResponse(f"{self.host} answered with something else than a stream of events.")
                yield _bits(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as failure:
            raise by_failure(self.host, failure) from None

    def token_header(self) -> dict[str, str]:
        """For a connection that is not HTTP for long."""
        return self._headers(JSON)

    def _headers(self, accept: str, *, anonymous: bool = False) -> dict[str, str]:
        headers = self._identity.headers() | {"Accept": accept}
        if not self._token or anonymous:
            return headers
        if self._token != _printable(self._token):
            raise Unauthorized(f"The token for {self.host} holds characters no token has. Sign in again.")
        return headers | {"X-Plex-Token": self._token}

    def _repeating(self, call: _Call) -> Answer:
        end = time.monotonic() + self._timing.deadline
        attempts = self._timing.attempts if call.method in REPEATABLE else 1
        for attempt in range(1, attempts):
            try:
                return self._once(call, end)
            except PlexError as error:
                wait = self._wait(error, attempt)
                if wait is None or time.monotonic() + wait >= end:
                    raise
            time.sleep(wait)
        return self._once(call, end)

    def _wait(self, error: PlexError, attempt: int) -> float | None:
        """None where another attempt makes no sense."""
        if not isinstance(error, Unreachable) and error.status not in PASSING:
            return None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._timing.longest_wait else None
        longest: float = min(self._timing.first_wait * 2 ** (attempt - 1), self._timing.longest_wait)
        return longest * random.uniform(0.5, 1)  # noqa: S311  # spreads the crowd, guards nothing

    def _once(self, call: _Call, end: float) -> Answer:
        try:
            with self._send(call, end) as response:
                status, headers = response.status_code, response.headers
                body = self._body(response, end, needed=response.ok)
        # requests reads a Location although it is not to follow it, and stumbles over nonsense.
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
            logger.debug("%s %s: %s", call.method, call.path, type(failure).__name__)
            error: PlexError | None = by_failure(self.host, failure)
        else:
            logger.debug("%s %s: %s", call.method, call.path, status)
            error = by_status(self.host, status, headers, body, call.advice)
        if error:
            raise error  # outside the handler, so that no log shows what requests had to say
        return Answer(host=self.host, headers=headers, body=body)

    def _send(self, call: _Call, end: float) -> requests.Response:
        left = max(end - time.monotonic(), 0.001)
        return self._session(call.method).request(
            call.method,
            self.url + call.path,
            params=call.params,
            data=call.form,
            headers=call.headers,
            timeout=(min(self._timing.connect, left), min(self._timing.read, left)),
            allow_redirects=False,  # requests would take the token along, and repeat a DELETE
            stream=True,
        )

    def _session(self, method: str) -> requests.Session:
        # A kept connection may just have been closed by the other side. A GET is simply repeated;
        # for anything else that would look like a request of unknown effect, so it gets its own.
        if method not in REPEATABLE:
            return _new_session()
        if not hasattr(self._local, "session"):
            self._local.session = _new_session()
        session: requests.Session = self._local.session
        return session

    def _body(self, response: requests.Response, end: float, *, needed: bool) -> bytes:
        try:
            return self._read(response, end)
        except (PlexError, urllib3.exceptions.HTTPError, OSError):
            if needed:
                raise
            return b""  # the status has said it all

    def _read(self, response: requests.Response, end: float) -> bytes:
        """Whatever is unpacked counts for the size; ``read1`` hands over each bit as it drips in."""
        body = bytearray()
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._timing.size_cap:
                raise BadResponse(f"{self.host} sent an answer far too large. Is this really a Plex address?")
            if time.monotonic() > end:
                raise Unreachable(f"{self.host} was still answering when time was up. Is it overloaded?")
        return bytes(body)


def _bits(response: requests.Response) -> Iterator[bytes]:
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        yield chunk


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither proxies nor .netrc from the environment
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _printable(value: str) -> str:
    """A header takes no more than this; anything else would be an injection or an encoding error."""
    return "".join(char if " " < char <= "~" or char == " " else "?" for char in value)
