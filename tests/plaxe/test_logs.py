import logging
import sys

import pytest

from plaxe.logs import REDACTED, RedactingFormatter, configuration, redacted

TOKEN = "xT3sT-t0kEn_aBcDeF12"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /library?X-Plex-Token={TOKEN}&x=1",
        f"{{'X-Plex-Token': '{TOKEN}', 'Accept': 'application/json'}}",
        f'{{"authToken":"{TOKEN}"}}',
        f"x-plex-token: {TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        f"the token is {TOKEN}.",
        "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJwbGV4In0.c2lnbmF0dXJl-MDAx",
    ],
)
def test_a_credential_never_reaches_the_log(line: str) -> None:
    assert REDACTED in redacted(line)
    assert TOKEN not in redacted(line)
    assert "c2lnbmF0dXJl" not in redacted(line)


@pytest.mark.parametrize(
    "line",
    [
        "PLAXE_DELETION_DELAY is 24h",
        "server 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567 is off",
        "plex://movie/5d776825880197001ec90a7b",
        "Unreachable: http://192.168.1.5:32400 did not answer",
        "2026-11-21 12:29:47,740 INFO media.sync: 1234 items",
    ],
)
def test_what_is_no_credential_stays_readable(line: str) -> None:
    assert redacted(line) == line


def test_arguments_and_tracebacks_are_covered_too() -> None:
    try:
        raise RuntimeError(f"X-Plex-Token={TOKEN}")
    except RuntimeError:
        record = logging.LogRecord("x", 40, __file__, 1, "token %s", (TOKEN,), sys.exc_info())
    line = RedactingFormatter("%(message)s").format(record)
    assert TOKEN not in line
    assert "RuntimeError" in line


def test_debug_opens_the_libraries_too() -> None:
    assert configuration("INFO")["loggers"]["celery"] == {"level": "WARNING"}
    assert configuration("DEBUG")["loggers"]["celery"] == {"level": "DEBUG"}
