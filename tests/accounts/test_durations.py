from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.durations import TooLarge, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("45", timedelta(seconds=45)),
        ("0", timedelta()),
        (" 1.5 H ", timedelta(minutes=90)),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "-1h", "1y", "1h30m", "1e9", "inf", "nan", "²", "99999w", "0x10", "1,5h"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="24h or 7d"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["99999999d", "522w", f"{10**20}"])
def test_a_duration_beyond_ten_years_is_too_large(text: str) -> None:
    with pytest.raises(TooLarge, match="too large"):
        parse_duration(text)


@pytest.mark.parametrize("text", [f"{10**20}", "99999999999TB"])
def test_a_size_beyond_all_disks_is_too_large(text: str) -> None:
    with pytest.raises(TooLarge, match="too large"):
        parse_size(text)


@given(st.integers(0, 10**8))
def test_a_plain_number_is_seconds(seconds: int) -> None:
    assert parse_duration(str(seconds)) == timedelta(seconds=seconds)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(ValueError):
        assert parse_duration(text) >= timedelta()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500MB", 500_000_000), ("200GB", 200 * 10**9), ("1 GiB", 2**30), ("1.5kb", 1500), ("7", 7)],
)
def test_a_size_is_read_as_people_write_it(text: str, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize("text", ["", "big", "-1GB", "1 parsec", "1h"])
def test_anything_else_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="500MB or 200GB"):
        parse_size(text)
