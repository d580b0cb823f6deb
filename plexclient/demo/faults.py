"""Failures on demand: what goes wrong with matching requests, and how often."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from typing import Any, Literal, get_args

from plexclient.demo.web import Request, Response, html_error, json_response, xml_container, xml_response

FaultKind = Literal[
    # instead of an answer; the request has no effect
    "status", "html", "empty", "reset", "timeout",
    # the request takes effect, then something befalls the answer
    "reset_after", "timeout_after", "half", "cut", "slow", "drip", "farewell", "late",
    # the answer itself is not what was asked for
    "ignore_filter", "short_page", "repeat_page",
]  # fmt: skip
FOREVER = 3600.0


@dataclass
class Fault:
    """`half` ends the body early and says so, `cut` promises the whole and breaks off,
    `drip` sends it in small bits over `delay` seconds, after a `farewell` connections are refused until the
    site is switched on again, `late` takes effect only after `delay` seconds. `times` None means always;
    `after` lets some pass first.
    """

    kind: FaultKind
    method: str = "*"
    path_pattern: str = ""
    site: str = "*"
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    delay: float | None = None
    times: int | None = 1
    after: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {self.kind}")

    def concerns(self, request: Request) -> bool:
        return (
            self.method in {"*", request.method}
            and self.site in {"*", request.site}
            and re.search(self.path_pattern, request.path) is not None
        )

    def strikes(self) -> bool:
        if self.after:
            self.after -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, request: Request) -> Fault | None:
        with self._lock:
            concerned = (fault for fault in self._faults if fault.concerns(request))
            return next((fault for fault in concerned if fault.strikes()), None)


def answer_under(fault: Fault | None, request: Request, answer: Callable[[Request], Response]) -> Response:
    if fault is None:
        return answer(request)
    if fault.kind == "late":
        Event().wait(fault.delay or 1.0)
    return _instead(fault, request) or _afterwards(fault, answer(replace(request, quirk=fault.kind)))


def _instead(fault: Fault, request: Request) -> Response | None:
    match fault.kind:
        case "status":
            return replace(html_error(fault.status), headers=fault.headers)
        case "html":
            return Response(body=b"<html><body><h1>Please sign in to the network</h1></body></html>")
        case "empty":
            return _nothing(request)
        case "reset":
            return Response(status=0, delivery="reset")
        case "timeout":
            return Response(status=0, delivery="reset", delay=fault.delay or FOREVER)
    return None


def _nothing(request: Request) -> Response:
    """What an empty list looks like where this is asked."""
    container = {"size": 0, "totalSize": 0}
    if not request.wants_json:
        return xml_response(xml_container(container))
    return json_response([] if request.path.startswith("/api/v2/") else {"MediaContainer": container})


def _afterwards(fault: Fault, response: Response) -> Response:
    changes: dict[str, dict[str, Any]] = {
        "reset_after": {"delivery": "reset"},
        "timeout_after": {"delivery": "reset", "delay": fault.delay or FOREVER},
        "half": {"body": response.body[: len(response.body) // 2]},
        "cut": {"delivery": "cut"},
        "farewell": {"delivery": "last"},
        "slow": {"delay": fault.delay or 1.0},
        "drip": {"delivery": "drip", "delay": fault.delay or 1.0},
    }
    return replace(response, **changes.get(fault.kind, {}))
