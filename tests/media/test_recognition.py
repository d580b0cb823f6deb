"""A server whose libraries are others than were known."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import PlexServer
from media.models import LibrarySection
from media.sync import recognition, sync_server
from tests.media.fake_plex import FakePlex, movie

A_WHILE = timedelta(minutes=11)
Look = Callable[[], str]


@pytest.fixture
def look(server: PlexServer, plex: FakePlex, now: datetime) -> Look:
    """Sync, and say what is alarming."""
    plex.section("1", "movie", movie("1"), title="Films")
    plex.section("2", "movie", movie("2"), title="Kids")
    sync_server(server, now)
    passes = iter(range(1, 100))

    def look() -> str:
        sync_server(server, now + next(passes) * A_WHILE)
        return recognition.alarm(server)

    return look


def films() -> LibrarySection:
    return LibrarySection.objects.get(key="1")


def test_libraries_that_stay_what_they_are_raise_no_alarm(look: Look) -> None:
    assert look() == look() == ""


def test_another_uuid_under_a_known_key_raises_the_alarm_with_before_and_after(
    look: Look, plex: FakePlex
) -> None:
    plex.sections[0]["uuid"] = "another"
    words = look()
    assert words.startswith("The libraries of Cellar are not those that Plaxe knew: ")
    assert "Films (1) was uuid-1 and is another." in words
    assert "Kids" not in words
    assert look() == words


@pytest.mark.parametrize("uuid", ["", None])
def test_a_uuid_that_is_missing_is_unknown_and_no_change(
    look: Look, plex: FakePlex, uuid: str | None
) -> None:
    if uuid is None:
        del plex.sections[0]["uuid"]
    else:
        plex.sections[0]["uuid"] = uuid
    assert look() == ""
    assert films().uuid == "uuid-1"


def test_a_uuid_that_is_told_later_is_learned(look: Look, server: PlexServer, plex: FakePlex) -> None:
    LibrarySection.objects.update(uuid="", accepted_uuid="")
    assert look() == ""
    plex.sections[0]["uuid"] = "another"
    assert "was uuid-1 and is another" in look()


def test_all_libraries_replaced_at_once_raise_the_alarm(look: Look, plex: FakePlex) -> None:
    plex.sections.clear()
    plex.section("7", "movie", movie("1"), title="Films")
    words = look()
    assert "Films (1) was uuid-1 and is not listed any more; Kids (2) was uuid-2 and is not listed" in words


def test_a_library_that_comes_or_goes_alone_raises_no_alarm(look: Look, plex: FakePlex) -> None:
    plex.section("3", "movie", title="New")
    assert look() == ""
    del plex.sections[0]
    assert look() == look() == ""


def test_a_listing_without_any_library_is_an_outage_and_no_other_server(look: Look, plex: FakePlex) -> None:
    plex.sections.clear()
    assert look() == ""


def test_music_alone_does_not_replace_films(look: Look, plex: FakePlex) -> None:
    plex.sections.clear()
    plex.section("7", "artist", title="Music")
    assert look() == ""


def test_a_library_that_was_gone_and_is_another_when_it_is_back_raises_the_alarm(
    look: Look, plex: FakePlex
) -> None:
    section = plex.sections.pop(0)
    look()
    look()
    assert films().gone_at
    plex.sections.insert(0, {**section, "uuid": "another"})
    assert "was uuid-1 and is another" in look()


def test_the_alarm_stays_when_the_listing_is_as_before_again(look: Look, plex: FakePlex) -> None:
    plex.sections[0]["uuid"] = "another"
    look()
    plex.sections[0]["uuid"] = "uuid-1"
    assert "was uuid-1 and is the same again" in look()


def test_what_is_accepted_is_known_from_then_on(
    look: Look, server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.sections[0]["uuid"] = "another"
    look()
    assert recognition.accept(server, now)
    assert not recognition.accept(server, now)
    assert look() == ""
    plex.sections[0]["uuid"] = "a third"
    assert "was another and is a third" in look()


def test_replaced_libraries_are_gone_once_that_is_accepted(
    look: Look, server: PlexServer, plex: FakePlex, now: datetime
) -> None:
    plex.sections.clear()
    plex.section("7", "movie", movie("1"), title="Films")
    recognition.recognise(server, server.connect().sections(), now)  # nobody has synced the new one yet
    assert recognition.alarm(server)
    recognition.accept(server, now)
    recognition.recognise(server, server.connect().sections(), now)
    assert recognition.alarm(server) == ""
    assert films().gone_at == now


def test_what_has_changed_again_since_it_was_read_is_not_accepted(
    look: Look, plex: FakePlex, now: datetime
) -> None:
    plex.sections[0]["uuid"] = "another"
    look()
    read_before = films()
    plex.sections[0]["uuid"] = "a third"
    look()
    assert not read_before.accept(now)
    assert films().changed_at


def test_a_uuid_that_the_database_could_not_hold_is_cut(look: Look, plex: FakePlex) -> None:
    plex.sections[0]["uuid"] = "\0" + "x" * 500
    assert "x" * 64 in look()
    assert len(films().uuid) == 64
