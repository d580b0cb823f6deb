"""A reverse proxy in front of Plaxe, as people have one: it strips a path or keeps it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Proxy(BaseHTTPRequestHandler):
    port: int
    strips: str

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix(self.strips) if self.strips else self.path
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as plaxe:
            plaxe.request(self.command, path or "/", body, dict(self.headers.items()))
            answer = plaxe.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = forward  # noqa: N815 -- names that http.server asks for

    def log_message(self, *_: object) -> None:
        """In a test nobody reads it."""


@contextmanager
def before(port: int, *, strips: str = "") -> Iterator[str]:
    """The address of a proxy before that port; with `strips`, without that path on the way."""
    handler = type("OneProxy", (Proxy,), {"port": port, "strips": strips})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, name="proxy", daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
