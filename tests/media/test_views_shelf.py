from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from deletions.models import Deletion, Status
from media.models import Assignment, LibrarySection, MediaItem
from tests import factories
from tests.factories import LAST_YEAR, NOW, YESTERDAY
from tests.pages import HTMX, queries_of, text_of

URL = "/media/"


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films")


@pytest.fixture
def series(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Series", kind="show")


def shown(browser: Client, **filters: str | int) -> list[str]:
    page = browser.get(URL, filters)
    assert page.status_code == 200
    return [item.title for item, _ in page.context["cards"]]


def test_movies_and_shows_stand_on_the_shelf_by_title(
    browser: Client, films: LibrarySection, series: LibrarySection
) -> None:
    factories.movie(section=films, title="Salt")
    factories.episode(season=factories.season(show=factories.show(section=series, title="Outpost")))
    factories.movie(section=films, title="Left", gone_at=NOW)
    assert shown(browser) == ["Outpost", "Salt"]


def test_search_finds_a_part_of_a_title(browser: Client, films: LibrarySection) -> None:
    factories.movie(section=films, title="Blue Hour")
    factories.movie(section=films, title="Salt")
    assert shown(browser, q="hour") == ["Blue Hour"]
    assert shown(browser, q="%") == []


def test_section_and_kind_narrow_the_shelf(
    browser: Client, films: LibrarySection, series: LibrarySection
) -> None:
    factories.movie(section=films, title="Salt")
    season = factories.season(show=factories.show(section=series, title="Outpost"))
    factories.episode(season=season, title="Part 1")
    assert shown(browser, section=films.pk) == ["Salt"]
    assert shown(browser, kind="episode") == ["Part 1"]
    assert shown(browser, kind="movie") == ["Salt"]


def test_states_tell_what_waits_what_is_complete_and_what_is_nobodys(
    browser: Client, server: PlexServer, films: LibrarySection
) -> None:
    bob, carol = factories.bob(on=server), factories.carol(on=server)
    for title, watched in [("Seen", True), ("Unseen", False)]:
        item = factories.movie(section=films, title=title)
        factories.assignment(item=item, viewer=bob)
        if watched:
            factories.watch(item=item, viewer=bob)
    factories.movie(section=films, title="Free")
    assert shown(browser, state="complete") == ["Seen"]
    assert shown(browser, state="waiting") == ["Unseen"]
    assert shown(browser, state="unassigned") == ["Free"]
    assert shown(browser, viewer=bob.pk) == ["Seen", "Unseen"]
    assert shown(browser, viewer=bob.pk, state="waiting") == ["Unseen"]
    assert shown(browser, viewer=carol.pk, state="waiting") == []


def test_a_show_is_judged_by_its_episodes(
    browser: Client, server: PlexServer, series: LibrarySection
) -> None:
    show = factories.show(section=series, title="Outpost")
    episodes = [factories.episode(season=factories.season(show=show), index=i) for i in (1, 2)]
    bob = factories.bob(on=server)
    factories.assignment(item=show, viewer=bob)
    factories.watch(item=episodes[0], viewer=bob)
    assert shown(browser, state="waiting") == shown(browser, state="complete") == ["Outpost"]
    [(_, standing)] = browser.get(URL).context["cards"]
    assert (standing.total, standing.covered, standing.complete, standing.state) == (2, 2, 1, "waiting")


def test_an_orphaned_episode_does_not_empty_the_unassigned_shelf(
    browser: Client, server: PlexServer, films: LibrarySection, series: LibrarySection
) -> None:
    orphan = factories.item(section=series, kind="episode", title="Orphan")
    factories.assignment(item=orphan, viewer=factories.bob(on=server))
    factories.movie(section=films, title="Free")
    assert shown(browser, state="unassigned") == ["Free"]


def test_the_queue_shows_on_the_shelf(browser: Client, server: PlexServer, films: LibrarySection) -> None:
    item = factories.movie(section=films, title="Leaving")
    factories.assignment(item=item, viewer=factories.bob(on=server))
    factories.movie(section=films, title="Staying")
    row = {"server": server, "item": item, "rating_key": item.rating_key, "type": "movie", "title": "Leaving"}
    Deletion.objects.create(
        **row, status=Status.CANCELLED, enqueued_at=NOW, scheduled_for=NOW, finished_at=NOW
    )
    assert shown(browser, state="queued") == []
    Deletion.objects.create(**row, enqueued_at=NOW, scheduled_for=NOW)
    assert shown(browser, state="queued") == ["Leaving"]
    assert "In the queue" in text_of(browser.get(URL))


@pytest.mark.parametrize(
    ("nonsense", "named"),
    [
        ({"section": "x"}, "Library"), ({"section": "99999"}, "Library"), ({"kind": "'"}, "Kind"),
        ({"kind": "season"}, "Kind"), ({"viewer": "-1"}, "Viewer"), ({"state": "?"}, "State"),
        ({"q": "\0"}, "Search"), ({"q": "x" * 5000}, "Search"), ({"sort": "price"}, "Order"),
        ({"view": "3d"}, "View"), ({"viewer": "9" * 50}, "Viewer"),
    ],
)  # fmt: skip
def test_a_filter_without_sense_filters_nothing_and_is_told(
    browser: Client, films: LibrarySection, nonsense: dict[str, str], named: str
) -> None:
    factories.movie(section=films, title="Salt")
    assert shown(browser, **nonsense) == ["Salt"]
    assert f"Left out because it makes no sense: {named}." in text_of(browser.get(URL, nonsense))


@pytest.mark.parametrize("page", ["zzz", "-3", "0", "99", "1e9", "9" * 400, ""])
def test_a_page_that_is_not_there_is_the_nearest(browser: Client, films: LibrarySection, page: str) -> None:
    factories.movie(section=films, title="Salt")
    assert shown(browser, page=page) == ["Salt"]


def test_nothing_that_fits_is_told_apart_from_nothing_at_all(browser: Client, films: LibrarySection) -> None:
    assert "Nothing has been read yet" in text_of(browser.get(URL))
    factories.movie(section=films, title="Salt")
    assert "Nothing fits" in text_of(browser.get(URL, {"q": "pepper"}))


def test_the_order_is_chosen_and_turned_round(
    browser: Client, server: PlexServer, films: LibrarySection, series: LibrarySection
) -> None:
    bob = factories.bob(on=server)
    small = factories.movie(section=films, title="Small", size=10, added_at=LAST_YEAR)
    factories.movie(section=films, title="élan", size=500, added_at=LAST_YEAR - timedelta(days=9))
    season = factories.season(show=factories.show(section=series, title="Outpost", added_at=YESTERDAY))
    episodes = [factories.episode(season=season, index=i, size=300) for i in (1, 2)]
    factories.watch(item=small, viewer=bob, at=YESTERDAY)
    factories.watch(item=episodes[1], viewer=bob, at=NOW)
    orders = {
        "title": ["élan", "Outpost", "Small"],
        "added": ["Outpost", "Small", "élan"],
        "size": ["Outpost", "élan", "Small"],
        "watched": ["Outpost", "Small", "élan"],
    }
    for sort, titles in orders.items():
        assert shown(browser, sort=sort) == titles
        assert shown(browser, sort=f"-{sort}") == titles[::-1]


def test_episodes_are_a_shelf_of_their_own(browser: Client, series: LibrarySection) -> None:
    for title in ("Outpost", "Blue"):
        season = factories.season(show=factories.show(section=series, title=title))
        for index in (2, 1):
            factories.episode(season=season, index=index, title=f"{title} {index}")
    assert shown(browser, kind="episode") == ["Blue 1", "Blue 2", "Outpost 1", "Outpost 2"]
    assert shown(browser, kind="episode", q="outpost s01e02") == ["Outpost 2"]


def test_a_search_finds_episodes_beside_shows(browser: Client, series: LibrarySection) -> None:
    show = factories.show(section=series, title="Night Watch")
    for index in range(1, 10):
        factories.episode(season=factories.season(show=show, index=1), index=index, title=f"Night {index}")
    page = browser.get(URL, {"q": "night"})
    assert [item.title for item, _ in page.context["cards"]] == ["Night Watch"]
    assert len(page.context["episodes"]) == 6
    assert "?q=night&amp;kind=episode" in text_of(page)


def test_the_table_tells_more_and_sorts_by_its_heads(
    browser: Client, server: PlexServer, films: LibrarySection
) -> None:
    movie = factories.movie(section=films, title="Salt", size=3_000_000)
    factories.watch(item=movie, viewer=factories.bob(on=server))
    page = text_of(browser.get(URL, {"view": "table", "q": "salt"}))
    assert "2.9" in page
    assert YESTERDAY.isoformat() in page
    assert "?q=salt&amp;sort=size&amp;view=table" in page
    assert 'aria-sort="ascending"' in page
    assert "?q=salt&amp;sort=-title&amp;view=table" in page


def test_for_htmx_only_the_shelf_comes_and_the_address_is_clean(
    browser: Client, films: LibrarySection
) -> None:
    factories.movie(section=films, title="Salt")
    asked = {"q": "sa", "section": "", "viewer": "", "sort": "title", "state": ""}
    headers = {**HTMX, "HX-Target": "shelf"}
    part = browser.get(URL, asked, headers={**headers, "HX-Trigger-Name": "q"})
    assert text_of(part).lstrip().startswith('<div id="shelf"')
    assert part.headers["HX-Replace-Url"] == "/media/?q=sa"
    assert browser.get(URL, {"state": ""}, headers=headers).headers["HX-Push-Url"] == "/media/"
    assert "HX-Target" in part.headers["Vary"]
    restored = browser.get(URL, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in text_of(restored)


def test_scrolling_on_brings_the_next_page_only(browser: Client, films: LibrarySection) -> None:
    for number in range(50):
        factories.movie(section=films, title=f"Part {number:02}")
    headers = {**HTMX, "HX-Target": "more"}
    part = text_of(browser.get(URL, {"page": 2}, headers=headers))
    assert "Part 48" in part
    assert "Part 47" not in part
    assert 'id="shelf"' not in part
    assert 'id="more"' not in part


def test_filters_stay_while_turning_pages(browser: Client, films: LibrarySection) -> None:
    for number in range(50):
        factories.movie(section=films, title=f"Part {number:02}")
    page = text_of(browser.get(URL, {"q": "Part"}))
    assert "?q=Part&amp;page=2" in page
    assert shown(browser, q="Part", page=2) == ["Part 48", "Part 49"]
    assert 'rel="prev" href="?q=Part"' in text_of(browser.get(URL, {"q": "Part", "page": "2"}))


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "x" * 1000, "ليلة طويلة", "", "🦊", "{{ 7 }}"]
)
def test_a_hostile_title_is_only_text(browser: Client, films: LibrarySection, title: str) -> None:
    item = factories.movie(section=films)
    MediaItem.objects.filter(pk=item.pk).update(title=title)
    for url in (URL, f"/media/{item.pk}/"):
        page = text_of(browser.get(url))
        assert "<script>alert" not in page
        assert not title or title.replace("<", "&lt;").replace(">", "&gt;") in page


