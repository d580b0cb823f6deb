from datetime import timedelta

import pytest

from accounts import clock
from accounts.clock import Uptime
from tests.factories import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("passed", "seconds", "expected"),
    [
        (HOUR, 3600, timedelta(0)),
        (25 * HOUR, 3600, 24 * HOUR),
        (-HOUR, 3600, -2 * HOUR),
        (HOUR, 0, HOUR),
    ],
)
def test_a_step_is_what_the_clock_moved_more_than_the_time_that_passed(
    passed: timedelta, seconds: float, expected: timedelta
) -> None:
    assert clock.step(NOW, Uptime("b", 100), NOW + passed, Uptime("b", 100 + seconds)) == expected


@pytest.mark.parametrize(("then", "today"), [("a", "b"), ("", "b"), ("a", ""), ("", "")])
def test_nothing_is_known_across_a_restart_or_where_the_system_does_not_tell(then: str, today: str) -> None:
    assert clock.step(NOW, Uptime(then, 1), NOW + 99 * HOUR, Uptime(today, 2)) == timedelta(0)


def test_time_goes_on_while_the_machine_is_up() -> None:
    first, second = Uptime.read(), Uptime.read()
    assert first.boot == second.boot
    assert second.seconds >= first.seconds
