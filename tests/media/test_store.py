"""What of a row of the wire ends up in which column."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import PlexServer
from media.models import HistoryCursor, LibrarySection, MediaFile, MediaItem
from media.sync import Stored, store
from plexclient.types import Metadata
from tests import factories
from tests.media.fake_plex import ADDED, episode, media, movie, season, show

DAY = timedelta(days=1)


def wire(*rows: dict[str, Any]) -> list[Metadata]:
    return [msgspec.convert(row, Metadata, strict=False) for row in rows]


@pytest.fixture
def put(films: LibrarySection, now: datetime) -> Any:
    def put(*rows: dict[str, Any], at: datetime = now, into: LibrarySection = films) -> Stored:
        return store(films.server, into, wire(*rows), at)

    return put


def only() -> MediaItem:
    return MediaItem.objects.get()


def test_a_movie_is_stored_with_its_ids_and_files(put: Any) -> None:
    files = [media("/films/heat.mkv", size=700), media("/films/heat.mp4", size=90, proxyType=42)]
    guids = [{"id": "imdb://tt0113277"}, {"id": "tmdb://949"}]
    row = movie("7", "Heat", year=1995, duration=10_200_000, Guid=guids, Media=files, editionTitle="Cut")

    assert put({**row, "thumb": "/library/metadata/7/thumb/1"}) == Stored(new=1)

    item = only()
    assert (item.rating_key, item.type, item.title, item.year) == ("7", "movie", "Heat", 1995)
    assert (item.guid, item.external_ids) == ("plex://movie/7", {"imdb": "tt0113277", "tmdb": "949"})
    assert (item.size, item.duration, item.edition_title) == (700, 10_200_000, "Cut")
    assert item.thumb == "/library/metadata/7/thumb/1"
    assert set(item.files.values_list("path", "size", "is_optimised")) == {
        ("/films/heat.mkv", 700, False),
        ("/films/heat.mp4", 90, True),
    }


def test_storing_the_same_again_writes_nothing(
    put: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put(movie("7"), movie("8"))

    with django_assert_num_queries(5):  # a savepoint and its release, the lock, the items, their files
        assert put(movie("7"), movie("8")) == Stored()


def test_only_what_changed_is_changed(put: Any, now: datetime) -> None:
    put(movie("7"), movie("8"))

    assert put(movie("7", title="Renamed"), movie("8"), at=now + DAY) == Stored(changed=1)
    assert MediaItem.objects.get(rating_key="7").title == "Renamed"
    assert set(MediaItem.objects.values_list("first_seen_at", flat=True)) == {now}


def test_files_are_replaced_when_they_changed_and_kept_when_not(put: Any) -> None:
    put(movie("7"), movie("8"))
    kept = MediaFile.objects.get(item__rating_key="8").pk

    put(movie("7", Media=[media("/films/better.mkv", size=5000)]), movie("8"))

    better = MediaItem.objects.get(rating_key="7")
    assert (better.size, [file.path for file in better.files.all()]) == (5000, ["/films/better.mkv"])
    assert MediaFile.objects.get(item__rating_key="8").pk == kept


def test_files_are_kept_when_the_server_lists_none(put: Any) -> None:
    put(movie("7"))

    put(movie("7", Media=[]))

    assert (only().size, only().files.count()) == (1000, 1)


@pytest.mark.parametrize("title", ["", "<script>alert(1)</script>", "🎬 ☃", "x" * 500, "  "])
def test_titles_are_stored_as_they_are(put: Any, title: str) -> None:
    put({**movie("7"), "title": title})

    assert only().title == title


def test_what_is_too_long_is_cut_and_half_a_picture_path_is_none(put: Any) -> None:
    put(movie("7", title="x" * 2000, editionTitle="e" * 300, guid="g" * 300, thumb="/library/" + "t" * 600))

    item = only()
    assert [len(text) for text in (item.title, item.edition_title, item.guid, item.thumb)] == [
        1000,
        255,
        255,
        0,
    ]


def test_a_zero_byte_does_not_reach_the_database(put: Any) -> None:
    put(movie("7", title="He\0at", Media=[media("/films/he\0at.mkv")]))

    assert (only().title, only().files.get().path) == ("Heat", "/films/heat.mkv")


@pytest.mark.parametrize("size", [-1, 2**60, 2**63, None])
def test_a_size_that_cannot_be_is_unknown(put: Any, size: int | None) -> None:
    put(movie("7", Media=[media("/films/a.mkv", size=size), media("/films/b.mkv", size=10)]))

    assert only().size == 10
    assert only().files.get(path="/films/a.mkv").size is None


def test_numbers_that_cannot_be_are_unknown(put: Any) -> None:
    put(movie("7", year=2**40, duration=-1, index=-3))

    assert (only().year, only().duration, only().index) == (None, None, None)


@pytest.mark.parametrize("key", ["", "7/8", "7,8", "~7", "x" * 60])
def test_a_row_whose_key_is_no_key_is_left_out(put: Any, key: str) -> None:
    assert put(movie(key), movie("8")) == Stored(new=1)


def test_a_row_that_is_neither_movie_nor_show_is_left_out(put: Any) -> None:
    assert put({**movie("7"), "type": "clip"}) == Stored()


def test_a_repeated_row_is_one_item(put: Any) -> None:
    assert put(movie("7"), movie("7", title="Again")).new == 1
    assert only().title == "Again"


def test_parts_without_numbers_and_paths_do_no_harm(put: Any) -> None:
    parts = [{"file": "/films/a.mkv"}, {"file": "/films/b.mkv"}, {"size": 5}]

    put(movie("7", Media=[{"Part": parts}]))

    assert set(only().files.values_list("path", flat=True)) == {"/films/a.mkv", "/films/b.mkv"}


# --- from when views count


def test_views_count_from_when_it_was_added(put: Any) -> None:
    put(movie("7"))

    assert only().views_count_from == datetime.fromtimestamp(ADDED, UTC)


def test_views_count_from_our_first_look_when_it_was_added_in_the_future(put: Any, now: datetime) -> None:
    put(movie("7", addedAt=int((now + 30 * DAY).timestamp())))

    assert only().views_count_from == now


def test_views_count_from_our_first_look_when_plex_does_not_say(put: Any, now: datetime) -> None:
    row = movie("7")
    del row["addedAt"]
    put(row)

    assert (only().added_at, only().views_count_from) == (None, now)


def test_views_count_anew_when_the_date_changes(put: Any, now: datetime) -> None:
    put(movie("7"), at=now)

    put(movie("7", addedAt=ADDED + 1000), at=now + DAY)

    assert only().views_count_from == datetime.fromtimestamp(ADDED + 1000, UTC)
    assert only().first_seen_at == now


# --- what belongs to what


def test_a_season_and_an_episode_find_what_they_belong_to_in_one_go(put: Any) -> None:
    put(episode("12", "11", "10"), season("11", "10"), show("10"))

    top, middle, leaf = (MediaItem.objects.get(rating_key=key) for key in ("10", "11", "12"))
    assert (middle.parent, middle.show) == (top, top)
    assert (leaf.parent, leaf.show) == (middle, top)


def test_an_episode_whose_season_is_unknown_has_its_show(put: Any) -> None:
    put(show("10"), episode("12", "11", "10"))

    leaf = MediaItem.objects.get(rating_key="12")
    assert (leaf.parent, leaf.show and leaf.show.rating_key) == (None, "10")


def test_an_episode_whose_show_is_not_named_has_that_of_its_season(put: Any) -> None:
    row = episode("12", "11", "10")
    del row["grandparentRatingKey"]
    put(show("10"), season("11", "10"), row)

    leaf = MediaItem.objects.get(rating_key="12")
    assert leaf.show
    assert leaf.show.rating_key == "10"


def test_an_episode_stays_where_it_was_when_nothing_is_said(put: Any) -> None:
    row = episode("12", "11", "10")
    put(show("10"), season("11", "10"), row)

    put({name: value for name, value in row.items() if not name.endswith("arentRatingKey")})

    leaf = MediaItem.objects.get(rating_key="12")
    assert leaf.parent
    assert leaf.parent.rating_key == "11"


def test_an_episode_moves_to_another_season(put: Any) -> None:
    put(show("10"), season("11", "10"), season("13", "10", 2), episode("12", "11", "10"))

    put(episode("12", "13", "10"))

    leaf = MediaItem.objects.get(rating_key="12")
    assert leaf.parent
    assert leaf.parent.rating_key == "13"


def test_a_movie_belongs_to_nothing_whatever_the_row_says(put: Any) -> None:
    put(show("10"), movie("7", parentRatingKey="10"))

    assert MediaItem.objects.get(rating_key="7").parent is None


def test_an_item_found_in_another_section_moves_there(put: Any, series: LibrarySection) -> None:
    put(movie("7"))

    put(movie("7"), into=series)

    assert only().section == series


def test_the_same_key_on_two_servers_is_two_items(put: Any, now: datetime) -> None:
    other = factories.section(on=factories.server(machine_identifier="machine-2"))
    put(movie("7"))

    store(other.server, other, wire(movie("7", title="Another")), now)

    assert MediaItem.objects.filter(rating_key="7").count() == 2


# --- views that were passed over


@pytest.mark.parametrize(("read_until", "expected"), [(10, 0), (-10, -10), (None, None)])
def test_a_new_leaf_has_the_history_read_again_since_it_was_added(
    put: Any, server: PlexServer, read_until: int | None, expected: int | None
) -> None:
    added = datetime.fromtimestamp(ADDED, UTC)
    begin = None if read_until is None else added + read_until * DAY
    HistoryCursor.objects.create(server=server, read_until=begin)

    put(movie("7"), movie("8", addedAt=ADDED + 5))

    end = None if expected is None else added + expected * DAY
    assert HistoryCursor.objects.get().read_until == end


def test_without_a_cursor_there_is_nothing_to_read_again(put: Any) -> None:
    put(movie("7"))

    assert not HistoryCursor.objects.exists()


def test_a_known_leaf_or_a_new_show_rewinds_nothing(put: Any, server: PlexServer, now: datetime) -> None:
    put(movie("7"))
    HistoryCursor.objects.create(server=server, read_until=now)

    put(movie("7", title="Renamed"), show("10"))

    assert HistoryCursor.objects.get().read_until == now


def test_the_number_of_queries_for_a_page_does_not_depend_on_its_length(put: Any) -> None:
    def queries(first: int, count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            put(
                show("10"),
                season("11", "10"),
                *(episode(str(first + n), "11", "10", n) for n in range(count)),
            )
        return len(captured)

    queries(500, 1)
    assert queries(1000, 2) == queries(2000, 20)


def test_what_plex_still_lists_as_deleted_does_not_come_back(put: Any, now: datetime) -> None:
    put(movie("7"))
    only().gone(now)
    put({**movie("7"), "deletedAt": int(now.timestamp())})
    assert only().gone_at == now
    put(movie("7"))
    assert only().gone_at is None


def test_what_plex_marks_as_deleted_by_itself_is_there_until_a_full_pass_lacks_it(
    put: Any, now: datetime
) -> None:
    put({**movie("7"), "deletedAt": int(now.timestamp())})
    assert only().gone_at is None
