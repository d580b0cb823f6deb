"""Who must see what, and who is missing, as a script says and asks it."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import PlexServer
from media.models import ALL, Assignment, MediaItem
from tests import factories
from tests.factories import bob, carol, episode, movie, owner, season, show, watch

Answer = dict[str, Any]


def plaxe(*words: str | int) -> Answer:
    out = io.StringIO()
    call_command(str(words[0]), *map(str, words[1:]), "--json", stdout=out)
    answer: Answer = json.loads(out.getvalue())
    return answer


def lines(*words: str | int) -> list[str]:
    out = io.StringIO()
    call_command(str(words[0]), *map(str, words[1:]), stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def server(db: None) -> PlexServer:
    server = factories.server()
    for person in (owner, bob, carol):
        person(on=server)
    return server


@pytest.fixture
def film(server: PlexServer) -> MediaItem:
    return movie(section=factories.section(on=server), title="Heat", rating_key="7")


@pytest.fixture
def serial(server: PlexServer) -> MediaItem:
    serial = show(section=factories.section(on=server, kind="show"), title="Bebop", rating_key="8")
    first = season(show=serial)
    for index in (1, 2, 3):
        episode(season=first, index=index, title=f"Session {index}")
    return serial


def names(answer: Answer) -> list[str]:
    return [row["viewer"]["name"] for row in answer["assignments"]]


def test_an_optional_viewer_is_assigned_and_says_so(film: MediaItem) -> None:
    [row] = plaxe("assign", 7, "--viewer", "bob", "--optional")["assignments"]
    assert row == {
        "item": {"rating_key": "7", "title": "Heat", "full_title": "Heat", "type": "movie"},
        "viewer": {"plex_id": 1002, "name": "Bob"},
        "assigned": True,
        "optional": True,
        "any_server": False,
    }
    assert Assignment.objects.get().is_optional
    assert plaxe("assign", 7, "--viewer", "bob")["assignments"][0]["optional"] is False
    assert not Assignment.objects.get().is_optional


def test_everyone_is_assigned_and_released_in_one_word(film: MediaItem) -> None:
    plaxe("assign", 7, "--viewer", "bob", "--optional")
    given = plaxe("assign", 7, "--everyone")
    assert names(given) == ["Alice", "Bob", "Carol"]
    assert [row["optional"] for row in given["assignments"]] == [False, True, False]
    assert given["titles"][0]["everyone"] is True
    taken = plaxe("assign", 7, "--everyone", "--remove")
    assert (names(taken), taken["titles"][0]["everyone"]) == (["Alice", "Carol"], False)
    assert [row.viewer.name for row in Assignment.objects.all()] == ["Bob"]


def test_what_was_seen_earlier_can_be_ignored(film: MediaItem, server: PlexServer) -> None:
    watch(item=film, viewer=bob(on=server))
    plaxe("assign", 7, "--viewer", "bob", "--ignore-earlier")
    assert not film.is_complete()
    plaxe("assign", 7, "--viewer", "bob")
    assert film.is_complete()


@pytest.mark.parametrize(("word", "quorum"), [("any", 1), ("2", 2), ("all", ALL)])
def test_a_quorum_is_a_number_or_a_word(film: MediaItem, word: str, quorum: int) -> None:
    [title] = plaxe("assign", 7, "--quorum", word)["titles"]
    film.refresh_from_db()
    assert film.quorum == title["quorum"] == quorum
    plaxe("assign", 7, "--quorum", word, "--remove")
    film.refresh_from_db()
    assert film.quorum is None


@pytest.mark.parametrize("word", ["0", "-1", "some", "99999", "1.5"])
def test_a_quorum_that_makes_no_sense_is_refused_and_changes_nothing(film: MediaItem, word: str) -> None:
    with pytest.raises(CommandError, match="quorum is a number"):
        plaxe("assign", 7, "--viewer", "bob", f"--quorum={word}")
    assert not Assignment.objects.exists()


def test_assigning_nobody_is_refused(film: MediaItem) -> None:
    with pytest.raises(CommandError, match="Say who must see it"):
        plaxe("assign", 7)


def test_whom_any_server_will_do_for_may_watch_on_another_one_only(film: MediaItem) -> None:
    attic = factories.server(machine_identifier="machine-2", name="Attic")
    factories.viewer(1009, "Dora", on=attic)
    with pytest.raises(CommandError, match="Nobody called dora watches on Cellar"):
        plaxe("assign", 7, "--viewer", "dora")
    [row] = plaxe("assign", 7, "--viewer", "dora", "--any-server")["assignments"]
    assert (row["viewer"]["name"], row["any_server"]) == ("Dora", True)
    assert Assignment.objects.get().viewer.name == "Dora"


def test_whoever_has_left_all_servers_is_refused_on_any_of_them(film: MediaItem) -> None:
    attic = factories.server(machine_identifier="machine-2", name="Attic")
    factories.viewer(1009, "Dora", on=attic, gone=True)
    with pytest.raises(CommandError, match="Dora"):
        plaxe("assign", 7, "--viewer", "dora", "--any-server")
    assert not Assignment.objects.exists()


def test_people_read_what_was_done(film: MediaItem) -> None:
    told = lines("assign", 7, "--viewer", "bob", "--optional", "--quorum", "2")
    assert told == ["Bob may see Heat", "2 must see Heat"]


def test_waiting_tells_for_each_viewer_and_each_title_what_is_left(
    film: MediaItem, serial: MediaItem, server: PlexServer
) -> None:
    for words in (("8", "bob"), ("8", "carol"), ("7", "carol")):
        plaxe("assign", words[0], "--viewer", words[1])
    watch(item=MediaItem.objects.get(title="Session 1"), viewer=bob(on=server))
    answer = plaxe("waiting")
    third, second = answer["viewers"]
    assert (third["viewer"]["name"], third["total"], third["seen"], third["left"]) == ("Carol", 4, 0, 4)
    assert (second["viewer"]["name"], second["total"], second["seen"], second["left"]) == ("Bob", 3, 1, 2)
    assert second["next"]["full_title"] == "Bebop · S01E02 · Session 2"
    bebop, heat = answer["titles"]
    assert (bebop["item"]["title"], bebop["server"], bebop["needed"]) == ("Bebop", "machine-1", None)
    assert [(who["viewer"]["name"], who["left"]) for who in bebop["missing"]] == [("Bob", 2), ("Carol", 3)]
    assert [(who["viewer"]["name"], who["total"]) for who in heat["missing"]] == [("Carol", 1)]


def test_waiting_can_be_asked_about_one_viewer(film: MediaItem, serial: MediaItem) -> None:
    plaxe("assign", 7, "--viewer", "bob", "--viewer", "carol")
    plaxe("assign", 8, "--viewer", "carol")
    answer = plaxe("waiting", "--viewer", "bob")
    assert [row["viewer"]["plex_id"] for row in answer["viewers"]] == [1002]
    assert [row["item"]["title"] for row in answer["titles"]] == ["Heat"]
    with pytest.raises(CommandError, match="Nobody called zoe"):
        plaxe("waiting", "--viewer", "zoe")


def test_nobody_waits_for_whom_others_are_enough_nor_for_an_optional_viewer(
    serial: MediaItem, film: MediaItem, server: PlexServer
) -> None:
    plaxe("assign", 8, "--viewer", "bob", "--viewer", "carol", "--quorum", "any")
    plaxe("assign", 7, "--viewer", "alice", "--optional")
    watch(item=MediaItem.objects.get(title="Session 1"), viewer=bob(on=server))
    answer = plaxe("waiting")
    left = {row["viewer"]["name"]: (row["total"], row["seen"], row["left"]) for row in answer["viewers"]}
    assert left == {"Bob": (3, 1, 2), "Carol": (3, 0, 2)}
    assert [(row["item"]["title"], row["needed"]) for row in answer["titles"]] == [("Bebop", 1)]


def test_whoever_has_seen_everything_is_told_and_no_title_waits(film: MediaItem, server: PlexServer) -> None:
    plaxe("assign", 7, "--viewer", "bob")
    watch(item=film, viewer=bob(on=server))
    answer = plaxe("waiting")
    assert [(row["seen"], row["left"], row["next"]) for row in answer["viewers"]] == [(1, 0, None)]
    assert answer["titles"] == []


def test_waiting_keeps_servers_apart(film: MediaItem) -> None:
    loft = factories.server(machine_identifier="machine-2", name="Loft")
    other = movie(section=factories.section(on=loft), rating_key="9", title="Fox")
    factories.assignment(item=other, viewer=bob(on=loft))
    plaxe("assign", 7, "--viewer", "bob")
    assert plaxe("waiting")["viewers"][0]["total"] == 2
    answer = plaxe("waiting", "--server", "machine-2")
    assert (answer["viewers"][0]["total"], answer["viewers"][0]["next"]["title"]) == (1, "Fox")
    assert [row["item"]["title"] for row in answer["titles"]] == ["Fox"]


def test_people_read_who_is_missing(film: MediaItem, serial: MediaItem) -> None:
    assert lines("waiting") == ["Nobody is assigned to anything."]
    plaxe("assign", 8, "--viewer", "bob")
    assert lines("waiting") == [
        "Bob has seen 0 of 3. Next: Bebop · S01E01 · Session 1",
        "Bebop waits for Bob (3)",
    ]
