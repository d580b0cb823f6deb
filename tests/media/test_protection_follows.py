"""What is protected stays so when Plex gives it another key, and when it is deleted and added again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import PlexServer
from media import keeping, protecting, questions
from media.keeping import Rule
from media.models import KeepRule, MediaItem, Protection, Question
from media.sync import sync_server
from tests import factories
from tests.factories import NOW
from tests.media.fake_plex import FakePlex, Row, episode, movie, season, show

DAY = timedelta(days=1)
Sync = Callable[[], list[str]]


@pytest.fixture
def sync(server: PlexServer) -> Sync:
    """A day later each time."""
    days = 0

    def sync() -> list[str]:
        nonlocal days
        days += 1
        return sync_server(server, NOW + days * DAY, full=True).errors

    return sync


@pytest.fixture
def films(plex: FakePlex) -> list[Row]:
    return plex.section("1", "movie", movie("7", "Heat"), *(movie(str(number)) for number in range(20, 30)))


@pytest.fixture
def heat(films: list[Row], sync: Sync) -> MediaItem:
    sync()
    item = MediaItem.objects.get(rating_key="7")
    protecting.protect([item], NOW, by=factories.alice())
    return item


def is_protected(key: str) -> bool:
    return MediaItem.objects.present().filter(rating_key=key).protected().exists()


def test_under_a_new_key_it_is_protected_as_before(heat: MediaItem, films: list[Row], sync: Sync) -> None:
    films[0] = {**films[0], "ratingKey": "107"}
    sync()
    assert is_protected("107")
    assert Protection.objects.get().item == heat


def test_where_it_is_doubtful_it_is_protected_until_the_answer_and_afterwards(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[0] = {**films[0], "ratingKey": "107", "addedAt": films[0]["addedAt"] + 3600}
    sync()
    assert is_protected("107")
    questions.answer(Question.objects.whole().get(), NOW, same=True)
    assert is_protected("107")
    assert Protection.objects.get().by_name == "alice"


def test_a_copy_that_is_added_after_it_had_gone_is_protected(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    first = films.pop(0)
    sync()
    films.append({**first, "ratingKey": "107", "addedAt": first["addedAt"] + 99})
    sync()
    [protection] = Protection.objects.all()
    assert protection.item
    assert (protection.item.rating_key, protection.by_name) == ("107", "alice")
    protecting.unprotect([protection.item])
    sync()
    assert not is_protected("107")


def test_a_copy_that_was_there_already_is_no_more_protected_than_before(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films.append({**films[0], "ratingKey": "107", "Media": movie("107")["Media"]})
    sync()
    films.pop(0)
    sync()
    assert not is_protected("107")


def test_an_emptied_show_that_comes_back_is_protected_and_keeps_its_rule(plex: FakePlex, sync: Sync) -> None:
    series = plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))
    sync()
    bebop = MediaItem.objects.get(rating_key="10")
    protecting.protect([bebop], NOW)
    keeping.keep(bebop, Rule(newest=3), NOW)
    MediaItem.objects.get(rating_key="12").gone(NOW + DAY)
    series[:] = [
        {**show("10"), "ratingKey": "50"},
        {**season("11", "50", 2), "ratingKey": "51", "guid": "plex://season/second"},
        {**episode("12", "51", "50"), "ratingKey": "52", "guid": "plex://episode/second"},
    ]
    sync()
    assert is_protected("52")
    assert KeepRule.objects.get().item == MediaItem.objects.present().get(rating_key="50")
