import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from deletions.models import Deletion, Status
from media.models import Assignment, LibrarySection, MediaItem
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

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
    assert shown(browser, type="episode") == ["Part 1"]


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
    "nonsense",
    [
        {"section": "x"}, {"section": "99999"}, {"type": "'"}, {"viewer": "-1"}, {"state": "?"},
        {"page": "zzz"}, {"page": "-3"}, {"q": "\0"}, {"q": "x" * 5000},
    ],
)  # fmt: skip
def test_a_filter_without_sense_filters_nothing(
    browser: Client, films: LibrarySection, nonsense: dict[str, str]
) -> None:
    factories.movie(section=films, title="Salt")
    assert shown(browser, **nonsense) == ["Salt"]


def test_filters_stay_while_turning_pages(browser: Client, films: LibrarySection) -> None:
    for number in range(50):
        factories.movie(section=films, title=f"Part {number:02}")
    page = text_of(browser.get(URL, {"q": "Part"}))
    assert "?q=Part&amp;page=2" in page
    assert shown(browser, q="Part", page=2) == ["Part 48", "Part 49"]


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


def test_the_number_of_queries_does_not_grow(
    browser: Client, server: PlexServer, films: LibrarySection, series: LibrarySection
) -> None:
    _fill(server, films, series, 1)
    few = queries_of(browser, URL)
    _fill(server, films, series, 12)
    assert queries_of(browser, URL) == few
