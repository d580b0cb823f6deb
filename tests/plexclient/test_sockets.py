"""What only a real socket can do to us."""

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from plexclient.errors import BadResponse, NotFound, PlexError, Unreachable
from plexclient.http import ClientIdentity, Timing
from plexclient.server import PlexMediaServer

BODY = b'{"MediaContainer":{"size":0,"machineIdentifier":"m1"}}'
QUICK = Timing(connect=1, read=0.1, deadline=0.3, attempts=2, first_wait=0.001, size_cap=1_000_000)
Behaviour = Callable[[socket.socket], None]


class Listener:
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.requests.append(connection.recv(65536))
                with suppress(OSError):  # the client hangs up, as it should
                    self._behaviour(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextmanager
def listening(behaviour: Behaviour) -> Iterator[Listener]:
    listener = Listener(behaviour)
    try:
        yield listener
    finally:
        listener.close()


def sending(*parts: bytes, pause: float = 0) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return behave


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def hang_up_at_once(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def say_nothing(connection: socket.socket) -> None:
    connection.recv(1)  # until the client gives up


def ask(listener: Listener, timing: Timing = QUICK) -> str:
    identity = ClientIdentity(identifier="plaxe-test", version="1", device_name="attic")
    return PlexMediaServer(listener.url, identity, "secret", timing=timing).root().machine_identifier


def test_a_whole_answer_is_understood() -> None:
    with listening(sending(head(f"Content-Length: {len(BODY)}") + BODY)) as listener:
        assert ask(listener) == "m1"


def test_a_server_that_says_nothing_is_unreachable_and_asked_twice() -> None:
    with listening(say_nothing) as listener:
        with pytest.raises(Unreachable, match="did not answer in time"):
            ask(listener)
        assert len(listener.requests) == 2


def test_a_server_that_hangs_up_is_unreachable() -> None:
    with listening(hang_up_at_once) as listener, pytest.raises(Unreachable):
        ask(listener)


def test_nobody_at_the_address_is_unreachable() -> None:
    with listening(hang_up_at_once) as listener:
        pass
    with pytest.raises(Unreachable, match="cannot be reached"):
        ask(listener)


def test_a_name_nobody_knows_is_said_to_be_unknown() -> None:
    identity = ClientIdentity(identifier="plaxe-test", version="1", device_name="attic")
    with pytest.raises(Unreachable, match="name"):
        PlexMediaServer("http://nobody.invalid", identity, timing=QUICK).root()


def test_plain_http_where_tls_is_due_is_told_as_a_certificate_matter() -> None:
    with listening(sending(head("Content-Length: 0"))) as listener:
        listener.url = listener.url.replace("http:", "https:")
        with pytest.raises(Unreachable, match="certificate"):
            ask(listener)


def test_a_body_shorter_than_announced_is_a_bad_response() -> None:
    with listening(sending(head("Content-Length: 500") + BODY)) as listener:
        with pytest.raises(BadResponse, match="broke off"):
            ask(listener)
        assert len(listener.requests) == 1


def test_a_chunked_body_without_an_end_is_a_bad_response() -> None:
    with (
        listening(sending(head("Transfer-Encoding: chunked") + b"36\r\n" + BODY)) as listener,
        pytest.raises(BadResponse, match="broke off"),
    ):
        ask(listener)


def test_half_a_json_without_a_length_is_a_bad_response() -> None:
    with (
        listening(sending(head("Connection: close") + BODY[:20])) as listener,
        pytest.raises(BadResponse, match="cut off"),
    ):
        ask(listener)


def test_a_broken_off_error_page_is_still_that_error() -> None:
    page = head("Content-Length: 500", status="404 Not Found") + b"<html>"
    with listening(sending(page)) as listener, pytest.raises(NotFound):
        ask(listener)


def test_a_body_that_drips_is_given_up_at_the_deadline() -> None:
    drops = [head(f"Content-Length: {len(BODY)}"), *(bytes([byte]) for byte in BODY)]
    started = time.monotonic()
    with listening(sending(*drops, pause=0.02)) as listener, pytest.raises(Unreachable):
        ask(listener)
    assert time.monotonic() - started < 1


def test_an_answer_too_large_is_refused() -> None:
    with (
        listening(sending(head("Connection: close") + b"x" * 2_000_000)) as listener,
        pytest.raises(BadResponse, match="too large"),
    ):
        ask(listener)


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused_in_time() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    page = head("Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb
    tracemalloc.start()
    try:
        with listening(sending(page)) as listener, pytest.raises(BadResponse, match="too large"):
            ask(listener)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_body_that_cannot_be_unpacked_is_a_bad_response() -> None:
    page = head("Content-Encoding: gzip", "Content-Length: 9") + b"not gzip!"
    with listening(sending(page)) as listener, pytest.raises(BadResponse, match="unpacked"):
        ask(listener)


def test_nothing_that_goes_wrong_on_a_socket_shows_the_token() -> None:
    with listening(sending(b"this is no HTTP\r\n\r\n")) as listener, pytest.raises(PlexError) as caught:
        ask(listener)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
