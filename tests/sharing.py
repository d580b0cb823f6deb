"""Which tests one worker of several runs: those that start something dear together."""

import pytest
from xdist.scheduler import LoadGroupScheduling

# Each starts a browser, and a Plaxe to look at.
TOGETHER = "tests/browser/"


class Sharing(LoadGroupScheduling):
    """By folder. pytest-xdist itself goes by marks, which it writes where pytest 9 does not read them."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing | None:
    return Sharing(config, log) if config.getvalue("dist") == "loadgroup" else None
