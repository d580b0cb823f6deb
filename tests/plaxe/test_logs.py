import json
import logging
import sys

import pytest
from celery import Task, shared_task
from django.test import Client

from plaxe import tracing
from plaxe.celery import app, name_request, take_name_of_request
from plaxe.logs import REDACTED, JsonFormatter, RedactingFormatter, configuration, redacted

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
        "bob@example.com was invited",
        "Bob <bob.b+plex@mail.example.co.uk>",
        '{"email":"bob@example.com"}',
        "?email=bob@example.com&x",
    ],
)
def test_nor_does_an_address_of_somebody(line: str) -> None:
    assert REDACTED in redacted(line)
    assert "example" not in redacted(line)


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


def test_for_programs_each_line_is_an_object_in_which_nothing_secret_is_readable_either() -> None:
    try:
        raise RuntimeError(f"X-Plex-Token={TOKEN}")
    except RuntimeError:
        record = logging.LogRecord("media.sync", 40, __file__, 1, 'token "%s"', (TOKEN,), sys.exc_info())
    line = JsonFormatter().format(record)
    told = json.loads(line)
    assert TOKEN not in line
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "media.sync", f'token "{REDACTED}"')
    assert "RuntimeError" in told["exception"]
    assert configuration("INFO", "json")["handlers"]["console"]["formatter"] == "json"


def name_in_a_line() -> str:
    record = logging.LogRecord("x", 20, __file__, 1, "", (), None)
    tracing.Named().filter(record)
    return str(vars(record)["request"])


def test_a_request_has_a_name_which_its_answer_tells(client: Client) -> None:
    assert client.get("/health/")["X-Request-ID"] != client.get("/health/")["X-Request-ID"]
    assert client.get("/health/", headers={"X-Request-ID": "proxy-7"})["X-Request-ID"] == "proxy-7"
    assert "\n" not in client.get("/health/", headers={"X-Request-ID": "a b" * 100})["X-Request-ID"]
    assert name_in_a_line() == tracing.NONE


def test_a_task_bears_the_name_of_the_request_that_asked_for_it() -> None:
    headers: dict[str, str] = {}
    token = tracing.current.set("a-request")
    name_request(headers)
    tracing.current.reset(token)
    seen = []

    def look(self: Task) -> None:
        take_name_of_request(self, self.request.id)
        seen.append(name_in_a_line())

    task = shared_task(bind=True)(look)

    for told in (headers, {"plaxe_request": tracing.NONE}):
        token = tracing.current.set(tracing.NONE)
        app.tasks[task.name].apply(task_id="0123456789abcdef", headers=told)
        tracing.current.reset(token)
    assert seen == ["a-request", "0123456789ab"]
