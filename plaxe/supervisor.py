"""Starts the processes that make up Plaxe, starts the dead ones again, and stops all of them together."""

import ctypes
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

logger = logging.getLogger(__name__)

PATIENCE = 4.0  # seconds a child has for stopping by itself
SETTLED = 5.0  # seconds after which a death counts as an accident, not as a crash loop
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1
OURS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)


@dataclass
class Child:
    name: str
    run: Callable[[], int | None]
    pid: int = 0
    started_at: float = 0.0
    start_for: float = 0.0
    early_deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        parent = os.getpid()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)  # the child must not run our handlers
        self.pid = os.fork()
        if not self.pid:
            _be_child(self, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def ended(self) -> int | None:
        """The wait status once the process has ended, and with it everything it left behind."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return None
        self._kill_group()
        self.pid = 0
        return status

    def plan_restart(self, status: int) -> None:
        """At once after an accident, with growing pauses in a crash loop."""
        lived = time.monotonic() - self.started_at
        self.early_deaths = 0 if lived >= SETTLED else self.early_deaths + 1
        pause = min(2.0 ** (self.early_deaths - 1), LONGEST_PAUSE) if self.early_deaths else 0.0
        self.start_for = time.monotonic() + pause
        logger.error("%s ended (%s); it starts again in %d s", self.name, _in_words(status), pause)

    def kill(self) -> None:
        self._kill_group()
        os.waitpid(self.pid, 0)
        self.pid = 0

    def _kill_group(self) -> None:
        for kill in (os.killpg, os.kill):
            try:
                kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


class Supervisor:
    """`run` returns when SIGTERM or SIGINT came and every child has ended."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> None:
        self._listen()
        while not self.stopping:
            self._start_due()
            self._wait(self._until_next_start())
            self._bury()
        self._stop()

    def _listen(self) -> None:
        self.wake_up, write_end = os.pipe()
        for end in (self.wake_up, write_end):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _start_due(self) -> None:
        for child in self.children:
            if not child.pid and child.start_for <= time.monotonic() and not self.stopping:
                child.start()

    def _until_next_start(self) -> float | None:
        pauses = [child.start_for - time.monotonic() for child in self.children if not child.pid]
        return max(min(pauses), 0.0) if pauses else None

    def _wait(self, seconds: float | None) -> None:
        """Until a signal or the time has come; costs nothing meanwhile."""
        if select.select([self.wake_up], [], [], seconds)[0]:
            os.read(self.wake_up, 4096)

    def _bury(self) -> None:
        for child in self._alive():
            status = child.ended()
            if status is not None and not self.stopping:
                child.plan_restart(status)

    def _stop(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for child in self._alive():
            os.kill(child.pid, signal.SIGTERM)
        while self._alive() and (left := deadline - time.monotonic()) > 0:
            self._wait(left)
            self._bury()
        for child in self._alive():
            logger.warning("%s did not stop in time and is ended", child.name)
            child.kill()

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.pid]


def _be_child(child: Child, parent: int) -> None:
    """Never returns: whatever happens in the child must not go on as the supervisor."""
    status = 1
    try:
        _settle(parent)
        status = child.run() or 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:
        logger.exception("%s failed", child.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _settle(parent: int) -> None:
    signal.set_wakeup_fd(-1)
    for number in OURS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
    os.setsid()  # else Ctrl-C in the terminal would arrive twice
    die_with(parent)


def told_to_stop() -> threading.Event:
    """Set as soon as SIGTERM or SIGINT comes."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def die_with(parent: int) -> None:
    """However the parent ends, this process does not outlive it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _end_without(parent)
    else:
        threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while True:
        _end_without(parent)
        time.sleep(1)


def _end_without(parent: int) -> None:
    if os.getppid() != parent:
        os._exit(1)


def _in_words(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"status {code}" if code >= 0 else signal.Signals(-code).name
