import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem, TitleWord
from media.shelf.search import found, found_episodes
from media.sync import words
from media.sync.merging import merge
from media.sync.store import store
from media.titles import order_of
from plexclient.types import Metadata
from tests import factories
from tests.factories import NOW

MIGRATION = "media.migrations.0002_protection_and_webhooks"


def titles(text: str) -> list[str]:
    return [item.title for item in found(MediaItem.objects.all(), text).in_order()]


def test_every_word_has_to_begin_a_word_of_the_title(films: LibrarySection) -> None:
    for title in ("Blue Hour", "Blue Salt", "The Hour"):
        factories.movie(section=films, title=title)
    assert titles("blu hou") == ["Blue Hour"]
    assert titles("HOUR") == ["Blue Hour", "The Hour"]
    assert titles("our") == []
    assert titles("") == ["Blue Hour", "Blue Salt", "The Hour"]
    assert titles(" % ") == []


def test_an_episode_is_found_by_its_title_its_number_and_its_show(series: LibrarySection) -> None:
    show = factories.show(section=series, title="Outpost")
    factories.episode(season=factories.season(show=show, index=2), index=5, title="The Long Night")
    factories.episode(season=factories.season(show=show, index=1), index=1, title="Arrival")
    for text in ("long", "s02e05", "outpost s02", "outpost night", "S02E05 LONG"):
        assert [item.title for item in found_episodes(text)] == ["The Long Night"], text
    assert not found_episodes("outpost")
    assert not found_episodes("season")


def test_the_original_title_finds_too_and_a_new_title_replaces_the_old(
    server: PlexServer, films: LibrarySection
) -> None:
    def read(title: str) -> None:
        row = Metadata(
            rating_key="7", type="movie", title=title, guid="plex://movie/7", original_title="七人の侍"
        )
        store(server, films, [row], NOW)

    read("Seven Samurai")
    assert titles("samurai") == titles("七人") == titles("侍") == ["Seven Samurai"]
    read("Seven Swordsmen")
    assert titles("samurai") == []
    assert titles("sword") == titles("七人") == ["Seven Swordsmen"]


def test_the_sort_title_of_plex_wins(server: PlexServer, films: LibrarySection) -> None:
    row = Metadata(
        rating_key="7", type="movie", title="The Émigré", guid="plex://movie/7", title_sort="Émigré, The"
    )
    store(server, films, [row], NOW)
    assert MediaItem.objects.get().sort_title == "emigre, the"


def test_two_rows_that_become_one_are_found_by_the_new_title_only(
    server: PlexServer, films: LibrarySection
) -> None:
    old, new = (factories.movie(section=films, title=title) for title in ("Old Name", "New Name"))
    merge(old, new)
    assert titles("old") == []
    assert [item.pk for item in found(MediaItem.objects.all(), "new name")] == [old.pk]


def test_titles_from_before_are_found_after_the_upgrade(series: LibrarySection) -> None:
    show = factories.show(section=series, title="Été")
    season = factories.season(show=show, index=1)
    factories.episode(season=season, index=2, title="Nuit")
    expected = set(TitleWord.objects.values_list("item", "word"))
    TitleWord.objects.all().delete()
    MediaItem.objects.update(sort_title="")
    importlib.import_module(MIGRATION).fill(apps, SimpleNamespace(connection=connection))
    assert set(TitleWord.objects.values_list("item", "word")) == expected
    assert MediaItem.objects.get(pk=show.pk).sort_title == order_of("Été")


def test_words_go_with_their_title(films: LibrarySection) -> None:
    movie = factories.movie(section=films, title="Salt")
    words.reindex([movie])
    words.reindex([])
    assert [str(word) for word in TitleWord.objects.all()] == ["salt"]
    movie.delete()
    assert not TitleWord.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is that of SQLite")
def test_an_index_answers_a_search(films: LibrarySection) -> None:
    plan = found(MediaItem.objects.all(), "blue hour").explain()
    ranges = [line for line in plan.splitlines() if "word>?" in line.replace(" ", "")]
    assert len(ranges) == 2, plan
    assert all("USING COVERING INDEX" in line for line in ranges)
    assert "SCAN" not in plan.replace("LIST SUBQUERY", ""), plan
