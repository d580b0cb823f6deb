from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Access, PlexServer, PlexUser
from deletions.models import AuditEntry, Deletion
from media.episodes import WIDEST
from media.models import Assignment, LibrarySection, MediaItem, PlaySession
from tests import factories
from tests.factories import LAST_YEAR, NOW, YESTERDAY
from tests.pages import HTMX, queries_of, text_of


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def movie(server: PlexServer) -> MediaItem:
    return factories.movie(section=factories.section(on=server), title="Salt", path="/films/salt.mkv")


@pytest.fixture
def series(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, kind="show")


@pytest.fixture
def show(series: LibrarySection) -> MediaItem:
    show = factories.show(section=series, title="Outpost")
    for index in (1, 2):
        season = factories.season(show=show, index=index, title=f"Season {index}")
        for number in (1, 2):
            factories.episode(season=season, index=number, title=f"Part {index}.{number}")
    return show


def url_of(item: MediaItem) -> str:
    return f"/media/{item.pk}/"


def test_a_movie_shows_its_facts_and_its_files(browser: Client, movie: MediaItem) -> None:
    page = text_of(browser.get(url_of(movie)))
    assert "Salt" in page
    assert "/films/salt.mkv" in page
    assert "Nobody is assigned, so Plaxe never deletes it." in page


def test_an_unknown_item_is_not_found(browser: Client) -> None:
    answer = browser.get("/media/424242/")
    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer)


