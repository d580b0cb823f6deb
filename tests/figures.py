"""What the campaigns have counted, told in a line each at the end of the run.

`fault campaign: 312 faults tried, 0 wrong deletions`
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

KEY = "figures"

Tell = Callable[..., None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """`tell("fault campaign", faults_tried=12)`. What several tests tell of one campaign is added up."""

    def tell(campaign: str, **figures: int) -> None:
        record_property(KEY, [campaign, figures])

    return tell


def totals(reports: Iterable[Any]) -> dict[str, Counter[str]]:
    """By campaign; the figures in the order in which they were first told."""
    found: dict[str, Counter[str]] = {}
    for report in reports:
        for campaign, figures in _told(report):
            found.setdefault(campaign, Counter()).update(figures)
    return found


def _told(report: Any) -> Iterator[tuple[str, dict[str, int]]]:
    """Of each test once: setting up and tearing down report the same again."""
    if getattr(report, "when", "") == "call":
        yield from (value for key, value in report.user_properties if key == KEY)


def in_words(campaign: str, figures: Counter[str]) -> str:
    told = (f"{number} {name.replace('_', ' ')}" for name, number in figures.items())
    return f"{campaign}: {', '.join(told)}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    if lines := [in_words(*one) for one in sorted(totals(reports).items())]:
        terminalreporter.section("campaigns")
        terminalreporter.write_line("\n".join(lines))