def test_many_titles_are_assigned_to_many_viewers_at_once(
    browser: Client, server: PlexServer, films: LibrarySection
) -> None:
    titles = [factories.movie(section=films) for _ in range(2)]
    viewers = [factories.bob(on=server), factories.carol(on=server)]
    form = {
        "item": [title.pk for title in titles], "viewer": [viewer.pk for viewer in viewers],
        "verb": "assign", "back": "/media/?q=a",
    }  # fmt: skip
    response = browser.post("/media/assign/", form)
    assert response.headers["Location"] == "/media/?q=a"
    assert Assignment.objects.filter(assigned_by=factories.alice()).count() == 4
    assert "4 assignments changed" in text_of(browser.get(URL))
    browser.post("/media/assign/", {**form, "verb": "unassign"})
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""])
def test_the_way_back_never_leaves_the_site(browser: Client, back: str) -> None:
    assert browser.post("/media/assign/", {"back": back}).headers["Location"] == "/"


def test_all_that_was_shown_can_be_meant(browser: Client, server: PlexServer, films: LibrarySection) -> None:
    titles, bob = [factories.movie(section=films) for _ in range(3)], factories.bob(on=server)
    form = {"shown": [title.pk for title in titles[:2]], "all": "yes", "viewer": bob.pk, "verb": "assign"}
    browser.post("/media/assign/", form)
    assert {row.item for row in Assignment.objects.all()} == set(titles[:2])


