from datetime import datetime

import pytest

from accounts.models import PlexServer
from media.models import LibrarySection, MediaItem
from media.sync import sync_items
from tests import factories
from tests.media.fake_plex import FakePlex, episode, movie, season, show


@pytest.fixture
def library(server: PlexServer, plex: FakePlex) -> None:
    LibrarySection.objects.create(server=server, key="1", type="movie", title="Films")
    LibrarySection.objects.create(server=server, key="2", type="show", title="Series")
    plex.section("1", "movie", movie("7"), movie("8"))
    plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))
    plex.section("3", "movie", movie("9"))


@pytest.mark.usefixtures("library")
def test_unknown_items_are_stored_with_what_they_belong_to(server: PlexServer, now: datetime) -> None:
    assert sync_items(server, server.connect(), ["7", "12", "404"], now) == 4

    leaf = MediaItem.objects.get(rating_key="12")
    assert leaf.show
    assert leaf.parent
    assert (leaf.show.rating_key, leaf.parent.rating_key, leaf.section.title) == ("10", "11", "Series")
    assert MediaItem.objects.get(rating_key="7").section.title == "Films"


@pytest.mark.usefixtures("library")
def test_known_shows_and_seasons_are_not_read_again(
    server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    sync_items(server, server.connect(), ["12"], now)
    plex.rows["2"].append(episode("13", "11", "10", 2))
    plex.requests.clear()

    assert sync_items(server, server.connect(), ["13"], now) == 1
    assert len(plex.requests) == 1


@pytest.mark.usefixtures("library")
def test_an_item_of_a_section_that_plaxe_does_not_know_is_left_out(server: PlexServer, now: datetime) -> None:
    assert sync_items(server, server.connect(), ["9"], now) == 0
    assert not MediaItem.objects.exists()


@pytest.mark.usefixtures("library")
def test_an_item_of_a_section_that_is_gone_is_left_out(server: PlexServer, now: datetime) -> None:
    LibrarySection.objects.filter(key="1").update(gone_at=factories.YESTERDAY)

    assert sync_items(server, server.connect(), ["7"], now) == 0


@pytest.mark.usefixtures("library")
def test_what_is_no_key_is_never_sent(server: PlexServer, plex: FakePlex, now: datetime) -> None:
    assert sync_items(server, server.connect(), ["7/children", "8,9", ""], now) == 0
    assert plex.requests == []
