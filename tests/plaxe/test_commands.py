import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.errors import Refused
from plaxe.commands import JsonCommand
from plexclient.errors import Unreachable

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.django_db


class Greet(JsonCommand):
    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"server": options["server"], "at": datetime(2026, 8, 1, 12, 0, 0, 250, tzinfo=UTC)}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"Hello {result['server']}"


class Fail(Greet):
    error: Exception = Refused("Nobody knows that viewer.")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        raise self.error


def test_people_read_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Greet().run_from_argv(["manage.py", "greet", "--server", "m1"])
    assert capsys.readouterr().out == "Hello m1\n"


def test_scripts_read_one_document_with_times_that_carry_a_zone(capsys: pytest.CaptureFixture[str]) -> None:
    Greet().run_from_argv(["manage.py", "greet", "--json"])
    assert json.loads(capsys.readouterr().out) == {"server": None, "at": "2026-08-01T12:00:00.000250+00:00"}


@pytest.mark.parametrize(
    "error",
    [
        Refused("No such\nviewer."),
        Unreachable("The server at nas:32400 is off."),
        CommandError("All servers failed."),
        OperationalError("connection refused"),
    ],
)
def test_an_error_is_one_line_and_one_document(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    command = Fail()
    command.error = error
    with pytest.raises(SystemExit) as exit_:
        command.run_from_argv(["manage.py", "fail", "--json"])
    streams = capsys.readouterr()
    assert exit_.value.code == 1
    assert len(streams.err.splitlines()) == 1
    assert json.loads(streams.out) == {"error": streams.err.strip()}


def test_an_unexpected_error_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    command = Fail()
    command.error = ZeroDivisionError("secret detail")
    with pytest.raises(SystemExit) as exit_:
        command.run_from_argv(["manage.py", "fail", "--json"])
    assert exit_.value.code == 1
    assert json.loads(capsys.readouterr().out) == {"error": "Unexpected error: ZeroDivisionError"}


def test_a_wrong_argument_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        Greet().run_from_argv(["manage.py", "greet", "--json", "--wat"])
    assert exit_.value.code == 1
    assert "--wat" in json.loads(capsys.readouterr().out)["error"]


def test_from_python_an_error_is_an_exception() -> None:
    with pytest.raises(CommandError, match="Nobody knows"):
        call_command(Fail())


def test_a_fresh_folder_is_prepared_by_whatever_runs_first(tmp_path: Path) -> None:
    environment = {"PLAXE_DATA_DIR": str(tmp_path / "data"), "PLAXE_ENV_FILE": "", "PATH": ""}
    command = [sys.executable, "manage.py", "status", "--json"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err.decode()
        assert "delay_seconds" in json.loads(out)