@pytest.mark.parametrize(("view", "tag"), [("", "<li"), ("table", "<tr")])
def test_for_htmx_the_changed_titles_come_back(
    browser: Client, server: PlexServer, films: LibrarySection, view: str, tag: str
) -> None:
    titles, bob = [factories.movie(section=films) for _ in range(2)], factories.bob(on=server)
    form = {"item": titles[0].pk, "viewer": bob.pk, "verb": "assign", "view": view}
    part = text_of(browser.post("/media/assign/", form, headers=HTMX))
    assert tag in part
    assert f'id="item-{titles[0].pk}"' in part
    assert f'id="item-{titles[1].pk}"' not in part
    assert "Waiting" in part
    nothing = text_of(browser.post("/media/assign/", {"viewer": bob.pk}, headers=HTMX))
    assert "Choose at least one title." in nothing


def test_a_card_says_who_must_see_it_and_who_has(
    browser: Client, server: PlexServer, series: LibrarySection
) -> None:
    bob, carol = factories.bob(on=server), factories.carol(on=server)
    show = factories.show(section=series, title="Outpost")
    season = factories.season(show=show)
    first, second = (factories.episode(season=season, index=i) for i in (1, 2))
    factories.assignment(item=show, viewer=bob)
    factories.assignment(item=first, viewer=carol)
    factories.watch(item=first, viewer=bob)
    factories.watch(item=first, viewer=carol)
    [(_, standing)] = browser.get(URL).context["cards"]
    seats = {seat.viewer: (seat.seen, seat.total, seat.is_done) for seat in standing.seats}
    assert seats == {bob: (1, 2, False), carol: (1, 1, True)}
    assert standing.bytes == first.size + second.size
    assert standing.last_viewed_at == YESTERDAY


