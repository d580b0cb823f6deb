"""What a demo server tells those who keep a line open to it."""

import base64
import hashlib
import json
import select
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event, Lock
from typing import Any

ENTRIES = {"playing": "PlaySessionStateNotification", "timeline": "TimelineEntry"}
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of the websocket's handshake, RFC 6455
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
LOOK = 0.1  # seconds between two looks whether the line still stands

Announcement = tuple[str, dict[str, Any]]
Frame = Callable[[str, Any], bytes]


@dataclass(eq=False)
class Announcer:
    """Each listener has a queue of his own; `cut` ends all their lines at once."""

    _queues: dict[Queue[Announcement], Event] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=Lock, repr=False)

    def say(self, kind: str, **entry: object) -> None:
        with self._lock:
            for queue in self._queues:
                queue.put((kind, entry))

    @contextmanager
    def listener(self) -> Iterator[tuple[Queue[Announcement], Event]]:
        queue: Queue[Announcement] = Queue()
        is_cut = Event()
        with self._lock:
            self._queues[queue] = is_cut
        try:
            yield queue, is_cut
        finally:
            with self._lock:
                self._queues.pop(queue, None)

    def cut(self) -> None:
        with self._lock:
            for is_cut in self._queues.values():
                is_cut.set()

    @property
    def listeners(self) -> int:
        return len(self._queues)


def accept(key: str) -> str:
    """The answer to a websocket's `Sec-WebSocket-Key`."""
    return base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode()  # noqa: S324 -- as the RFC says


def tell(announcer: Announcer, line: socket.socket, stopping: Event, frame: Frame) -> None:
    """Until the server stops, the line is cut, or the other side has gone."""
    with announcer.listener() as (queue, is_cut):
        while not (stopping.is_set() or is_cut.is_set()) and _still_there(line):
            try:
                kind, entry = queue.get(timeout=LOOK)
            except Empty:
                continue
            line.sendall(frame(kind, entry))


def as_event(kind: str, entry: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({ENTRIES[kind]: entry})}\n\n".encode()


def as_frame(kind: str, entry: Any) -> bytes:
    container = {"type": kind, "size": 1, ENTRIES[kind]: [entry]}
    return _framed(TEXT, json.dumps({"NotificationContainer": container}).encode())


def _framed(code: int, body: bytes) -> bytes:
    length = struct.pack("!B", len(body)) if len(body) < 126 else struct.pack("!BH", 126, len(body))
    return bytes([0x80 | code]) + length + body


def _still_there(line: socket.socket) -> bool:
    """Reads what the listener sends: a ping is answered, an end or a close ends it."""
    while select.select([line], [], [], 0)[0]:
        head = line.recv(2)
        if len(head) < 2 or head[0] & 0x0F == CLOSE:
            return False
        mask, body = line.recv(4), line.recv(head[1] & 0x7F)
        if head[0] & 0x0F == PING:
            line.sendall(_framed(PONG, bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))))
    return True
