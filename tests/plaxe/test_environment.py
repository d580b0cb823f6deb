from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from plaxe.environment import Environment


def test_an_empty_value_counts_as_none() -> None:
    env = Environment({"NAME": "", "FLAG": "", "DELAY": ""})
    assert env.text("NAME", "x") == "x"
    assert env.flag("FLAG") is None
    assert env.whole("NAME") is env.size("NAME") is None
    assert env.duration("DELAY", "1h") == timedelta(hours=1)


def test_a_value_may_come_from_a_file_and_loses_its_newline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    assert Environment({"TOKEN_FILE": str(tmp_path / "token")}).text("TOKEN") == "secret"


def test_a_file_that_is_not_there_is_named_by_its_variable() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^TOKEN_FILE names a file .*: No such file"):
        Environment({"TOKEN_FILE": "/nowhere/token"}).text("TOKEN")


def test_a_dollar_is_only_a_dollar() -> None:
    assert Environment({"PASSWORD": "$HOME"}).text("PASSWORD") == "$HOME"


def test_words_are_separated_by_commas() -> None:
    assert Environment({"HOSTS": " nas.lan, ,10.0.0.5 "}).words("HOSTS") == ["nas.lan", "10.0.0.5"]


@pytest.mark.parametrize(("text", "meaning"), [("true", True), ("YES", True), ("0", False), ("off", False)])
def test_a_flag_is_read_as_people_write_it(text: str, meaning: bool) -> None:
    assert Environment({"FLAG": text}).flag("FLAG") is meaning


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda env: env.flag("X"), "maybe", "true or false"),
        (lambda env: env.duration("X"), "soon", "duration"),
        (lambda env: env.interval("X", "5m"), "0", "at least one second"),
        (lambda env: env.size("X", "1GB"), "huge", "size"),
        (lambda env: env.size("X"), "-5GB", "size"),
        (lambda env: env.size("X"), "99999999999TB", "size"),
        (lambda env: env.whole("X", least=0), "-1", "whole number"),
        (lambda env: env.whole("X", least=0, most=100), "101", "from 0 to 100"),
        (lambda env: env.whole("X", 8000), "http", "whole number"),
        (lambda env: env.whole("X", 8000), "70000", "from 1 to 65535"),
        (lambda env: env.choice("X", ("INFO", "DEBUG"), "INFO"), "LOUD", "one of INFO, DEBUG"),
        (lambda env: env.url("X"), "plex.tv", "http:// or https://"),
        (lambda env: env.url("X"), "http://plex.tv:port", "http:// or https://"),
        (lambda env: env.url("X", schemes=("redis",)), "amqp://x", "redis://"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_variable(
    read: Callable[[Environment], Any], value: str, expected: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^X must be .*{expected}"):
        read(Environment({"X": value}))


def test_an_address_with_a_password_is_never_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        Environment({"X": "mysql://plaxe:hunter2@db/plaxe"}).url("X", schemes=("postgres",))
    assert "hunter2" not in str(refusal.value)
