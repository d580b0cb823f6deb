"""What a source, or all of them together, has found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PollReport:
    rows: int = 0  # of the history; what the viewers' own lists hold is met again and again
    watches: int = 0
    skipped: int = 0
    complete: bool = True
    errors: tuple[str, ...] = ()

    def __add__(self, other: "PollReport") -> "PollReport":
        return PollReport(
            rows=self.rows + other.rows,
            watches=self.watches + other.watches,
            skipped=self.skipped + other.skipped,
            complete=self.complete and other.complete,
            errors=self.errors + other.errors,
        )