def test_assigning_nothing_to_nobody_says_what_is_missing(browser: Client) -> None:
    page = text_of(browser.post("/media/assign/", {"back": "/media/"}, follow=True))
    assert "Choose at least one title." in page
    assert "Choose at least one viewer." in page


def test_a_refusal_is_told_and_the_rest_is_done(
    browser: Client, server: PlexServer, films: LibrarySection
) -> None:
    gone, there = factories.movie(section=films, gone_at=timezone.now()), factories.movie(section=films)
    form = {"item": [gone.pk, there.pk], "viewer": [factories.bob(on=server).pk], "back": "/media/"}
    page = text_of(browser.post("/media/assign/", form, follow=True))
    assert "no longer on Cellar" in page
    assert [row.item for row in Assignment.objects.all()] == [there]


def _fill(server: PlexServer, films: LibrarySection, series: LibrarySection, size: int) -> None:
    for number in range(size):
        person = factories.viewer(PlexUser.objects.count() + 5000, f"Person {number}", on=server)
        movie = factories.movie(section=films)
        show = factories.show(section=series)
        episode = factories.episode(season=factories.season(show=show))
        for item in (movie, show):
            factories.assignment(item=item, viewer=person)
        factories.watch(item=episode, viewer=person)


@pytest.mark.parametrize(
    "asked",
    [
        "", "?view=table", "?q=movie", "?state=waiting", "?state=complete", "?state=queued",
        "?state=unassigned", "?kind=episode", "?sort=size", "?sort=watched", "?viewer={viewer}&state=waiting",
        "?page=2",
    ],
)  # fmt: skip
def test_the_number_of_queries_does_not_grow(
    browser: Client, server: PlexServer, films: LibrarySection, series: LibrarySection, asked: str
) -> None:
    _fill(server, films, series, 1)
    url = URL + asked.format(viewer=PlexUser.objects.earliest("pk").pk)
    few = queries_of(browser, url)
    _fill(server, films, series, 12)
    assert queries_of(browser, url) == few
