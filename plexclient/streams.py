"""A connection over which a server tells what happens: its event source, else its websocket.

The connection drops without a word, so silence counts as an end. Whoever listens asks for everything anew
after each beginning: what happened in the gap is told to nobody.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import websocket
from certifi import where

from plexclient.errors import BadResponse, Forbidden, NotFound, Unauthorized, Unreachable
from plexclient.events import FILTERS, Event, events_of
from plexclient.http import Http

EVENT_SOURCE = "/:/eventsource/notifications"
WEBSOCKET = "/:/websockets/notifications"
LONGEST_LINE = 256 * 1024
CONNECT = 10.0
SPEECH = (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY)


def listen(http: Http, silence: float) -> Iterator[list[Event]]:
    """Events as they come; an empty list is a sign of life, and the first says that the line is open.

    Ends with a PlexError when the line is cut, or has been silent for so many seconds.
    """
    try:
        yield from _event_source(http, silence)
    except (NotFound, BadResponse, Forbidden):
        yield from _websocket(http, silence)


def _event_source(http: Http, silence: float) -> Iterator[list[Event]]:
    with http.stream(
        EVENT_SOURCE, {"filters": FILTERS}, accept="text/event-stream", silence=silence
    ) as chunks:
        yield []
        name, data = "", b""
        for line in _lines(chunks):
            field, _, value = line.partition(b":")
            match field:
                case b"event":
                    name = value.strip().decode("ascii", "replace")
                case b"data":
                    data += value.strip()
                case b"" if not line:
                    yield events_of(data, name) if data else []
                    name, data = "", b""
                case _:  # a comment, with which it says that it is alive
                    yield []
    raise Unreachable(f"{http.host} has closed the stream of events.")


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise BadResponse("The server's stream of events sends what is none.")
        yield from (line.rstrip(b"\r") for line in lines)


def _websocket(http: Http, silence: float) -> Iterator[list[Event]]:
    line = _opened(http, silence)
    try:
        yield []
        while True:
            yield _received(line, http.host)
    finally:
        line.close(timeout=1)


def _opened(http: Http, silence: float) -> websocket.WebSocket:
    address = urlsplit(http.url)
    scheme = "wss" if address.scheme == "https" else "ws"
    url = f"{scheme}://{address.netloc}{address.path}{WEBSOCKET}?filters={FILTERS}"
    try:
        line = websocket.create_connection(
            url,
            timeout=min(CONNECT, silence),
            header=http.token_header(),
            redirect_limit=0,  # it would take the token along
            http_no_proxy=["*"],  # not from the environment either
            sslopt={"ca_certs": where()},
        )
    except websocket.WebSocketBadStatusException as answer:
        raise _refused(http.host, answer.status_code) from None
    except (websocket.WebSocketException, OSError, ValueError) as problem:
        raise Unreachable(f"{http.host} opened no stream of events ({type(problem).__name__}).") from None
    line.settimeout(silence / 2)
    return line


def _refused(host: str, status: int) -> Exception:
    if status == 401:
        return Unauthorized(f"{host} does not accept the token. Sign in with Plex again.", status=status)
    return BadResponse(f"{host} opens no stream of events ({status}).", status=status)


def _received(line: websocket.WebSocket, host: str) -> list[Event]:
    """One frame. A silent line is asked whether it is alive, once."""
    for is_last in (False, True):
        try:
            code, data = line.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            if is_last:
                raise Unreachable(f"{host} has said nothing for too long.") from None
            line.ping()
        except (websocket.WebSocketException, OSError):
            break
        else:
            if code == websocket.ABNF.OPCODE_CLOSE:
                break
            return events_of(data) if code in SPEECH else []
    raise Unreachable(f"{host} has closed the stream of events.")
