"""Bytes over time as the paths of a small picture, which a page draws without a script."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

WIDTH, HEIGHT = 720, 140
ABOVE = 4  # where the line has room for its own width


class Chart(NamedTuple):
    line: str
    area: str


def rising(points: Iterable[tuple[date, int]], since: date, until: date) -> Chart:
    """A line in steps: from each day's begin on its number, which never falls; `until` is a whole day."""
    known = list(points)
    most = max((number for _, number in known), default=0) or 1
    length = (until - since).days + 1
    steps = [f"M0 {HEIGHT}"]
    for day, number in known:
        across = WIDTH * (day - since).days / length
        height = (HEIGHT - ABOVE) * number / most
        steps.append(f"H{across:.1f}V{HEIGHT - height:.1f}")
    line = "".join([*steps, f"H{WIDTH}"])
    return Chart(line, f"{line}V{HEIGHT}Z")
