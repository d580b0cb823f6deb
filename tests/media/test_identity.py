"""A rating key that means another title lends it nothing; one that was matched anew keeps everything."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from media.models import Assignment, LibrarySection, MediaItem, Watch
from media.sync import Stored, store, sync_server
from tests import factories
from tests.media.fake_plex import FakePlex, episode, media, movie, season, show
from tests.media.test_store import wire

LEGACY = "com.plexapp.agents"


@pytest.fixture
def put(films: LibrarySection, now: datetime) -> Any:
    def put(*rows: dict[str, Any]) -> Stored:
        return store(films.server, films, wire(*rows), now + timedelta(days=MediaItem.objects.count()))

    return put


def known(key: str) -> MediaItem:
    """The item under the key, with bob assigned to it."""
    item = MediaItem.objects.get(rating_key=key)
    factories.assignment(item=item, viewer=factories.bob(on=item.server))
    return item


def test_another_title_under_a_known_key_is_a_new_item(put: Any) -> None:
    put(movie("7", "Heat"))
    heat = known("7")
    factories.watch(item=heat, viewer=factories.bob(on=heat.server))

    stored = put(movie("7", "Ronin", guid="plex://movie/ronin", Media=[media("/films/ronin.mkv")]))

    ronin = MediaItem.objects.get(rating_key="7")
    heat.refresh_from_db()
    assert ronin.pk != heat.pk
    assert (heat.rating_key, heat.gone_at is None, heat.title) == (f"7~{heat.pk}", False, "Heat")
    assert (Assignment.objects.get().item, Watch.objects.get().item) == (heat, heat)
    assert stored == Stored(new=1, notes=stored.notes)
    assert "Heat is gone: its key 7 now stands for Ronin" in stored.notes[0]


def test_a_key_can_pass_from_title_to_title(put: Any) -> None:
    for name in ("a", "b", "c"):
        put(movie("7", name, guid=f"plex://movie/{name}", Media=[media(f"/films/{name}.mkv")]))

    assert MediaItem.objects.present().get().title == "c"
    assert MediaItem.objects.count() == 3


def test_titles_that_swap_their_keys_are_both_new(put: Any) -> None:
    put(movie("7", "Heat"), movie("8", "Ronin"))
    old = set(MediaItem.objects.values_list("pk", flat=True))
    heat, ronin = movie("7"), movie("8")

    put({**ronin, "ratingKey": "7"}, {**heat, "ratingKey": "8"})

    assert not old & set(MediaItem.objects.present().values_list("pk", flat=True))


def test_a_show_under_the_key_of_a_movie_is_a_new_item(put: Any) -> None:
    put(movie("7", guid="same"))
    item = known("7")

    put(show("7", guid="same"))

    assert MediaItem.objects.get(rating_key="7").pk != item.pk


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("local://7", "plex://movie/heat"),
        (f"{LEGACY}.imdb://tt0113277?lang=en", "plex://movie/heat"),
        ("plex://movie/wrong", "plex://movie/heat"),
        ("", "plex://movie/heat"),
        ("plex://movie/heat", "local://7"),
    ],
)
def test_a_movie_that_is_matched_anew_keeps_its_row(put: Any, before: str, after: str) -> None:
    put(movie("7", "heat.1995.mkv", guid=before))
    item = known("7")

    assert put(movie("7", "Heat", guid=after)) == Stored(changed=1)
    item.refresh_from_db()
    assert (item.guid, item.title) == (after, "Heat")


def test_an_optimised_version_is_no_evidence(put: Any) -> None:
    optimised = media("/optimised/1.mp4", proxyType=42)
    put(movie("7", Media=[media("/films/a.mkv"), optimised]))
    item = known("7")

    put(movie("7", guid="plex://movie/b", Media=[media("/films/b.mkv"), optimised]))

    assert MediaItem.objects.get(rating_key="7").pk != item.pk


def test_a_movie_with_a_new_agent_and_a_new_file_keeps_its_row(put: Any) -> None:
    put(movie("7", guid=f"{LEGACY}.imdb://tt0113277?lang=en"))
    item = known("7")

    put(movie("7", Guid=[{"id": "imdb://tt0113277"}], Media=[media("/films/better.mkv")]))

    assert MediaItem.objects.get(rating_key="7").pk == item.pk


def test_an_unmatched_movie_with_another_name_and_file_is_another(put: Any) -> None:
    """`local://7` names the key, not the work."""
    put(movie("7", "Holidays", guid="local://7"))
    item = known("7")

    put(movie("7", "Wedding", guid="local://7", Media=[media("/films/wedding.mkv")]))

    assert MediaItem.objects.get(rating_key="7").pk != item.pk


def test_an_unmatched_movie_whose_file_moved_keeps_its_row(put: Any) -> None:
    put(movie("7", "Holidays", guid="local://7", Media=[media("D:\\Videos\\Holidays.mkv")]))
    item = known("7")

    put(movie("7", "Holidays", guid="local://7", Media=[media("/new/holidays.mkv")]))

    assert MediaItem.objects.get(rating_key="7").pk == item.pk


def test_under_a_guid_that_names_the_key_another_file_is_another_movie_of_that_name(put: Any) -> None:
    put(movie("7", "Holidays", guid="local://7", Media=[media("/videos/1998.mkv")]))
    item = known("7")

    put(movie("7", "Holidays", guid="local://7", Media=[media("/videos/1999.mkv")]))

    assert MediaItem.objects.get(rating_key="7").pk != item.pk


def test_a_guid_that_the_server_does_not_say_is_kept(put: Any) -> None:
    put(movie("7"))

    put(movie("7", guid=""))

    assert MediaItem.objects.get().guid == "plex://movie/7"


@pytest.mark.parametrize("guid", [f"{LEGACY}.hama://anidb-23?lang=en", "local://10"])
def test_a_show_with_a_new_agent_keeps_its_row_and_its_seasons(put: Any, guid: str) -> None:
    put(show("10", "Bebop", guid=guid), season("11", "10", guid=f"{guid}/1"))
    rows = set(MediaItem.objects.values_list("pk", flat=True))

    assert put(show("10", "Bebop"), season("11", "10")) == Stored(changed=2)
    assert set(MediaItem.objects.present().values_list("pk", flat=True)) == rows


def test_a_season_that_is_matched_anew_in_the_same_show_keeps_its_row(put: Any) -> None:
    put(show("10"), season("11", "10"))
    item = known("11")

    put(season("11", "10", guid="plex://season/other", title="The first season"))

    assert MediaItem.objects.get(rating_key="11").pk == item.pk


def test_a_movie_needs_more_than_its_name_under_a_new_agent(put: Any) -> None:
    put(movie("7", "Heat", guid=f"{LEGACY}.imdb://tt0093164?lang=en"))
    item = known("7")

    put(movie("7", "Heat", Guid=[{"id": "imdb://tt0113277"}], Media=[media("/films/heat.1995.mkv")]))

    assert MediaItem.objects.get(rating_key="7").pk != item.pk


def test_another_show_under_a_known_key_takes_over_neither_season_nor_episode(put: Any) -> None:
    put(show("10", "Old"), season("11", "10"), episode("12", "11", "10"))
    old = known("10")

    put(
        show("10", "New", guid="plex://show/new"),
        season("11", "10", guid="plex://season/new"),
        episode("12", "11", "10", guid="plex://episode/new", Media=[media("/series/new.mkv")]),
    )

    leaf = MediaItem.objects.leaves().get()
    assert leaf.show
    assert leaf.show.title == "New"
    assert not leaf.covering_assignments().exists()
    assert MediaItem.objects.filter(show=old).present().count() == 0


def test_a_key_that_passes_between_two_episodes_of_one_file_is_not_kept(put: Any) -> None:
    double = [media("/series/e01-e02.mkv")]
    put(show("10"), season("11", "10"), episode("12", "11", "10", 1, Media=double))
    first = known("12")

    put(episode("12", "11", "10", 2, guid="plex://episode/second", Media=double))

    assert MediaItem.objects.get(rating_key="12").pk != first.pk


def test_a_replaced_title_counts_as_gone_and_is_noted(
    server: Any, plex: FakePlex, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    rows = plex.section("1", "movie", movie("7", "Heat"))
    sync_server(server, now)
    rows[0] |= movie("7", "Ronin", guid="plex://movie/ronin", Media=[media("/films/ronin.mkv")])

    with caplog.at_level(logging.WARNING):
        report = sync_server(server, now + timedelta(hours=1), full=True)

    assert (report.items, report.gone, report.errors, len(report.notes)) == (1, 1, [], 1)
    assert "Heat is gone" in caplog.text
