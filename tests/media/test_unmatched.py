"""Titles that no agent has matched are lost with their keys: the owner is asked, or told."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import PlexServer
from media import questions
from media.models import MediaItem, Question
from media.sync import sync_server
from media.sync.unmatched import lost_assignments
from tests import factories
from tests.media.fake_plex import FakePlex, Row, episode, media, movie, season, show

DAY = timedelta(days=1)
Sync = Callable[[], None]


@pytest.fixture
def sync(server: PlexServer) -> Sync:
    """A day later each time."""
    days = 0

    def sync() -> None:
        nonlocal days
        days += 1
        sync_server(server, factories.NOW + days * DAY, full=True)

    return sync


def home_video(key: str, title: str, file: str = "") -> Row:
    return movie(key, title, guid=f"local://{key}", Media=[media(file or f"/films/{title}.mkv")])


@pytest.fixture
def films(plex: FakePlex) -> list[Row]:
    titles = {"7": "Beach", "8": "Party", "9": "Garden"}
    return plex.section("1", "movie", *(home_video(key, title) for key, title in titles.items()))


@pytest.fixture
def beach(films: list[Row], sync: Sync, server: PlexServer) -> MediaItem:
    """Bob is to see it."""
    sync()
    item = MediaItem.objects.get(rating_key="7")
    factories.assignment(item=item, viewer=factories.bob(on=server))
    return item


def status() -> dict[str, Any]:
    out = io.StringIO()
    call_command("status", "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def viewers(key: str) -> list[str]:
    item = MediaItem.objects.get(rating_key=key)
    return [row.viewer.name for row in item.assignments.select_related("viewer")]


@pytest.mark.parametrize("keys", [["11", "8"], ["8", "11"], ["8", "7"]], ids=str)
def test_the_owner_is_asked_whether_what_is_in_the_same_file_is_the_title_of_before(
    beach: MediaItem, films: list[Row], sync: Sync, keys: list[str]
) -> None:
    films[:2] = [home_video(key, title) for key, title in zip(keys, ("Beach", "Party"), strict=True)]

    sync()

    [question] = Question.objects.open()
    assert (question.old, question.new.rating_key) == (beach, keys[0])
    assert question.why == Question.Why.UNMATCHED
    assert status()["questions"] == 1
    questions.answer(question, timezone.now(), same=True)
    assert viewers(keys[0]) == ["Bob"]


def test_the_name_alone_is_enough_to_ask_where_the_file_may_have_moved(
    beach: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[0] = home_video("11", "Beach", "/elsewhere/Beach.mkv")

    sync()

    assert Question.objects.get().new.rating_key == "11"


@pytest.mark.parametrize("number", [0, 1], ids=["another title", "of nobody's concern"])
def test_there_is_nothing_to_ask_about(beach: MediaItem, films: list[Row], sync: Sync, number: int) -> None:
    films[number] = home_video("11", ["Forest", "Party"][number])

    sync()

    assert not Question.objects.exists()


def test_who_answered_no_is_not_asked_again(beach: MediaItem, films: list[Row], sync: Sync) -> None:
    films[0] = home_video("11", "Beach")
    sync()
    questions.answer(Question.objects.get(), timezone.now(), same=False)

    sync()

    assert not Question.objects.open().exists()
    assert viewers("11") == []


def test_a_show_is_asked_about_by_its_name(plex: FakePlex, sync: Sync, server: PlexServer) -> None:
    shelf = plex.section("2", "show", *salt_road(20))
    sync()
    factories.assignment(item=MediaItem.objects.get(rating_key="20"), viewer=factories.bob(on=server))
    shelf[:] = salt_road(30)
    sync()

    questions.answer(Question.objects.get(old__type="show"), timezone.now(), same=True)

    assert viewers("30") == ["Bob"]


def salt_road(first: int) -> list[dict[str, Any]]:
    keys = [str(first + number) for number in range(3)]
    levels = [show(keys[0], "Salt Road"), season(keys[1], keys[0]), episode(keys[2], keys[1], keys[0])]
    return [{**row, "guid": f"local://{row['ratingKey']}"} for row in levels]


def test_what_nothing_resembles_is_told_as_lost_until_somebody_says_what_becomes_of_it(
    beach: MediaItem, films: list[Row], sync: Sync, server: PlexServer
) -> None:
    films[0] = home_video("7", "Forest")
    sync()
    assert list(lost_assignments(server)) == [beach]

    beach.assignments.all().delete()

    assert not lost_assignments(server).exists()
