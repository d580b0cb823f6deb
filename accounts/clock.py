"""Whether the clock of this machine was set while it ran: the time since it was started cannot be set."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Uptime:
    """Seconds since this very start of the machine, the time it slept included."""

    boot: str
    seconds: float

    @classmethod
    def read(cls) -> "Uptime":
        """Empty where the system does not tell one start from another."""
        try:
            return cls(BOOT_ID.read_text().strip(), time.clock_gettime(time.CLOCK_BOOTTIME))
        except (OSError, AttributeError):
            return cls("", 0.0)


def step(before: datetime, then: Uptime, now: datetime, today: Uptime) -> timedelta:
    """By how much the clock was set between two moments; nothing when that cannot be known."""
    if not today.boot or then.boot != today.boot:
        return timedelta(0)
    return (now - before) - timedelta(seconds=today.seconds - then.seconds)
