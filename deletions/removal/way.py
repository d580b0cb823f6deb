"""What all ways of taking a title away have in common, so that claim, intent, act and record are the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from deletions.models import AuditEntry, Hold, Status

# A worker that dies again and again after announcing what it does: stop and let somebody look.
MOST_TRIES = 3


@dataclass(frozen=True)
class Verdict:
    """What became of a title. No status: nobody knows yet, and the text says why. SCHEDULED: nothing has
    happened to it."""

    status: Status | None
    text: str = ""
    freed: int = 0
    hold: Hold | None = None  # goes with HELD
    verb: AuditEntry.Verb | None = None  # of the record, if it is not the status that says it


class Way(Protocol):
    """One way of taking one title away, for one claim."""

    def announce(self, now: datetime) -> None:
        """Write down what is about to be done, in the transaction that writes down the intent."""

    def act(self) -> str:
        """Do it, once. Returns what was answered, in words; raises nothing that the world may cause."""

    def verdict(self) -> Verdict:
        """After `act`: what became of it, by looking, and by the answer where that says why."""

    def found(self) -> Verdict:
        """After a crash, perhaps of another process: what became of it, by looking alone."""

    def record(self, status: Status, now: datetime) -> None:
        """What else is different with that end, in the transaction that records it."""
