"""Rows as some servers send them, and what of them is in the database afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import PlexServer, PlexUser
from media.models import HistoryCursor, Watch
from media.sources import history
from media.sources.report import PollReport
from media.sync import sync_server
from tests import factories
from tests.factories import ALICE, BOB, NOW
from tests.media.fake_plex import FakePlex, movie

START = int((NOW - timedelta(days=30)).timestamp())
Views = set[tuple[str, str, datetime | None]]


def at(seconds: int = 0) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


@pytest.fixture(autouse=True)
def library(server: PlexServer, plex: FakePlex) -> None:
    plex.section("1", "movie", *(movie(str(number)) for number in range(1, 6)))
    sync_server(server, NOW - timedelta(days=60))
    factories.bob(on=server)


def read(server: PlexServer, now: datetime = NOW) -> PollReport:
    return history.read(server, server.connect(), now)


def views() -> Views:
    return set(Watch.objects.values_list("viewer__name", "item__rating_key", "last_viewed_at"))


@pytest.mark.parametrize(
    "row",
    [
        {"viewedAt": START * 1000},
        {"viewedAt": str(START)},
        {"accountID": str(BOB)},
        {"ratingKey": 1},
        {"librarySectionID": 1},
        {"parentKey": None, "grandparentKey": ""},
    ],
)
def test_numbers_and_texts_may_stand_for_each_other(
    server: PlexServer, plex: FakePlex, row: dict[str, Any]
) -> None:
    plex.play("1", BOB, START, **row)

    assert read(server).complete
    assert views() == {("Bob", "1", at())}


@pytest.mark.parametrize(
    "row",
    [
        {"viewedAt": int((NOW + timedelta(days=3)).timestamp())},
        {"viewedAt": 10**17},
        {"viewedAt": None},
        {"ratingKey": None},
        {"ratingKey": ""},
        {"accountID": 0},
        {"accountID": None},
        {"accountID": 4711},
        {"type": "track"},
        {"type": "clip"},
        {"type": "episode"},
    ],
)
def test_a_row_of_no_use_is_skipped_and_leaves_nothing(
    server: PlexServer, plex: FakePlex, row: dict[str, Any]
) -> None:
    plex.play("2", BOB, START)
    sent = plex.play("1", BOB, START) | row
    plex.history[-1] = {name: value for name, value in sent.items() if value is not None}

    assert read(server).skipped == 1
    assert views() == {("Bob", "2", at())}


def test_pages_that_repeat_are_one_view_each(server: PlexServer, plex: FakePlex) -> None:
    for number in range(1, 6):
        plex.play(str(number), BOB, START + number)
    plex.history += plex.history[:3]
    plex.faults.page_size = 2

    read(server)

    assert views() == {("Bob", str(number), at(number)) for number in range(1, 6)}
    assert Watch.objects.count() == 5


def test_a_total_that_grows_meanwhile_is_read_to_its_end(server: PlexServer, plex: FakePlex) -> None:
    for number in range(1, 4):
        plex.play(str(number), BOB, START + number)
    plex.faults.page_size, plex.faults.total = 1, 2

    read(server)
    plex.faults.total = None
    assert read(server, NOW + timedelta(minutes=1)).complete

    assert views() == {("Bob", str(number), at(number)) for number in range(1, 4)}


def test_a_total_that_is_more_than_ever_comes_keeps_the_cursor_and_what_came(
    server: PlexServer, plex: FakePlex
) -> None:
    plex.play("1", BOB, START)
    plex.faults.total = 7

    assert not read(server).complete
    assert views() == {("Bob", "1", at())}
    assert HistoryCursor.objects.get().caught_up_at is None


def test_after_a_backup_was_restored_what_was_seen_stays_seen(server: PlexServer, plex: FakePlex) -> None:
    """The restored server gives its new rows numbers that old ones had."""
    for number in range(1, 4):
        plex.play(str(number), BOB, START + number)
    read(server)
    before = views()
    del plex.history[1:]
    plex.play("4", BOB, START + 500)

    read(server, NOW + timedelta(minutes=20))
    assert views() == before
    read(server, NOW + timedelta(minutes=40))

    assert views() == before | {("Bob", "4", at(500))}
    assert HistoryCursor.objects.get().has_shrunk


def test_an_owner_who_is_called_otherwise_at_plex_tv_keeps_his_views(
    server: PlexServer, plex: FakePlex
) -> None:
    factories.owner(on=server)
    plex.play("1", 1, START)
    read(server)
    server.owner.username = "alice-of-old"
    server.owner.save()
    PlexUser.objects.filter(plex_id=ALICE).update(name="Alicia", username="alicia")
    plex.play("2", 1, START + 60)
    plex.play("3", ALICE, START + 90)

    read(PlexServer.objects.get(pk=server.pk), NOW + timedelta(minutes=1))

    assert views() == {("Alicia", "1", at()), ("Alicia", "2", at(60)), ("Alicia", "3", at(90))}
