import pytest
from django.test import Client

from accounts.models import Job
from media import keeping, protecting
from media.keeping import Rule
from media.models import (
    Assignment,
    Exemption,
    HistoryCursor,
    LibrarySection,
    MediaItem,
    StandingOrder,
    Watch,
)
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

LISTS = [
    "librarysection", "mediaitem", "assignment", "watch", "historycursor", "standingorder", "exemption",
    "protection", "keeprule",
]  # fmt: skip


def fill(size: int) -> None:
    for _ in range(size):
        server = factories.server(machine_identifier=f"m{MediaItem.objects.count()}")
        section = factories.section(on=server, kind="show")
        show = factories.show(section=section, title="Outpost")
        episode = factories.episode(season=factories.season(show=show), title="Part")
        viewer = factories.viewer(5000 + show.pk, f"Person {show.pk}", on=server)
        factories.assignment(item=episode, viewer=viewer)
        factories.watch(item=episode, viewer=viewer)
        HistoryCursor.of(server)
        StandingOrder.objects.create(server=server, item=show, made_by=factories.alice())
        protecting.protect([episode, section, viewer], NOW)
        keeping.keep(show, Rule(newest=3), NOW)
        Exemption.objects.create(item=episode, viewer=factories.bob(on=server))


@pytest.mark.parametrize("model", LISTS)
def test_a_list_takes_a_constant_number_of_queries(browser: Client, model: str) -> None:
    url = f"/admin/media/{model}/"
    fill(2)
    few = queries_of(browser, url)
    fill(10)
    assert queries_of(browser, url) == few


@pytest.mark.parametrize("model", LISTS)
def test_a_list_can_be_searched(browser: Client, model: str) -> None:
    fill(1)
    assert browser.get(f"/admin/media/{model}/", {"q": "Outpost"}).status_code == 200


@pytest.mark.parametrize(
    "row", [LibrarySection, MediaItem, Assignment, Watch, HistoryCursor, StandingOrder, Exemption]
)
def test_rows_are_shown_and_neither_made_nor_changed_nor_deleted(browser: Client, row: type) -> None:
    fill(1)
    first = row.objects.first()  # type: ignore[attr-defined]
    base = f"/admin/media/{row.__name__.lower()}/"
    assert browser.get(f"{base}{first.pk}/change/").status_code == 200
    assert browser.get(f"{base}add/").status_code == 403
    assert browser.post(f"{base}{first.pk}/change/", {}).status_code == 403
    assert browser.post(f"{base}{first.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_item_leads_to_its_page_and_shows_its_files(browser: Client) -> None:
    movie = factories.movie(section=factories.section(on=factories.server()), path="/films/salt.mkv")
    page = text_of(browser.get(f"/admin/media/mediaitem/{movie.pk}/change/"))
    assert f'href="/media/{movie.pk}/"' in page
    assert "/films/salt.mkv" in page


def test_assigning_asks_whom_and_then_does_it(browser: Client) -> None:
    server = factories.server()
    section = factories.section(on=server)
    movies = [factories.movie(section=section, title="<b>Salt</b>"), factories.movie(section=section)]
    gone = factories.movie(section=section, gone_at=NOW)
    bob = factories.bob(on=server)
    form = {"action": "assign", "_selected_action": [movie.pk for movie in [*movies, gone]]}
    page = text_of(browser.post("/admin/media/mediaitem/", form))
    assert "&lt;b&gt;Salt&lt;/b&gt;" in page
    assert "Bob" in page
    page = text_of(browser.post("/admin/media/mediaitem/", {**form, "apply": "yes"}))
    assert "This field is required." in page
    answer = browser.post(
        "/admin/media/mediaitem/", {**form, "apply": "yes", "viewer": [bob.pk]}, follow=True
    )
    assert "2 assignments made." in text_of(answer)
    assert "no longer on Cellar" in text_of(answer)
    assert {row.assigned_by for row in Assignment.objects.all()} == {factories.alice()}


def test_assignments_become_optional_and_required_by_their_verbs(browser: Client) -> None:
    fill(2)
    form = {"_selected_action": [row.pk for row in Assignment.objects.all()]}
    page = browser.post("/admin/media/assignment/", {**form, "action": "make_optional"}, follow=True)
    assert "2 assignments changed." in text_of(page)
    assert not Assignment.objects.required().exists()
    browser.post("/admin/media/assignment/", {**form, "action": "make_required"})
    assert Assignment.objects.required().count() == 2


def test_titles_are_assigned_to_optional_viewers(browser: Client) -> None:
    movie = factories.movie(section=factories.section(on=factories.server()))
    form = {"action": "assign", "_selected_action": [movie.pk], "apply": "yes", "optional": "yes"}
    browser.post("/admin/media/mediaitem/", {**form, "viewer": [factories.bob(on=movie.server).pk]})
    assert Assignment.objects.get().is_optional


def test_assignments_are_taken_away_by_their_verb(browser: Client) -> None:
    fill(2)
    chosen = [row.pk for row in Assignment.objects.all()]
    answer = browser.post(
        "/admin/media/assignment/", {"action": "unassign", "_selected_action": chosen}, follow=True
    )
    assert "2 assignments taken away." in text_of(answer)
    assert not Assignment.objects.exists()


def test_libraries_can_be_synced(browser: Client) -> None:
    section = factories.section(on=factories.server())
    browser.post("/admin/media/librarysection/", {"action": "sync", "_selected_action": [section.pk]})
    assert Job.objects.get(kind=Job.Kind.LIBRARIES).wanted_at
