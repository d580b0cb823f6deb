"""One film in two libraries is one view; a copy that came later starts anew."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser
from media import earlier, watching
from media.earlier import seen_earlier
from media.models import LibrarySection, MediaItem, Watch
from media.watching import record
from plexclient.types import Play
from tests import factories
from tests.factories import BOB, LAST_YEAR, NOW, YESTERDAY
from tests.pages import text_of

DAY = timedelta(days=1)
HEAT = "plex://movie/heat"


@pytest.fixture
def other(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films in 4K")


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


@pytest.fixture
def heat(films: LibrarySection) -> MediaItem:
    return factories.movie(section=films, title="Heat", guid=HEAT, rating_key="1")


def saw(server: PlexServer, key: str = "1") -> int:
    return record(server, [Play(account_id=BOB, rating_key=key, viewed_at=YESTERDAY, type="movie")], NOW)


def seen() -> set[str]:
    return set(Watch.objects.counting().values_list("item__rating_key", flat=True))


def test_a_view_counts_for_each_copy_that_was_there(
    server: PlexServer, heat: MediaItem, other: LibrarySection, bob: PlexUser
) -> None:
    copy = factories.movie(section=other, guid=HEAT, rating_key="2")
    for item in (heat, copy):
        factories.assignment(item=item, viewer=bob)

    assert saw(server) == 2

    assert set(MediaItem.objects.complete()) == {heat, copy}
    assert saw(server) == 0


@pytest.mark.parametrize(
    "copy",
    [
        {"added_at": NOW, "views_count_from": NOW},
        {"gone_at": NOW},
        {"guid": "plex://movie/ronin"},
        {"guid": ""},
    ],
)
@pytest.mark.usefixtures("heat", "bob")
def test_a_view_counts_for_nothing_else(
    server: PlexServer, other: LibrarySection, copy: dict[str, Any]
) -> None:
    factories.movie(section=other, rating_key="2", **{"guid": HEAT, **copy})

    saw(server)

    assert seen() == {"1"}
    assert Watch.objects.count() == 1


@pytest.mark.parametrize("guid", ["local://1", "", "plex://movie/" + "x" * 242])
@pytest.mark.usefixtures("bob")
def test_a_guid_that_names_no_work_is_shared_by_nobody(
    server: PlexServer, films: LibrarySection, other: LibrarySection, guid: str
) -> None:
    """The longest had to be cut, and may be the beginning of two."""
    for section, key in ((films, "1"), (other, "2")):
        factories.movie(section=section, guid=guid, rating_key=key)

    saw(server)

    assert seen() == {"1"}


@pytest.mark.usefixtures("heat", "bob")
def test_a_view_stays_on_its_server(server: PlexServer) -> None:
    loft = factories.server(machine_identifier="machine-2")
    factories.movie(section=factories.section(on=loft), guid=HEAT, rating_key="2")

    saw(server)

    assert seen() == {"1"}


@pytest.mark.usefixtures("bob")
def test_the_number_of_queries_does_not_depend_on_the_number_of_copies(
    server: PlexServer, films: LibrarySection, other: LibrarySection
) -> None:
    for number in range(20):
        for section in (films, other):
            factories.movie(
                section=section, guid=f"plex://movie/{number}", rating_key=f"{section.pk}-{number}"
            )

    def queries(count: int, at: int) -> int:
        moment = NOW - timedelta(hours=at)
        plays = [
            Play(account_id=BOB, rating_key=f"{films.pk}-{n}", viewed_at=moment, type="movie")
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            record(server, plays, NOW)
        return len(captured)

    queries(20, at=4)
    assert queries(2, at=3) == queries(20, at=2)


# --- one after another


@pytest.fixture
def again(heat: MediaItem, films: LibrarySection, bob: PlexUser) -> MediaItem:
    """Bob saw it last year; it was deleted, and added again today."""
    MediaItem.objects.filter(pk=heat.pk).update(gone_at=YESTERDAY)
    factories.watch(item=heat, viewer=bob, at=LAST_YEAR + DAY)
    copy = factories.movie(section=films, title="Heat", guid=HEAT, added_at=NOW - timedelta(hours=1))
    factories.assignment(item=copy, viewer=bob)
    return copy


def test_a_title_added_again_starts_anew_and_says_what_was_seen_before(
    again: MediaItem, bob: PlexUser
) -> None:
    [found] = seen_earlier(again)

    assert (found.viewer, found.last_viewed_at) == (bob, LAST_YEAR + DAY)
    assert not again.is_complete()


def test_a_view_that_plex_still_knows_of_an_earlier_copy_is_shown_too(heat: MediaItem, bob: PlexUser) -> None:
    factories.watch(item=heat, viewer=bob, at=LAST_YEAR - DAY)

    assert [each.viewer for each in seen_earlier(heat)] == [bob]


def test_it_counts_when_the_owner_says_so(again: MediaItem, bob: PlexUser) -> None:
    assert earlier.accept(again, bob, NOW, by=factories.alice()) == 1

    assert again.is_complete()
    assert again.watches.get().source == "hand"
    assert seen_earlier(again) == []
    assert earlier.accept(again, bob, NOW) == 0


def test_only_what_was_seen_is_accepted(server: PlexServer, bob: PlexUser) -> None:
    season = factories.season(show=factories.show(section=factories.section(on=server, kind="show")))
    for number in (1, 2):
        guid = f"plex://episode/{number}"
        old = factories.episode(season=season, index=number, guid=guid, gone_at=YESTERDAY)
        factories.episode(season=season, index=number, guid=guid, added_at=YESTERDAY)
        if number == 1:
            factories.watch(item=old, viewer=bob, at=LAST_YEAR + DAY)

    assert earlier.accept(season, bob, NOW) == 1
    counting = Watch.objects.counting().filter(item__gone_at=None)
    assert list(counting.values_list("item__index", flat=True)) == [1]


def test_who_has_seen_this_copy_or_said_that_he_has_not_is_not_shown(again: MediaItem, bob: PlexUser) -> None:
    watching.declare(again, bob, NOW, seen=False)

    assert seen_earlier(again) == []


@pytest.mark.usefixtures("server")
def test_the_page_offers_to_count_it(browser: Client, again: MediaItem, bob: PlexUser) -> None:
    page = text_of(browser.get(f"/media/{again.pk}/"))
    assert "Seen of an earlier copy" in page

    answer = browser.post(f"/media/{again.pk}/earlier/", {"viewer": bob.pk}, follow=True)

    assert "1 earlier view counts now." in text_of(answer)
    assert "Seen of an earlier copy" not in text_of(answer)
    assert again.is_complete()


def test_nobody_can_have_seen_what_is_gone(heat: MediaItem, bob: PlexUser) -> None:
    MediaItem.objects.filter(pk=heat.pk).update(gone_at=NOW)

    with pytest.raises(Refused):
        watching.declare(heat, bob, NOW)
