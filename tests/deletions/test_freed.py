"""What was freed, month by month."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import PlexServer
from deletions.freed import by_month
from deletions.models import Deletion
from tests import factories

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


def freed(server: PlexServer, size: int, at: datetime) -> None:
    Deletion.objects.create(
        server=server, rating_key="1", type="movie", title="Gone", status="DELETED", enqueued_at=at,
        scheduled_for=at, finished_at=at, freed=size, freed_at=at,
    )  # fmt: skip


def test_it_is_the_last_twelve_months_with_the_present_one_at_the_end(server: PlexServer) -> None:
    freed(server, 5, NOW)
    freed(server, 10, datetime(2025, 12, 1, tzinfo=UTC))
    freed(server, 99, datetime(2025, 11, 30, tzinfo=UTC))
    months = by_month(NOW)
    assert [months[0].begins, months[-1].begins] == [date(2025, 12, 1), date(2026, 11, 1)]
    assert [(months[0].bytes, months[0].height), (months[-1].bytes, months[-1].height)] == [
        (10, 100),
        (5, 50),
    ]
    assert sum(month.bytes for month in months) == 15


def test_a_month_is_the_visitors(server: PlexServer) -> None:
    freed(server, 7, datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert by_month(NOW)[-1].bytes == 7
    with timezone.override(UTC):
        assert by_month(NOW)[-2].bytes == 7


def test_where_nothing_was_freed_there_is_no_picture(server: PlexServer) -> None:
    assert by_month(NOW) == []
