"""Kombu's filesystem transport, with messages that appear and vanish whole.

The original writes into the visible file and reads it by way of /tmp; a worker that looks in between
finds half a message and ends.
"""

import os
import secrets
import time
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    @property
    def folder(self) -> Path:
        folder = Path(self.transport_options["folder"])
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def control_folder(self) -> Path:
        return self.folder

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.{queue}"
        draft = self.folder / f"{name}.draft"
        draft.write_text(dumps(message), encoding="utf-8")
        draft.rename(self.folder / f"{name}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(self._messages(queue)):
            try:
                mine = path.rename(path.with_suffix(f".{os.getpid()}"))
            except FileNotFoundError:  # another worker was quicker
                continue
            payload = mine.read_text(encoding="utf-8")
            mine.unlink()
            return loads(payload)
        raise Empty

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _messages(self, queue: str) -> list[Path]:
        suffix = f".{queue}.msg"
        with os.scandir(self.folder) as entries:
            return [Path(entry.path) for entry in entries if entry.name.endswith(suffix)]


class Transport(filesystem.Transport):
    Channel = Channel
