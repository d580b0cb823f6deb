"""Says at the end of a run, too loud to be missed, that no browser has seen the pages."""

import pytest

BROWSER = "tests/browser/"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if BROWSER in report.nodeid]
    if skipped:
        reason = skipped[0].longrepr[2] if isinstance(skipped[0].longrepr, tuple) else ""
        terminalreporter.write_sep("!", f"{len(skipped)} browser tests did not run", red=True, bold=True)
        terminalreporter.write_line(reason)
