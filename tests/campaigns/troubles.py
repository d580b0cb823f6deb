"""What can befall an HTTP exchange, and how long it lasts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Literal

from plexclient.demo import Call, Fault
from plexclient.demo.faults import FaultKind
from tests.campaigns.stage import Stage

# Only this exchange, or everything that its site is asked from then on.
Reach = Literal["once", "on"]
REACHES: tuple[Reach, ...] = ("once", "on")
SOON = 0.4  # seconds: longer than anybody waits for an answer that may not come


@dataclass(frozen=True)
class Trouble:
    name: str
    kind: FaultKind
    status: int = 0

    def __str__(self) -> str:
        return self.name

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer, where none may come."""
        return SOON / 2 if self.kind in {"timeout", "timeout_after", "late"} else 2

    @property
    def reaches(self) -> tuple[Reach, ...]:
        return ("on",) if self.kind == "farewell" else REACHES

    @contextmanager
    def befalling(self, stage: Stage, calls: Sequence[Call], number: int, reach: Reach) -> Iterator[None]:
        """It waits for the exchange that was recorded as this one; afterwards all is well again."""
        if self.kind == "farewell":
            with _refusing(stage, calls, number):
                yield
        else:
            stage.world.faults.add(self._fault(calls, number, reach))
            yield
        if self.kind == "late":  # and so are what it had delayed
            Event().wait(SOON)
        stage.world.faults.clear()

    def _fault(self, calls: Sequence[Call], number: int, reach: Reach) -> Fault:
        if reach == "once":
            return Fault(self.kind, status=self.status, delay=SOON, after=number)
        site = calls[number].site
        earlier = sum(call.site == site for call in calls[:number])
        return Fault(self.kind, status=self.status, delay=SOON, after=earlier, site=site, times=None)


@contextmanager
def _refusing(stage: Stage, calls: Sequence[Call], number: int) -> Iterator[None]:
    """Nobody listens any more once the exchange before this one has been answered."""
    site = calls[number].site
    if earlier := sum(call.site == site for call in calls[:number]):
        stage.world.faults.add(Fault("farewell", site=site, after=earlier - 1))
    else:
        stage.switch_off(site)
    yield
    if earlier:
        stage.switch_off(site)
    stage.switch_on(site)


FAMILIES = {
    "connection": [
        Trouble("refused", "farewell"),
        Trouble("reset before", "reset"),
        Trouble("reset after", "reset_after"),
    ],
    "answer": [
        Trouble("half a body", "half"),
        Trouble("cut body", "cut"),
        Trouble("HTML", "html"),
        Trouble("empty container", "empty"),
    ],
    "status": [Trouble(f"status {code}", "status", code) for code in (400, 401, 403, 404, 429, 500, 503)],
    "silence": [
        Trouble("time-out before", "timeout"),
        Trouble("time-out after", "timeout_after"),
        Trouble("late effect", "late"),
    ],
}

ALL = [trouble for family in FAMILIES.values() for trouble in family]
# What an answer may look like that hides something; the first looks most honest.
DISGUISES = [
    Trouble("empty container", "empty"),
    Trouble("status 404", "status", 404),
    Trouble("half a body", "half"),
    Trouble("HTML", "html"),
    Trouble("reset after", "reset_after"),
    *(Trouble(f"status {code}", "status", code) for code in (400, 401, 403, 500)),
]
