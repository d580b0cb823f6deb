"""Anything may happen, for hundreds of steps or, in the continuous integration, thousands: no title goes that
somebody needs.

The same examples on every run. `make soak` goes on with others; what fails then tells its seed, with which
`--soak-seed` runs that round again and makes it small.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from random import SystemRandom

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns.property.machine import Machine
from tests.campaigns.property.remembered import Figures
from tests.figures import Tell

PROFILE = settings(
    stateful_step_count=50,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
ROUND = settings(PROFILE, max_examples=10)
SOME = settings(PROFILE, max_examples=5)
AGAIN = settings(ROUND, phases=[Phase.generate, Phase.shrink])


def seeds(minutes: float) -> Iterator[int]:
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        yield SystemRandom().randrange(2**32)


def run_round(number: int, profile: settings) -> None:
    try:
        run_state_machine_as_test(seed(number)(Machine), settings=profile)
    except Exception as error:
        error.add_note(f'Once more, and small: make soak ARGS="-k whatever_happens --soak-seed={number}"')
        raise


@pytest.mark.usefixtures("db", "silence")
@pytest.mark.parametrize("half", [1, 2])  # so that two can work on them
def test_whatever_happens_nothing_goes_that_somebody_needs(
    half: int, tell: Tell, request: pytest.FixtureRequest, soaking: bool
) -> None:
    Machine.total = figures = Figures()
    if wanted := request.config.getoption("--soak-seed"):
        run_round(wanted, AGAIN)
        return
    steps = request.config.getoption("--property-steps") // 2
    for number in count(half, 2):
        run_round(number, SOME)
        if figures.steps >= steps:
            break
    assert figures.deletes + figures.moves >= steps // 120, (
        "a Plaxe that never deletes keeps no promise either"
    )
    for number in seeds(request.config.getoption("--soak-minutes") / 2) if soaking else ():
        run_round(number, ROUND)
    tell("property campaign", **asdict(figures))
