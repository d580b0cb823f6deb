"""The owner's word on who has seen what: by function, page, admin and command."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser
from media import watching
from media.models import Evidence, MediaItem, Watch
from plexclient.types import Play
from tests import factories
from tests.factories import NOW, YESTERDAY
from tests.pages import HTMX, queries_of, text_of

HOUR = timedelta(hours=1)


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


@pytest.fixture
def film(server: PlexServer) -> MediaItem:
    return factories.movie(section=factories.section(on=server), title="Salt")


@pytest.fixture
def show(server: PlexServer) -> MediaItem:
    """Two seasons of two episodes."""
    show = factories.show(section=factories.section(on=server, kind="show"), title="Outpost")
    for index in (1, 2):
        season = factories.season(show=show, index=index)
        for number in (1, 2):
            factories.episode(season=season, index=number)
    return show


def seen(viewer: PlexUser) -> int:
    return Watch.objects.counting().filter(viewer=viewer).count()


def play(film: MediaItem, at: Any) -> Play:
    return Play(rating_key=film.rating_key, account_id=factories.BOB, viewed_at=at, type="movie")


def test_a_leaf_a_season_or_a_show_counts_at_its_leaves(show: MediaItem, bob: PlexUser) -> None:
    season = MediaItem.objects.filter(type="season")[0]
    episode = season.leaves()[0]
    assert watching.declare(episode, bob, NOW) == 1
    assert seen(bob) == 1
    assert watching.declare(season, bob, NOW) == 2
    assert seen(bob) == 2
    assert watching.declare(show, bob, NOW) == 4
    assert seen(bob) == 4


def test_what_was_said_can_be_unsaid(show: MediaItem, bob: PlexUser) -> None:
    watching.declare(show, bob, NOW)
    season = MediaItem.objects.filter(type="season")[0]
    assert watching.declare(season, bob, NOW + HOUR, seen=False) == 2
    assert seen(bob) == 2
    watching.declare(show, bob, NOW + 2 * HOUR)
    assert seen(bob) == 4


def test_it_is_recorded_as_his_word(film: MediaItem, bob: PlexUser) -> None:
    watching.declare(film, bob, NOW, by=factories.alice())
    watch, evidence = Watch.objects.get(), Evidence.objects.get()
    assert (watch.source, watch.last_viewed_at, watch.vouched_at) == ("hand", NOW, NOW)
    assert (evidence.source, evidence.said, evidence.at) == ("hand", "seen", NOW)
    assert evidence.text == "said by alice"


def test_what_the_history_said_before_is_kept_beside_it(film: MediaItem, bob: PlexUser) -> None:
    watching.record(film.server, [play(film, YESTERDAY)], YESTERDAY)
    assert not Evidence.objects.exists()
    watching.declare(film, bob, NOW)
    told = {row.source: (row.said, row.at) for row in Evidence.objects.all()}
    assert told == {"hand": ("seen", NOW), "history": ("seen", YESTERDAY)}


def test_a_no_stands_against_the_view_it_denies_until_a_later_one(film: MediaItem, bob: PlexUser) -> None:
    watching.record(film.server, [play(film, YESTERDAY)], YESTERDAY)
    watching.declare(film, bob, NOW, seen=False)
    assert watching.record(film.server, [play(film, YESTERDAY + HOUR)], NOW + HOUR) == 1
    assert seen(bob) == 0
    watching.record(film.server, [play(film, NOW + HOUR)], NOW + HOUR)
    assert seen(bob) == 1


def test_of_who_was_never_a_viewer_nothing_can_be_said(film: MediaItem) -> None:
    stranger = factories.carol(on=factories.server(machine_identifier="machine-2"))
    with pytest.raises(Refused, match="not a viewer"):
        watching.declare(film, stranger, NOW)


def test_of_what_is_gone_nothing_can_be_said(film: MediaItem, bob: PlexUser) -> None:
    film.gone(NOW)
    with pytest.raises(Refused, match="nothing on"):
        watching.declare(film, bob, NOW)


def test_the_page_takes_his_word_and_his_no(browser: Client, show: MediaItem, bob: PlexUser) -> None:
    factories.assignment(item=show, viewer=bob)
    url = f"/media/{show.pk}/watched/"
    part = text_of(browser.post(url, {"viewer": bob.pk, "seen": "yes"}, headers=HTMX))
    assert part.lstrip().startswith('<div id="watching"')
    assert "Bob has seen it: written down." in part
    assert seen(bob) == 4
    answer = browser.post(f"{url}?season=3", {"viewer": bob.pk, "seen": "no"})
    assert answer.headers["Location"] == f"/media/{show.pk}/?season=3"
    assert seen(bob) == 0


def test_the_page_refuses_nobody_and_strangers_in_words(browser: Client, film: MediaItem) -> None:
    stranger = factories.carol(on=factories.server(machine_identifier="machine-2"))
    url = f"/media/{film.pk}/watched/"
    assert "Choose at least one viewer." in text_of(browser.post(url, {"viewer": "x"}, follow=True))
    refused = browser.post(url, {"viewer": stranger.pk, "seen": "yes"}, follow=True)
    assert "is not a viewer" in text_of(refused)
    assert browser.get(url).status_code == 405
    assert not Watch.objects.exists()


def test_the_page_answers_how_we_know(browser: Client, film: MediaItem, bob: PlexUser) -> None:
    url = f"/media/{film.pk}/"
    assert "How do you know?" not in text_of(browser.get(url))
    watching.record(film.server, [play(film, YESTERDAY)], YESTERDAY)
    watching.declare(film, bob, NOW, seen=False, by=factories.alice())
    page = browser.get(url)
    told = [(one.source, one.said, one.decides) for one in page.context["statements"]]
    assert told == [("the owner's word", "not seen", True), ("Plex history", "seen", False)]
    assert "How do you know?" in text_of(page)
    assert "said by alice" in text_of(page)


def test_how_we_know_costs_the_same_for_many_viewers(browser: Client, film: MediaItem, bob: PlexUser) -> None:
    watching.declare(film, bob, NOW)
    few = queries_of(browser, f"/media/{film.pk}/")
    for number in range(9):
        watching.declare(film, factories.viewer(7000 + number, f"P{number}", on=film.server), NOW)
    assert queries_of(browser, f"/media/{film.pk}/") == few


def test_the_page_says_whose_own_state_is_unknown_and_why(
    browser: Client, film: MediaItem, bob: PlexUser
) -> None:
    factories.assignment(item=film, viewer=bob)
    bob.access_set.update(state_problem="Bob's account asks for a PIN.")
    for url in (f"/media/{film.pk}/", f"/users/{bob.pk}/", "/users/"):
        assert "account asks for a PIN." in text_of(browser.get(url))


def test_the_grid_tells_what_was_taken_back_and_what_is_half_way(
    browser: Client, show: MediaItem, bob: PlexUser
) -> None:
    factories.assignment(item=show, viewer=bob)
    first, second = MediaItem.objects.filter(type="episode").in_order()[:2]
    factories.watch(item=first, viewer=bob)
    factories.watch(item=second, viewer=bob)
    Watch.objects.filter(item=first).update(withdrawn_at=NOW, withdrawn_by="state")
    Watch.objects.filter(item=second).update(offset=600_000, offset_at=NOW)
    page = text_of(browser.get(f"/media/{show.pk}/"))
    assert "half-way" in page
    assert "Plex watched state" in page


@pytest.mark.parametrize(("action", "expected"), [("seen", 4), ("unseen", 0)])
def test_the_admin_takes_his_word_for_many_titles(
    browser: Client, show: MediaItem, bob: PlexUser, action: str, expected: int
) -> None:
    if action == "unseen":
        watching.declare(show, bob, NOW)
    url, chosen = "/admin/media/mediaitem/", {"action": action, "_selected_action": [show.pk]}
    asked = text_of(browser.post(url, chosen))
    assert f'name="action" value="{action}"' in asked
    browser.post(url, {**chosen, "apply": "yes", "viewer": [bob.pk]})
    assert seen(bob) == expected


@pytest.fixture
def command(db: None) -> Any:
    def command(*words: str) -> Any:
        out = io.StringIO()
        call_command("watched", *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return command


def test_the_command_takes_his_word_and_takes_it_back(command: Any, show: MediaItem, bob: PlexUser) -> None:
    [row] = command(show.rating_key, "--viewer", "bob")["watched"]
    assert (row["item"]["title"], row["viewer"]["name"], row["seen"], row["leaves"]) == (
        "Outpost", "Bob", True, 4,
    )  # fmt: skip
    assert seen(bob) == 4
    [row] = command(show.rating_key, "--viewer", "bob", "--undo")["watched"]
    assert (row["seen"], seen(bob)) == (False, 0)


def test_the_command_says_all_or_nothing(command: Any, film: MediaItem, bob: PlexUser) -> None:
    with pytest.raises(CommandError, match="Nobody called zoe"):
        command(film.rating_key, "--viewer", "bob", "--viewer", "zoe")
    assert not Watch.objects.exists()


def test_the_command_tells_people_in_a_line(film: MediaItem, bob: PlexUser) -> None:
    out = io.StringIO()
    call_command("watched", film.rating_key, "--viewer", "bob", stdout=out)
    assert out.getvalue() == "Bob has seen Salt (1)\n"
