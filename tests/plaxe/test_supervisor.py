"""The supervisor in a process of its own, with children that write down what happens to them."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
Start = Callable[[str], subprocess.Popen[bytes]]
FRAME = """
import os, signal, sys, time
from functools import partial
from plaxe import supervisor
from plaxe.supervisor import Child, Supervisor

def note(word):
    with open("log", "a") as file:
        file.write(f"{word} {os.getpid()}\\n")

def sleep():
    note("started")
    time.sleep(60)

"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def run(code: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", FRAME + textwrap.dedent(code)]
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment))
        return started[-1]

    yield run
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


@pytest.fixture
def notes(tmp_path: Path) -> Callable[..., list[int]]:
    """The numbers of the processes that wrote `word`, once there are `count` of them."""

    def wait(word: str, count: int) -> list[int]:
        def pids() -> list[int]:
            log = tmp_path / "log"
            lines = log.read_text().splitlines() if log.exists() else []
            return [int(line.split()[1]) for line in lines if line.startswith(word)]

        assert until(lambda: len(pids()) >= count), f"{count} times {word!r}, found {pids()}"
        return pids()

    return wait


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_with_status_0(
    start: Start, notes: Callable[..., list[int]], number: int
) -> None:
    process = start('Supervisor([Child("one", sleep), Child("two", sleep)]).run()')
    children = notes("started", 2)
    process.send_signal(number)
    assert process.wait(timeout=5) == 0
    assert not [pid for pid in children if is_running(pid)]


def test_a_child_that_will_not_stop_is_ended(start: Start, notes: Callable[..., list[int]]) -> None:
    process = start("""
        def stubborn():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if os.fork() == 0:
                note("grandchild")
                time.sleep(60)
            sleep()

        supervisor.PATIENCE = 0.5
        Supervisor([Child("stubborn", stubborn)]).run()
    """)
    family = notes("started", 1) + notes("grandchild", 1)
    process.terminate()
    assert process.wait(timeout=5) == 0
    assert until(lambda: not [pid for pid in family if is_running(pid)], 2)


def test_nobody_outlives_a_supervisor_that_was_killed(start: Start, notes: Callable[..., list[int]]) -> None:
    process = start('Supervisor([Child("one", sleep), Child("two", sleep)]).run()')
    children = notes("started", 2)
    process.kill()
    assert until(lambda: not [pid for pid in children if is_running(pid)], 3)


def test_a_child_that_lived_a_while_starts_again_at_once(
    start: Start, notes: Callable[..., list[int]]
) -> None:
    start('supervisor.SETTLED = 0.2\nSupervisor([Child("one", sleep)]).run()')
    first = notes("started", 1)[0]
    time.sleep(0.4)
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    assert len(set(notes("started", 2))) == 2
    assert time.monotonic() - began < 0.5


def test_a_child_that_cannot_live_is_tried_ever_more_rarely(
    start: Start, notes: Callable[..., list[int]]
) -> None:
    start("""
        def fail():
            note("started")
            raise RuntimeError("no")

        Supervisor([Child("failing", fail), Child("well", sleep)]).run()
    """)
    notes("started", 2)
    began = time.monotonic()
    assert len(notes("started", 4)) == 4  # the well one and three attempts, one and two seconds apart
    assert 1.5 < time.monotonic() - began < 5


def test_what_a_dead_child_leaves_behind_goes_too(start: Start, notes: Callable[..., list[int]]) -> None:
    start("""
        def parent():
            if os.fork() == 0:
                note("orphan")
                time.sleep(60)
            sleep()

        Supervisor([Child("parent", parent)]).run()
    """)
    orphan = notes("orphan", 1)[0]
    os.kill(notes("started", 1)[0], signal.SIGKILL)
    assert until(lambda: not is_running(orphan), 3)


def test_waiting_costs_nothing(start: Start, notes: Callable[..., list[int]]) -> None:
    process = start('Supervisor([Child("one", sleep)]).run()')
    notes("started", 1)
    before = cpu(process.pid)
    time.sleep(1)
    assert cpu(process.pid) - before <= 1


def cpu(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