def test_a_gone_item_says_so_and_takes_no_more_assignments(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    factories.bob(on=server)
    movie.gone(NOW)
    page = text_of(browser.get(url_of(movie)))
    assert "no longer on the server" in page
    assert f"/media/{movie.pk}/assign/" not in page


def test_a_view_shows_when_and_how_we_know(browser: Client, server: PlexServer, movie: MediaItem) -> None:
    bob = factories.bob(on=server)
    factories.assignment(item=movie, viewer=bob)
    factories.watch(item=movie, viewer=bob)
    page = text_of(browser.get(url_of(movie)))
    assert YESTERDAY.isoformat() in page
    assert "Plex history" in page


def test_a_view_from_before_the_title_was_added_does_not_count(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    bob = factories.bob(on=server)
    factories.assignment(item=movie, viewer=bob)
    factories.watch(item=movie, viewer=bob, at=LAST_YEAR - timedelta(days=1))
    response = browser.get(url_of(movie))
    assert "it does not count" in text_of(response)
    [[cell]] = [row.cells for row in response.context["grid"].rows]
    assert not cell.is_seen
    assert response.context["concerned"][0].seen == 0


def test_a_show_opens_at_its_first_season_and_others_by_address(browser: Client, show: MediaItem) -> None:
    assert "Part 1.1" in text_of(browser.get(url_of(show)))
    second = MediaItem.objects.get(parent=show, index=2)
    page = text_of(browser.get(url_of(show), {"season": second.pk}))
    assert "Part 2.2" in page
    assert "Part 1.1" not in page
    assert browser.get(url_of(show), {"season": "x"}).status_code == 200


def test_the_grid_tells_apart_seen_awaited_and_not_assigned(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    bob, carol = factories.bob(on=server), factories.carol(on=server)
    factories.assignment(item=show, viewer=bob)
    first, second = MediaItem.objects.filter(parent__index=1, type="episode").in_order()
    factories.assignment(item=second, viewer=carol)
    factories.watch(item=first, viewer=bob)
    grid = browser.get(url_of(show)).context["grid"]
    cells = {
        (row.leaf.index, cell.viewer.name): (cell.is_assigned, cell.is_seen)
        for row in grid.rows
        for cell in row.cells
    }
    assert cells == {
        (1, "Bob"): (True, True), (1, "Carol"): (False, False),
        (2, "Bob"): (True, False), (2, "Carol"): (True, False),
    }  # fmt: skip


def test_an_episode_says_through_what_somebody_is_assigned(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    factories.assignment(item=show, viewer=factories.bob(on=server))
    episode = MediaItem.objects.filter(type="episode").in_order()[0]
    response = browser.get(url_of(episode))
    [person] = response.context["concerned"]
    assert [level.title for level in person.through] == ["Outpost"]
    assert "through" in text_of(response)
    assert not person.is_assigned


def test_a_show_tells_who_is_assigned_further_below(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    episode = MediaItem.objects.filter(type="episode").in_order()[0]
    factories.assignment(item=episode, viewer=factories.bob(on=server))
    page = text_of(browser.get(url_of(show)))
    assert "to 1 season or episode" in page


def test_a_viewer_who_left_is_still_shown_when_assigned(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    factories.assignment(item=movie, viewer=factories.bob(on=server, gone=True))
    assert "has left" in text_of(browser.get(url_of(movie)))


def test_its_deletions_and_their_record_are_told(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    deletion = Deletion.objects.create(
        server=server, item=movie, rating_key="1", type="movie", title="Salt", status="HELD", hold="playing",
        held_because="Bob is playing it.", enqueued_at=NOW, scheduled_for=NOW,
    )  # fmt: skip
    AuditEntry.about(deletion, AuditEntry.Verb.ENQUEUED, NOW, text="Bob saw it.").save()
    page = text_of(browser.get(url_of(movie)))
    assert "Bob is playing it." in page
    assert "Bob saw it." in page


def test_assigning_without_script_leads_back_to_the_page(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    bob = factories.bob(on=server)
    response = browser.post(f"{url_of(movie)}assign/?season=3", {"viewer": bob.pk})
    assert response.headers["Location"] == f"{url_of(movie)}?season=3"
    assert Assignment.objects.get().assigned_by == factories.alice()


def test_assigning_by_htmx_answers_with_the_changed_part(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    bob = factories.bob(on=server)
    part = text_of(browser.post(f"{url_of(movie)}assign/", {"viewer": bob.pk}, headers=HTMX))
    assert part.lstrip().startswith('<div id="watching"')
    assert "Unassign Bob" in part
    part = text_of(browser.post(f"{url_of(movie)}unassign/", {"viewer": bob.pk}, headers=HTMX))
    assert "Nobody is assigned" in part
    assert not Assignment.objects.exists()


def test_a_change_stays_on_the_season_that_is_open(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    second, bob = MediaItem.objects.get(parent=show, index=2), factories.bob(on=server)
    url = f"{url_of(show)}assign/?season={second.pk}"
    part = text_of(browser.post(url, {"viewer": bob.pk}, headers=HTMX))
    assert "Part 2.1" in part
    assert f"/unassign/?season={second.pk}" in part


def test_a_refusal_is_told_in_the_changed_part(browser: Client, movie: MediaItem) -> None:
    stranger = factories.bob(on=factories.server(machine_identifier="other"))
    part = text_of(browser.post(f"{url_of(movie)}assign/", {"viewer": stranger.pk}, headers=HTMX))
    assert "is not a viewer of Cellar" in part


@pytest.mark.parametrize("viewer", ["", "x", "99999"])
def test_a_viewer_nobody_knows_is_refused_in_words(browser: Client, movie: MediaItem, viewer: str) -> None:
    page = browser.post(f"{url_of(movie)}assign/", {"viewer": viewer}, follow=True)
    assert page.status_code == 200
    assert 'class="message error"' in text_of(page)
    assert not Assignment.objects.exists()


def test_looking_assigns_nobody(browser: Client, movie: MediaItem) -> None:
    assert browser.get(f"{url_of(movie)}assign/").status_code == 405


def test_a_long_season_comes_in_pages_at_a_constant_number_of_queries(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    bob, season = factories.bob(on=server), MediaItem.objects.get(parent=show, index=1)
    factories.assignment(item=show, viewer=bob)
    few = queries_of(browser, url_of(show))
    MediaItem.objects.bulk_create(
        MediaItem(
            server=server, section=show.section, rating_key=f"e{n}", type="episode", parent=season, show=show,
            index=n, parent_index=1, first_seen_at=NOW, views_count_from=LAST_YEAR,
        )
        for n in range(3, 3001)
    )  # fmt: skip
    for number in range(8):
        factories.assignment(item=season, viewer=factories.viewer(7000 + number, f"P{number}", on=server))
    for episode in MediaItem.objects.filter(parent=season)[:10]:
        factories.watch(item=episode, viewer=bob)
    assert queries_of(browser, url_of(show)) == few
    assert len(browser.get(url_of(show)).context["grid"].rows) == 50
    assert "S01E51" in text_of(browser.get(url_of(show), {"page": 2}))


def test_the_grid_has_a_line_for_the_show_and_one_for_the_season(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    bob, carol = factories.bob(on=server), factories.carol(on=server)
    season = MediaItem.objects.get(parent=show, index=1)
    factories.assignment(item=show, viewer=bob)
    factories.assignment(item=season, viewer=carol)
    first = MediaItem.objects.filter(parent=season).in_order()[0]
    factories.watch(item=first, viewer=bob)
    grid = browser.get(url_of(show)).context["grid"]
    told = [[(mark.is_assigned, mark.seen, mark.total) for mark in level.marks] for level in grid.levels]
    assert [level.item for level in grid.levels] == [show, season]
    assert told == [[(True, 1, 4), (False, 0, 4)], [(False, 1, 2), (True, 0, 2)]]


def test_ticked_lines_are_assigned_at_their_level(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    bob, season = factories.bob(on=server), MediaItem.objects.get(parent=show, index=2)
    episode = MediaItem.objects.filter(parent__index=1, type="episode").in_order()[0]
    form = {"item": [season.pk, episode.pk], "viewer": bob.pk, "verb": "assign", "at": show.pk}
    part = text_of(browser.post(f"/media/assign/?season={season.pk}", form, headers=HTMX))
    assert part.lstrip().startswith('<div id="watching"')
    assert "Part 2.1" in part
    assert {row.item for row in Assignment.objects.all()} == {season, episode}


def test_for_htmx_another_season_comes_alone(browser: Client, show: MediaItem) -> None:
    second = MediaItem.objects.get(parent=show, index=2)
    headers = {**HTMX, "HX-Target": "grid"}
    part = text_of(browser.get(url_of(show), {"season": str(second.pk)}, headers=headers))
    assert part.lstrip().startswith('<section class="panel grid-panel" id="grid"')
    assert "Part 2.2" in part
    assert "<h1" not in part


def test_what_a_viewer_says_and_nobody_can_read_is_unknown_and_not_unseen(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    bob = factories.bob(on=server)
    factories.assignment(item=show, viewer=bob)
    Access.objects.filter(viewer=bob).update(state_problem="His PIN is missing.")
    first = MediaItem.objects.filter(parent__index=1, type="episode").in_order()[0]
    factories.watch(item=first, viewer=bob)
    page = text_of(browser.get(url_of(show)))
    assert page.count('title="His PIN is missing.">unknown') == 1
    assert "not yet" not in page


def test_more_viewers_than_fit_are_shown_when_asked_for(
    browser: Client, server: PlexServer, show: MediaItem
) -> None:
    for number in range(WIDEST + 3):
        person = factories.viewer(5000 + number, f"Person {number:02}", on=server)
        factories.assignment(item=show, viewer=person)
    page = browser.get(url_of(show))
    assert len(page.context["grid"].viewers) == WIDEST
    assert "3 more viewers are not shown." in text_of(page)
    assert len(browser.get(url_of(show), {"viewers": "all"}).context["grid"].viewers) == WIDEST + 3


def test_a_leaf_says_beside_each_viewer_what_is_known(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    bob, carol = factories.bob(on=server), factories.carol(on=server)
    for viewer in (bob, carol):
        factories.assignment(item=movie, viewer=viewer)
    factories.watch(item=movie, viewer=bob)
    page = text_of(browser.get(url_of(movie)))
    assert page.count("not yet") == 1
    assert "grid-panel" not in page


def test_a_deleted_title_still_says_when_and_why_it_went(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    gone = Deletion.objects.create(
        server=server, item=movie, rating_key="1", type="movie", title="Salt", status="DELETED",
        enqueued_at=YESTERDAY, scheduled_for=YESTERDAY, finished_at=YESTERDAY,
        reasons=["Bob saw it on Monday."],
    )  # fmt: skip
    AuditEntry.about(gone, AuditEntry.Verb.DELETED, YESTERDAY, text="Plex answered 200.").save()
    movie.gone(YESTERDAY)
    page = text_of(browser.get(url_of(movie)))
    assert "no longer on the server" in page
    assert YESTERDAY.isoformat() in page
    assert "Bob saw it on Monday." in page
    assert "Plex answered 200." in page


def test_a_show_tells_the_fate_of_its_episodes(browser: Client, server: PlexServer, show: MediaItem) -> None:
    first, second = MediaItem.objects.filter(parent__index=1, type="episode").in_order()
    known = {"server": server, "type": "episode", "bytes": 1000, "enqueued_at": NOW, "scheduled_for": NOW}
    Deletion.objects.create(
        item=first, rating_key="1", title="One", status="DELETED", finished_at=NOW, **known
    )
    row = Deletion.objects.create(item=second, rating_key="2", title="Two", **known)
    first.gone(NOW)
    page = browser.get(url_of(show))
    assert 'class="state deleted">Deleted</span> <strong>1</strong>' in text_of(page)
    assert 'class="state scheduled">Scheduled</span> <strong>1</strong>' in text_of(page)
    form = {"place": "show", "back": url_of(show)}
    part = text_of(browser.post(f"/deletions/{row.pk}/cancel/", form, headers=HTMX))
    assert f'id="deletion-{row.pk}"' in part
    assert "Part 1.2" in part
    assert "Try again" in part
    assert 'class="poster"' not in part


def test_who_is_watching_it_now_is_told(browser: Client, server: PlexServer, show: MediaItem) -> None:
    episode = MediaItem.objects.filter(type="episode").in_order()[0]
    PlaySession.objects.create(
        server=server, session_key="1", viewer_name="Bob", item=episode, offset=30, duration=100,
        began_at=NOW, seen_at=NOW,
    )  # fmt: skip
    for item in (show, episode):
        assert "Bob is watching it now." in text_of(browser.get(url_of(item)))


def test_several_versions_and_what_plex_made_of_them_are_told_apart(
    browser: Client, movie: MediaItem
) -> None:
    factories.file(of=movie, path="/films/salt-4k.mkv", media_id="4k", size=5_000_000_000)
    factories.file(of=movie, path="/films/salt-tv.mp4", media_id="tv", is_optimised=True)
    factories.file(of=movie, path="/films/salt-odd.mkv", media_id="odd", size=None)
    page = text_of(browser.get(url_of(movie)))
    assert "3 versions" in page
    assert "optimised by Plex" in page
    assert "size unknown" in page


def test_the_original_title_and_the_ids_elsewhere_are_told(browser: Client, movie: MediaItem) -> None:
    MediaItem.objects.filter(pk=movie.pk).update(original_title="塩", external_ids={"imdb": "tt1234567"})
    page = text_of(browser.get(url_of(movie)))
    assert "塩" in page
    assert "tt1234567" in page
    assert "imdb.com" not in page


@pytest.mark.parametrize("name", ["", "<script>alert(1)</script>", "x" * 255, "ليلى", "🦊"])
def test_a_viewer_by_any_name_is_only_text(
    browser: Client, server: PlexServer, show: MediaItem, name: str
) -> None:
    bob = factories.bob(on=server)
    PlexUser.objects.filter(pk=bob.pk).update(name=name)
    factories.assignment(item=show, viewer=bob)
    shown = name.replace("<", "&lt;").replace(">", "&gt;") or str(bob.plex_id)
    for url in (url_of(show), "/media/"):
        page = text_of(browser.get(url))
        assert "<script>alert" not in page
        assert shown in page


def test_a_page_of_a_leaf_takes_a_constant_number_of_queries(
    browser: Client, server: PlexServer, movie: MediaItem
) -> None:
    def more(number: int) -> None:
        viewer = factories.viewer(6000 + number, f"P{number}", on=server)
        factories.assignment(item=movie, viewer=viewer)
        factories.watch(item=movie, viewer=viewer)
        factories.file(of=movie, media_id=f"m{number}")
        row = Deletion.objects.create(
            server=server, item=movie, rating_key="1", type="movie", title="Salt", status="CANCELLED",
            enqueued_at=NOW, scheduled_for=NOW, finished_at=NOW,
        )  # fmt: skip
        AuditEntry.about(row, AuditEntry.Verb.CANCELLED, NOW).save()

    more(0)
    few = queries_of(browser, url_of(movie))
    for number in range(1, 9):
        more(number)
    assert queries_of(browser, url_of(movie)) == few
