from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from media.paging import in_pages, reaches_back

Dates = list[int | None]


def day(number: int | None) -> datetime | None:
    return None if number is None else datetime(2026, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pages", "found", "left"),
    [
        ([[9, 8], [7, 4], [3]], True, 1),  # stops where a page ends before the 5th
        ([[9, 8], [7, 6]], False, 0),  # everything is newer
        ([[9, 9], [4, 4]], True, 0),  # equal dates are in order
        ([[4, 9], [3, 2], [1]], False, 0),  # not in order: nothing is proved, everything is read
        ([[9, None], [4], [3]], False, 0),  # nor where a date is missing
        ([[6, 5]], False, 0),  # the day itself is still wanted
        ([], False, 0),
    ],
)
def test_a_listing_is_read_as_far_back_as_needed(pages: list[Dates], found: bool, left: int) -> None:
    rest: Iterator[Dates] = iter(pages)

    assert reaches_back(rest, datetime(2026, 1, 5, tzinfo=UTC), date_of=day) is found
    assert len(list(rest)) == left


def test_rows_come_in_pages_and_the_last_is_shorter() -> None:
    assert list(in_pages(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]
