"""A thread per connection, real sockets, and every way a connection can break."""

import socket
import struct
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Protocol
from urllib.parse import unquote

from plexclient.demo.announcing import as_event, as_frame, tell
from plexclient.demo.faults import answer_under
from plexclient.demo.web import Request, Response, html_error
from plexclient.demo.world import Call, World

LARGEST_BODY = 1_000_000
BITS = 20


class Site(Protocol):
    """`is_server` is true of media servers, whose DELETEs the world counts."""

    name: str
    is_server: bool
    world: World

    def answer(self, request: Request) -> Response: ...


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        self.stopping = Event()
        self._open: dict[socket.socket, Thread] = {}
        self._open_lock = Lock()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self._loop = Thread(target=self.serve_forever, args=(0.02,), name=f"demo {site.name}", daemon=True)
        self._loop.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        """Ends at once, also in the middle of answers."""
        self.stopping.set()
        for thread in self.refuse():
            thread.join(timeout=2)

    def refuse(self, but: socket.socket | None = None) -> list[Thread]:
        """Listen no more and end the connections but one; returns the threads that served them."""
        self.shutdown()
        self._loop.join()
        self.server_close()
        with self._open_lock:
            going = {connection: thread for connection, thread in self._open.items() if connection is not but}
        for connection in going:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return list(going.values())

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._open_lock:
            self._open[request] = thread
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours; `Handler` reports the others."""


class Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name for it
        """The world keeps its own log."""

    def serve(self) -> None:
        site = self.server.site
        request = self._request(site.name)
        response = answer_under(site.world.faults.take(request), request, self._answer)
        site.world.record(self._call(request, response), at_a_server=site.is_server)
        if response.delay:
            self.server.stopping.wait(0 if response.delivery == "drip" else response.delay)
        self._deliver(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = serve  # noqa: N815

    def _request(self, site: str) -> Request:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length") or ""
        body = self.rfile.read(min(int(length), LARGEST_BODY)) if length.isdecimal() else b""
        headers: Any = self.headers  # behaves as the mapping without case that HTTP wants
        return Request(site, self.command, unquote(path), query, headers, body)

    def _answer(self, request: Request) -> Response:
        try:
            return self.server.site.answer(request)
        except Exception:  # noqa: BLE001  # a server answers 500 and lives on
            traceback.print_exc()
            return html_error(500)

    def _call(self, request: Request, response: Response) -> Call:
        world = self.server.site.world
        return Call(
            at=world.clock(),
            site=request.site,
            method=request.method,
            path=request.path,
            query=request.raw_query,
            status=response.status,
            delivered=response.delivery in {"whole", "last"},
            client_identifier=request.plex("Client-Identifier"),
        )

    def _deliver(self, response: Response) -> None:
        if response.delivery == "reset":
            self._reset()
            return
        if response.delivery == "last":
            self.server.refuse(but=self.connection)
            self.close_connection = True
        head, body = self._head(response), b"" if self.command == "HEAD" else response.body
        if response.delivery == "cut":
            self.wfile.write(head + body[: len(body) // 2])
            self.close_connection = True
        elif response.delivery == "drip":
            self._drip(head, body, response.delay)
        elif response.announcer:
            self._tell(head, response)
        else:
            self.wfile.write(head + body)

    def _drip(self, head: bytes, body: bytes, seconds: float) -> None:
        self.wfile.write(head)
        step = max(1, len(body) // BITS)
        for start in range(0, len(body), step):
            self.server.stopping.wait(seconds / BITS)
            self.wfile.write(body[start : start + step])

    def _tell(self, head: bytes, response: Response) -> None:
        self.wfile.write(head)
        self.close_connection = True
        frame = as_event if response.delivery == "event source" else as_frame
        if response.announcer:
            tell(response.announcer, self.connection, self.server.stopping, frame)

    def _head(self, response: Response) -> bytes:
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('', ''))[0]}"]
        fields = {"Content-Type": response.content_type}
        if response.announcer is None:
            fields["Content-Length"] = str(len(response.body))
        lines += [f"{name}: {value}" for name, value in {**fields, **response.headers}.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")

    def _reset(self) -> None:
        """Closes with RST, as a crashed peer or an impatient proxy does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
