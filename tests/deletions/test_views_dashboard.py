from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions.models import Deletion, Policy
from media.models import LibrarySection, MediaItem
from media.waiting import waiting
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server(allows_deletion=True)


@pytest.fixture
def films(cellar: PlexServer) -> LibrarySection:
    return factories.section(on=cellar)


@pytest.fixture
def show(cellar: PlexServer) -> MediaItem:
    show = factories.show(section=factories.section(on=cellar, kind="show"), title="Outpost")
    season = factories.season(show=show)
    for number in range(1, 9):
        factories.episode(season=season, index=number, title=f"Part {number}")
    return show


def scheduled(item: MediaItem, **fields: object) -> Deletion:
    known = {"rating_key": item.rating_key, "type": item.type, "title": item.full_title, "bytes": 2**30}
    times = {"enqueued_at": NOW, "scheduled_for": timezone.now() + timedelta(hours=5, minutes=1)}
    return Deletion.objects.create(server=item.server, item=item, **{**known, **times, **fields})


def test_without_a_server_the_next_step_is_shown(browser: Client) -> None:
    page = text_of(browser.get("/"))
    assert "No server is connected" in page
    assert 'href="/servers/"' in page


def test_without_an_assignment_the_next_step_is_shown(browser: Client, cellar: PlexServer) -> None:
    page = text_of(browser.get("/"))
    assert "Choose who watches what" in page
    assert 'href="/media/"' in page


def test_what_leaves_next_is_shown_with_when(browser: Client, films: LibrarySection) -> None:
    row = scheduled(factories.movie(section=films, title="Salt"))
    page = text_of(browser.get("/"))
    assert "Salt" in page
    assert "in 5\xa0hours" in page
    assert row.scheduled_for.isoformat() in page


def test_what_is_held_says_why_and_what_to_do(browser: Client, films: LibrarySection) -> None:
    scheduled(
        factories.movie(section=films), status="HELD", hold="deletion_off", held_because="Plex forbids it."
    )
    page = text_of(browser.get("/"))
    assert "Plex forbids it." in page
    assert "Allow media deletion" in page


def test_who_is_missing_is_told_with_how_much_and_what_next(
    browser: Client, cellar: PlexServer, show: MediaItem
) -> None:
    bob = factories.bob(on=cellar)
    factories.assignment(item=show, viewer=bob)
    for episode in MediaItem.objects.filter(type="episode").in_order()[:3]:
        factories.watch(item=episode, viewer=bob)
    page = text_of(browser.get("/"))
    assert "3 of 8" in page
    assert "Outpost · S01E04 · Part 4" in page


def test_what_is_assigned_at_several_levels_is_waited_for_once(cellar: PlexServer, show: MediaItem) -> None:
    bob, carol = factories.bob(on=cellar), factories.carol(on=cellar)
    season = MediaItem.objects.get(type="season")
    episode = MediaItem.objects.filter(type="episode").in_order()[0]
    for item in (show, season, episode):
        factories.assignment(item=item, viewer=bob)
    factories.assignment(item=episode, viewer=carol)
    factories.watch(item=episode, viewer=bob)
    found, behind = waiting(10)
    assert [(row.viewer, row.seen, row.total) for row in found] == [(bob, 1, 8), (carol, 0, 1)]
    assert behind == 2


def test_a_view_of_an_earlier_copy_and_what_is_gone_do_not_count(
    cellar: PlexServer, films: LibrarySection
) -> None:
    bob = factories.bob(on=cellar)
    old = factories.movie(section=films)
    gone = factories.movie(section=films, gone_at=NOW)
    for item in (old, gone):
        factories.assignment(item=item, viewer=bob)
    factories.watch(item=old, viewer=bob, at=old.views_count_from - timedelta(days=1))
    [[row], _] = waiting(10)
    assert (row.seen, row.total, row.next) == (0, 1, old)


def test_who_has_seen_everything_is_not_waited_for(cellar: PlexServer, films: LibrarySection) -> None:
    bob, item = factories.bob(on=cellar), factories.movie(section=films)
    factories.assignment(item=item, viewer=bob)
    factories.watch(item=item, viewer=bob)
    assert waiting(10) == ([], 0)


def test_what_was_deleted_is_told_with_its_bytes(browser: Client, films: LibrarySection) -> None:
    now = timezone.now()
    for title, days in (("Salt", 1), ("Amber", 2), ("Long ago", 90)):
        item = factories.movie(section=films, title=title)
        then = now - timedelta(days=days)
        scheduled(item, status="DELETED", finished_at=then, freed=2**30, freed_at=then)
    page = text_of(browser.get("/"))
    assert "2.0\xa0GB freed in 30 days" in page


def test_a_server_tells_how_it_is(browser: Client) -> None:
    factories.server(is_online=False, last_error="It does not answer: start it.")
    page = text_of(browser.get("/"))
    assert "offline" in page
    assert "It does not answer: start it." in page
    assert "Plex does not allow deletion" in page


def test_the_banner_tells_of_the_dry_run(browser: Client, settings: Settings) -> None:
    assert "Dry run." in text_of(browser.get("/"))
    Policy.objects.update(saved_dry_run=False)
    assert "Dry run." not in text_of(browser.get("/"))
    settings.PLAXE_DRY_RUN = True
    assert "Dry run." in text_of(browser.get("/"))


def test_the_number_of_queries_does_not_grow(
    browser: Client, cellar: PlexServer, films: LibrarySection, show: MediaItem
) -> None:
    def fill(size: int) -> None:
        for _ in range(size):
            item = factories.movie(section=films)
            viewer = factories.viewer(9000 + item.pk, f"Person {item.pk}", on=cellar)
            for each in (item, show):
                factories.assignment(item=each, viewer=viewer)
            scheduled(item)
            scheduled(factories.movie(section=films), status="HELD", hold="playing")
            scheduled(item, status="DELETED", finished_at=NOW)

    fill(1)
    few = queries_of(browser, "/")
    fill(15)
    assert queries_of(browser, "/") == few
    assert "and 8 more" in text_of(browser.get("/"))
