from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import PlexServer
from media import watching
from media.models import LibrarySection, MediaItem, Watch
from media.signals import plays_recorded
from plexclient.types import Play
from tests import factories
from tests.factories import ALICE, BOB, CAROL, NOW, YESTERDAY

HOUR = timedelta(hours=1)


def play(item: MediaItem, account: int | None = BOB, at: datetime | None = YESTERDAY, **more: Any) -> Play:
    known: dict[str, Any] = {"type": item.type, "history_key": "/status/sessions/history/1"}
    return Play(rating_key=item.rating_key, account_id=account, viewed_at=at, **{**known, **more})


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    factories.bob(on=films.server)
    return factories.movie(section=films)


@pytest.fixture
def announced() -> Iterator[list[PlexServer]]:
    servers: list[PlexServer] = []

    def hear(sender: type, server: PlexServer, **kwargs: Any) -> None:
        servers.append(server)

    plays_recorded.connect(hear)
    yield servers
    plays_recorded.disconnect(hear)


def test_a_play_makes_a_watch(server: PlexServer, film: MediaItem) -> None:
    assert watching.record(server, [play(film)], NOW) == 1

    watch = Watch.objects.get()
    assert (watch.item, watch.viewer.plex_id, watch.server) == (film, BOB, server)
    assert (watch.first_viewed_at, watch.last_viewed_at, watch.learned_at) == (YESTERDAY, YESTERDAY, NOW)
    assert (watch.source, watch.history_key) == ("history", "/status/sessions/history/1")


def test_account_1_is_the_owner(server: PlexServer, film: MediaItem) -> None:
    factories.owner(on=server)

    watching.record(server, [play(film, account=1)], NOW)

    assert Watch.objects.get().viewer.plex_id == ALICE


def test_who_was_never_assigned_is_recorded_all_the_same(server: PlexServer, film: MediaItem) -> None:
    factories.carol(on=server)

    assert watching.record(server, [play(film, account=CAROL)], NOW) == 1


def test_who_has_left_is_recorded_all_the_same(server: PlexServer, film: MediaItem) -> None:
    factories.carol(on=server, gone=True)

    assert watching.record(server, [play(film, account=CAROL)], NOW) == 1


@pytest.mark.parametrize("account", [0, None, 4711])
def test_nobody_we_know_is_skipped(server: PlexServer, film: MediaItem, account: int | None) -> None:
    assert watching.record(server, [play(film, account=account)], NOW) == 0
    assert not Watch.objects.exists()


def test_a_viewer_of_another_server_is_nobody_here(server: PlexServer, film: MediaItem) -> None:
    factories.carol(on=factories.server(machine_identifier="machine-2"))

    assert watching.record(server, [play(film, account=CAROL)], NOW) == 0


def test_an_item_of_another_server_is_unknown_here(server: PlexServer, film: MediaItem) -> None:
    other = factories.server(machine_identifier="machine-2")
    factories.bob(on=other)

    assert watching.record(other, [play(film)], NOW) == 0


def test_only_leaves_are_watched(server: PlexServer, film: MediaItem, series: LibrarySection) -> None:
    show = factories.show(section=series)

    assert watching.record(server, [play(show), play(show, type="episode"), play(show, type="")], NOW) == 0


def test_a_play_of_another_kind_than_the_key_now_means_is_skipped(
    server: PlexServer, film: MediaItem
) -> None:
    assert watching.record(server, [play(film, type="episode")], NOW) == 0


def test_a_play_of_untold_kind_is_taken_by_its_key(server: PlexServer, film: MediaItem) -> None:
    assert watching.record(server, [play(film, type="")], NOW) == 1


def test_a_leaf_that_is_gone_is_recorded_for_it_may_come_back(server: PlexServer, film: MediaItem) -> None:
    film.gone(NOW)

    assert watching.record(server, [play(film)], NOW) == 1


@pytest.mark.parametrize(("ahead", "watches"), [(timedelta(minutes=59), 1), (timedelta(minutes=61), 0)])
def test_a_view_far_in_the_future_is_skipped(
    server: PlexServer, film: MediaItem, ahead: timedelta, watches: int
) -> None:
    assert watching.record(server, [play(film, at=NOW + ahead)], NOW) == watches


def test_a_view_without_a_date_is_skipped(server: PlexServer, film: MediaItem) -> None:
    assert watching.record(server, [play(film, at=None)], NOW) == 0


def test_many_views_are_one_watch_with_the_first_and_the_last(server: PlexServer, film: MediaItem) -> None:
    views = [play(film, at=YESTERDAY + n * HOUR, history_key=f"/h/{n}") for n in (2, 0, 1)]

    assert watching.record(server, [*views, *views], NOW) == 1

    watch = Watch.objects.get()
    assert (watch.first_viewed_at, watch.last_viewed_at) == (YESTERDAY, YESTERDAY + 2 * HOUR)
    assert watch.history_key == "/h/2"


def test_a_later_view_counts_and_an_earlier_one_only_widens(server: PlexServer, film: MediaItem) -> None:
    watching.record(server, [play(film)], NOW)

    later = play(film, at=YESTERDAY + HOUR, history_key="/h/2")
    assert watching.record(server, [later], NOW + HOUR) == 1
    assert Watch.objects.get().first_viewed_at == YESTERDAY

    earlier = play(film, at=YESTERDAY - HOUR, history_key="/h/3")
    assert watching.record(server, [earlier, later], NOW + 2 * HOUR) == 0
    watch = Watch.objects.get()
    assert (watch.first_viewed_at, watch.last_viewed_at) == (YESTERDAY - HOUR, YESTERDAY + HOUR)
    assert (watch.history_key, watch.learned_at) == ("/h/2", NOW + HOUR)


def test_a_known_view_is_not_written_again(server: PlexServer, film: MediaItem) -> None:
    watching.record(server, [play(film)], NOW)

    with CaptureQueriesContext(connection) as captured:
        assert watching.record(server, [play(film)], NOW + HOUR) == 0
    assert not [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))]


def test_news_are_announced_once_and_after_the_commit(
    server: PlexServer,
    film: MediaItem,
    announced: list[PlexServer],
    django_capture_on_commit_callbacks: Any,
) -> None:
    plays = [play(film, at=YESTERDAY + n * timedelta(seconds=1)) for n in range(2500)]
    with django_capture_on_commit_callbacks(execute=True):
        watching.record(server, plays, NOW)
        assert announced == []

    assert announced == [server]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_when_it_was_undone(
    server: PlexServer, film: MediaItem, announced: list[PlexServer]
) -> None:
    with transaction.atomic():
        watching.record(server, [play(film)], NOW)
        transaction.set_rollback(True)

    assert announced == []


def test_no_news_are_not_announced(
    server: PlexServer,
    film: MediaItem,
    announced: list[PlexServer],
    django_capture_on_commit_callbacks: Any,
) -> None:
    watching.record(server, [play(film)], NOW)

    with django_capture_on_commit_callbacks(execute=True):
        watching.record(server, [play(film)], NOW)

    assert announced == []


def test_a_batch_costs_the_same_whatever_is_in_it(server: PlexServer, films: LibrarySection) -> None:
    factories.bob(on=server)
    items = [factories.movie(section=films) for _ in range(40)]

    with CaptureQueriesContext(connection) as few:
        watching.record(server, [play(items[0])], NOW)
    with CaptureQueriesContext(connection) as many:
        watching.record(server, [play(item) for item in items[1:]] * 20, NOW)

    assert Watch.objects.count() == 40
    assert len(few) == len(many)
