"""What is never deleted, as a script says and asks it."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import PlexServer
from deletions.models import AuditEntry
from media.models import KeepRule, LibrarySection, MediaItem, Protection
from tests import factories
from tests.factories import NOW, bob, carol, movie, show

Answer = dict[str, Any]


def plaxe(*words: str | int) -> Answer:
    answer: Answer = json.loads("".join(lines(*words, "--json")))
    return answer


def lines(*words: str | int) -> list[str]:
    out = io.StringIO()
    call_command(str(words[0]), *map(str, words[1:]), stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def server(db: None) -> PlexServer:
    server = factories.server()
    bob(on=server)
    carol(on=server, gone=True)
    return server


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films", key="1")


@pytest.fixture
def series(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, kind="show", title="Series", key="2")


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    return movie(section=films, title="Heat", rating_key="7")


@pytest.fixture
def serial(series: LibrarySection) -> MediaItem:
    return show(section=series, title="Bebop", rating_key="8")


def test_a_title_is_protected_and_released(film: MediaItem) -> None:
    [row] = plaxe("protect", 7)["protected"]
    assert row["item"] == {"rating_key": "7", "title": "Heat", "full_title": "Heat", "type": "movie"}
    assert (row["server"], row["by"], row["section"], row["viewer"]) == ("machine-1", None, None, None)
    assert row["protected_at"] == Protection.objects.get().protected_at.isoformat()
    answer = plaxe("protect", 7, "--remove")
    assert (answer["protected"], answer["removed"][0]["item"]["rating_key"]) == ([], "7")
    assert not Protection.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", "title")) == [
        ("protected", "Heat"),
        ("unprotected", "Heat"),
    ]


def test_saying_it_twice_is_saying_it_once(film: MediaItem) -> None:
    assert plaxe("protect", 7) == plaxe("protect", 7, 7)
    plaxe("protect", 7, "--remove")
    assert plaxe("protect", 7, "--remove") == {"protected": [], "removed": []}
    assert AuditEntry.objects.count() == 2


def test_titles_libraries_and_viewers_are_protected_together(
    film: MediaItem, serial: MediaItem, series: LibrarySection
) -> None:
    answer = plaxe(
        "protect", 7, 8, "--section", "Series", "--section", 1, "--viewer", "bob", "--viewer", 1003
    )
    kinds = [[kind for kind in ("item", "section", "viewer") if row[kind]] for row in answer["protected"]]
    assert kinds == [["item"], ["item"], ["section"], ["section"], ["viewer"], ["viewer"]]
    assert answer["protected"][2]["section"] == {"key": "2", "title": "Series", "type": "show"}
    assert answer["protected"][4]["viewer"] == {"plex_id": 1002, "name": "Bob"}
    assert answer["protected"][5]["viewer"]["name"] == "Carol"
    assert Protection.objects.count() == 6


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("9",), "No title with the rating key 9 is known"),
        (("--section", "Music"), "No library with the key or the title Music is known"),
        (("--viewer", "zoe"), "Nobody called zoe"),
        (("--server", "machine-9"), "No connected server has the machine identifier machine-9"),
    ],
)
def test_an_unknown_name_is_refused_and_nothing_is_protected(
    film: MediaItem, words: tuple[str, ...], because: str
) -> None:
    with pytest.raises(CommandError, match=because):
        plaxe("protect", 7, *words)
    assert not Protection.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_key_on_two_servers_wants_the_server(film: MediaItem) -> None:
    loft = factories.server(machine_identifier="machine-2", name="Loft")
    movie(section=factories.section(on=loft, title="films", key="1"), title="Fox", rating_key="7")
    for words in (("7",), ("--section", "1"), ("--section", "films")):
        with pytest.raises(CommandError, match=r"Several .*machine-2"):
            plaxe("protect", *words)
    [row] = plaxe("protect", 7, "--server", "machine-2")["protected"]
    assert (row["server"], row["item"]["title"]) == ("machine-2", "Fox")
    [row] = plaxe("protect", "--section", "films", "--server", "machine-2")["protected"]
    assert row["server"] == "machine-2"
    assert len(plaxe("protect", "--server", "machine-1")["protected"]) == 0


def test_what_is_gone_cannot_be_protected_and_can_be_released(film: MediaItem, films: LibrarySection) -> None:
    plaxe("protect", 7, "--section", "Films")
    film.gone(NOW)
    LibrarySection.objects.update(gone_at=NOW)
    for words in (("7",), ("--section", "Films")):
        with pytest.raises(CommandError, match="is known"):
            plaxe("protect", *words)
    assert len(plaxe("protect", 7, "--section", "Films", "--remove")["removed"]) == 2


def test_without_a_name_it_tells_what_is_protected(film: MediaItem, serial: MediaItem) -> None:
    assert lines("protect") == ["Nothing of that is protected."]
    plaxe("protect", 8, "--viewer", "bob", "--section", "Films")
    assert lines("protect") == ["Bob is protected.", "Films is protected.", "Bebop is protected."]
    assert len(plaxe("protect", "--server", "machine-1")["protected"]) == 3
    with pytest.raises(CommandError, match="Name what is to be protected no longer"):
        plaxe("protect", "--remove")


def test_a_show_keeps_what_is_said_and_the_rest_stays_as_it_was(serial: MediaItem) -> None:
    [rule] = plaxe("keep", 8, "--newest", 3, "--first-season")["rules"]
    assert rule["item"]["title"] == "Bebop"
    said = {"newest": 3, "first_season": True, "at_least": None}
    assert {name: rule[name] for name in said} == rule["holds"] == said
    [rule] = plaxe("keep", 8, "--at-least", 5, "--no-first-season")["rules"]
    assert rule["holds"] == {"newest": 3, "first_season": False, "at_least": 5}
    [rule] = plaxe("keep", 8)["rules"]
    assert rule["holds"]["at_least"] == 5
    plaxe("keep", 8, "--clear")
    assert not KeepRule.objects.exists()
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["changed"] * 3


def test_the_word_of_a_show_wins_over_that_of_its_library(serial: MediaItem) -> None:
    plaxe("keep", "--section", "Series", "--newest", 3, "--at-least", 10)
    [rule] = plaxe("keep", 8, "--newest", 0)["rules"]
    assert (rule["newest"], rule["at_least"]) == (0, None)
    assert rule["holds"] == {"newest": 0, "first_season": None, "at_least": 10}
    assert lines("keep", 8) == ["Bebop keeps the 0 newest episodes, never fewer than 10."]


def test_a_library_that_keeps_nothing_has_no_rule(series: LibrarySection) -> None:
    plaxe("keep", "--section", 2, "--newest", 3)
    [rule] = plaxe("keep", "--section", 2, "--newest", 0, "--no-first-season")["rules"]
    assert rule["holds"] == {"newest": None, "first_season": None, "at_least": None}
    assert not KeepRule.objects.exists()


@pytest.mark.parametrize("number", ["-1", "10001", "1000000000", "1.5", "some", ""])
@pytest.mark.parametrize("option", ["newest", "at-least"])
def test_a_number_that_makes_no_sense_is_refused_and_changes_nothing(
    serial: MediaItem, option: str, number: str
) -> None:
    with pytest.raises(CommandError, match=r"0 to 10,000.* and not .*protect"):
        plaxe("keep", 8, "--first-season", f"--{option}={number}")
    assert not KeepRule.objects.exists()


def test_only_shows_and_libraries_of_shows_keep_episodes(film: MediaItem, serial: MediaItem) -> None:
    for words in (("7",), ("--section", "Films")):
        with pytest.raises(CommandError, match="cannot keep episodes"):
            plaxe("keep", 8, *words, "--newest", 3)
    assert not KeepRule.objects.exists()
    with pytest.raises(CommandError, match="Name what is to keep something"):
        plaxe("keep", "--newest", 3)


def test_the_queue_says_what_keeps_a_title_and_the_status_how_many_are_kept(film: MediaItem) -> None:
    viewer = bob(on=film.server)
    factories.assignment(item=film, viewer=viewer)
    factories.watch(item=film, viewer=viewer)
    plaxe("enqueue")
    plaxe("protect", 7)
    plaxe("enqueue")
    [row] = plaxe("queue")["deletions"]
    assert (row["status"], row["hold"]) == ("HELD", "kept")
    assert row["held_because"] == "The movie is protected."
    assert plaxe("status")["kept"] == 1
    plaxe("protect", 7, "--remove")
    plaxe("enqueue")
    assert plaxe("queue")["deletions"][0]["status"] == "SCHEDULED"
    assert plaxe("status")["kept"] == 0
