"""The main job as a script does it: commands and a Plex over HTTP, nothing else."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Installation, Job, PlexServer
from plexclient.demo import Fault, Item, Running, World, serve

pytestmark = pytest.mark.django_db

LAST_MONTH = timezone.now() - timedelta(days=30)

Plaxe = Callable[..., dict[str, Any]]


@pytest.fixture
def world() -> World:
    """alice owns the server; bob, mia (managed) are in her home, carol is a friend."""
    world = World()
    alice = world.add_person("alice", plex_id=1001, home=True, admin=True)
    world.add_server(alice, name="Cellar", machine_identifier="machine-1")
    world.add_person("bob", plex_id=1002, home=True)
    world.add_person("Mia", plex_id=1004, home=True, restricted=True)
    world.add_section("Films", "movie")
    world.add_section("Series", "show")
    world.share(world.add_person("carol", plex_id=1003))
    return world


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_MONTH, size=700)


@pytest.fixture
def season(world: World) -> Item:
    return world.add_season(world.add_show("Salt Road", added_at=LAST_MONTH), added_at=LAST_MONTH)


@pytest.fixture
def plex(world: World, settings: Settings) -> Iterator[Running]:
    with serve(world) as running:
        settings.PLAXE_PLEX_TV_URL = running.plex_tv_url
        settings.PLAXE_DRY_RUN = False
        settings.PLAXE_DELETION_DELAY = timedelta(0)
        yield running


@pytest.fixture
def plaxe(plex: Running) -> Plaxe:
    def plaxe(*words: str | int) -> dict[str, Any]:
        out = io.StringIO()
        call_command(str(words[0]), *map(str, words[1:]), "--json", stdout=out)
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    return plaxe


@pytest.fixture
def connected(plaxe: Plaxe, world: World, film: Item, season: Item) -> Plaxe:
    """Signed in and synced."""
    plaxe("connect", "--token", token_of(world, "alice"))
    assert plaxe("sync")["servers"][0]["errors"] == []
    return plaxe


def token_of(world: World, who: str) -> str:
    return world.issue_token(world.person(who))


def assign(plaxe: Plaxe, title: Item, *viewers: str, remove: bool = False) -> dict[str, Any]:
    named = [word for viewer in viewers for word in ("--viewer", viewer)]
    return plaxe("assign", title.rating_key, *named, *(["--remove"] if remove else []))


def run_all(plaxe: Plaxe) -> dict[str, Any]:
    for step in ("sync", "poll", "enqueue"):
        plaxe(step)
    return plaxe("execute")


def deleted(world: World) -> list[str]:
    return [call.rating_key for call in world.deletes]


def seen_by(world: World, title: Item, *people: str) -> None:
    for who in people:
        world.play(world.person(who), title)


def test_exactly_what_every_assigned_viewer_has_seen_is_deleted_by_one_delete_each(
    connected: Plaxe, world: World, film: Item, season: Item
) -> None:
    seen, half_seen = (world.add_episode(season, added_at=LAST_MONTH) for _ in range(2))
    other = world.add_movie("Iron Orchard", added_at=LAST_MONTH)
    connected("sync")
    assign(connected, film, "bob", "carol")
    assign(connected, season, "bob", "Mia")
    seen_by(world, film, "bob", "carol")
    seen_by(world, seen, "bob", "Mia")
    seen_by(world, half_seen, "bob")
    seen_by(world, other, "alice", "bob", "carol", "Mia")
    assert run_all(connected) == {
        "deleted": 2, "gone": 0, "failed": 0, "held": 0, "unknown": 0, "would_delete": 0, "errors": [],
        "dry_run": False,
    }  # fmt: skip
    assert sorted(deleted(world)) == sorted([film.rating_key, seen.rating_key])
    run_all(connected)
    assert len(deleted(world)) == 2


def test_the_queue_says_why_for_each(connected: Plaxe, world: World, film: Item) -> None:
    assign(connected, film, "bob")
    seen_by(world, film, "bob")
    run_all(connected)
    [row] = connected("queue")["deletions"]
    assert (row["server"], row["rating_key"], row["type"]) == ("machine-1", film.rating_key, "movie")
    assert (row["status"], row["bytes"], row["held_because"]) == ("DELETED", 700, None)
    assert row["reasons"][0].startswith("bob watched it on ")
    [viewer] = row["viewers"]
    assert (viewer["plex_id"], viewer["name"], viewer["source"]) == (1002, "bob", "history")


def test_an_assignment_made_after_the_plays_counts_them(connected: Plaxe, world: World, film: Item) -> None:
    seen_by(world, film, "bob")
    connected("poll")
    assign(connected, film, "bob")
    assert run_all(connected)["deleted"] == 1


def test_an_assignment_to_a_show_covers_an_episode_added_later(
    connected: Plaxe, world: World, season: Item
) -> None:
    assert season.parent
    assign(connected, season.parent, "bob")
    late = world.add_episode(season, added_at=timezone.now() - timedelta(hours=1))
    seen_by(world, late, "bob")
    assert run_all(connected)["deleted"] == 1
    assert deleted(world) == [late.rating_key]


def test_a_title_played_before_it_was_synced_is_found_by_the_poll(
    connected: Plaxe, world: World, season: Item
) -> None:
    assert season.parent
    assign(connected, season.parent, "bob")
    seen_by(world, world.add_episode(season, added_at=LAST_MONTH), "bob")
    assert connected("poll")["servers"][0]["watches"] == 1


def test_removing_the_last_viewer_who_has_not_seen_it_completes_it(
    connected: Plaxe, world: World, film: Item
) -> None:
    assign(connected, film, "bob", "carol")
    seen_by(world, film, "bob")
    assert run_all(connected)["deleted"] == 0
    assign(connected, film, "carol", remove=True)
    assert run_all(connected)["deleted"] == 1


def test_a_title_nobody_is_assigned_to_is_never_queued(connected: Plaxe, world: World, film: Item) -> None:
    seen_by(world, film, "alice", "bob", "carol", "Mia")
    run_all(connected)
    assert connected("queue") == {"deletions": []}


def test_the_owners_own_plays_count_for_the_owner(connected: Plaxe, world: World, film: Item) -> None:
    assign(connected, film, "alice")
    seen_by(world, film, "alice")
    assert run_all(connected)["deleted"] == 1


def test_a_view_of_an_earlier_copy_does_not_count(connected: Plaxe, world: World, film: Item) -> None:
    world.play(world.person("bob"), film, at=LAST_MONTH - timedelta(days=1))
    assign(connected, film, "bob")
    run_all(connected)
    assert connected("queue") == {"deletions": []}


def test_a_cancelled_title_stays_until_somebody_retries_it(
    connected: Plaxe, world: World, film: Item
) -> None:
    assign(connected, film, "bob")
    seen_by(world, film, "bob")
    connected("poll")
    connected("enqueue")
    [row] = connected("queue")["deletions"]
    assert connected("cancel", row["id"])["deletions"][0]["status"] == "CANCELLED"
    assert run_all(connected)["deleted"] == 0
    assert connected("retry", row["id"])["deletions"][0]["status"] == "SCHEDULED"
    assert run_all(connected)["deleted"] == 1


def test_who_has_left_holds_what_he_had_not_seen_and_not_what_he_had(
    connected: Plaxe, world: World, film: Item
) -> None:
    unseen = world.add_movie("Iron Orchard", added_at=LAST_MONTH)
    connected("sync")
    for title in (film, unseen):
        assign(connected, title, "carol")
    seen_by(world, film, "carol")
    world.unshare(world.person("carol"))
    assert run_all(connected)["deleted"] == 1
    assert deleted(world) == [film.rating_key]
    assign(connected, unseen, "carol", remove=True)
    assert run_all(connected)["deleted"] == 0


def test_a_friend_cannot_become_the_admin(plaxe: Plaxe, world: World) -> None:
    with pytest.raises(CommandError, match="owns no Plex server"):
        plaxe("connect", "--token", token_of(world, "carol"))
    assert not Installation.load().is_claimed


@pytest.fixture
def lair(world: World) -> None:
    world.add_server(world.add_person("mallory"), name="Lair")


def test_a_stranger_with_a_server_of_his_own_is_refused_once_it_is_claimed(
    lair: None, connected: Plaxe, world: World
) -> None:
    with pytest.raises(CommandError, match="belongs to somebody else"):
        connected("connect", "--token", token_of(world, "mallory"))
    assert PlexServer.objects.count() == 1


def test_a_name_that_two_viewers_bear_is_refused_with_their_ids(
    connected: Plaxe, world: World, film: Item
) -> None:
    world.share(world.add_person("Bob", plex_id=1009))
    connected("sync")
    with pytest.raises(CommandError, match=r"1002 \(bob\).*1009 \(Bob\)"):
        assign(connected, film, "bob")
    assert assign(connected, film, "1009")["assignments"][0]["viewer"] == {"plex_id": 1009, "name": "Bob"}


def test_an_unknown_viewer_spoils_the_whole_assignment(connected: Plaxe, film: Item) -> None:
    with pytest.raises(CommandError, match="Nobody called zoe watches on Cellar"):
        assign(connected, film, "bob", "zoe")
    assert PlexServer.objects.get().assignments.count() == 0


@pytest.fixture
def loft(world: World, film: Item) -> Item:
    """A film on a second server, under the same key as the first server's."""
    loft = world.add_server(world.person("alice"), name="Loft", machine_identifier="machine-2")
    return world.add_movie("Foxglove", section=world.add_section("Films", server=loft), added_at=LAST_MONTH)


def test_a_key_that_two_servers_know_needs_the_server_named(
    loft: Item, connected: Plaxe, world: World, film: Item
) -> None:
    assert loft.rating_key == film.rating_key
    with pytest.raises(CommandError, match="Several servers have the rating key"):
        assign(connected, film, "alice")
    named = connected("assign", film.rating_key, "--viewer", "alice", "--server", "machine-2")
    assert named["assignments"][0]["item"]["title"] == "Foxglove"


def test_one_server_that_is_off_does_not_stop_the_other(loft: Item, connected: Plaxe, plex: Running) -> None:
    plex.switch_off("machine-2")
    first, second = connected("poll")["servers"]
    assert (first["complete"], first["errors"]) == (True, [])
    assert second["errors"]
    with pytest.raises(CommandError, match="Loft: "):
        connected("poll", "--server", "machine-2")


def test_a_server_that_is_off_is_an_error_only_when_it_is_the_only_one(
    connected: Plaxe, plex: Running
) -> None:
    plex.switch_off()
    with pytest.raises(CommandError, match="Cellar: "):
        connected("poll")


@pytest.mark.parametrize(("step", "kind"), [("poll", Job.Kind.POLL), ("execute", Job.Kind.EXECUTE)])
def test_a_second_run_is_told_that_it_is_busy(connected: Plaxe, step: str, kind: Job.Kind) -> None:
    Job.of(PlexServer.objects.get(), kind).take(timezone.now())
    assert connected(step)["busy"] is True


def test_the_status_tells_how_everything_is(plaxe: Plaxe, world: World) -> None:
    before = plaxe("status")
    assert before["setup_url"].endswith(f"/setup/{Installation.load().setup_code}/")
    assert (before["servers"], before["queue"]) == ([], {})
    plaxe("connect", "--token", token_of(world, "alice"))
    plaxe("poll")
    after = plaxe("status")
    assert after["setup_url"] is None
    assert (after["dry_run"], after["delay_seconds"]) == (False, 0)
    [server] = after["servers"]
    assert (server["machine_identifier"], server["online"], server["last_error"]) == ("machine-1", True, None)
    assert server["last_poll_at"] is not None


def test_an_unknown_deletion_is_refused_and_nothing_is_decided(connected: Plaxe) -> None:
    with pytest.raises(CommandError, match="There is no deletion 77"):
        connected("cancel", 77)


def test_the_status_of_one_server_can_be_asked_for(loft: Item, connected: Plaxe) -> None:
    named = connected("status", "--server", "machine-2")["servers"]
    assert [server["machine_identifier"] for server in named] == ["machine-2"]


def test_a_history_that_cannot_be_read_is_a_failed_poll(connected: Plaxe, world: World) -> None:
    world.faults.add(Fault("status", path_pattern="^/status/sessions/history", status=500, times=None))
    with pytest.raises(CommandError, match=r"Cellar: .*500"):
        connected("poll")


def test_a_library_that_cannot_be_read_does_not_spoil_the_others(
    connected: Plaxe, world: World, film: Item
) -> None:
    world.faults.add(Fault("html", path_pattern=f"^/library/sections/{film.section.key}/all", times=None))
    [server] = connected("sync", "--full")["servers"]
    assert len(server["errors"]) == 1
    assert server["gone"] == 0


def test_an_id_beyond_all_numbers_is_unknown(connected: Plaxe) -> None:
    with pytest.raises(CommandError, match="There is no deletion"):
        connected("cancel", 10**30)


def test_naming_somebody_or_something_twice_is_naming_it_once(connected: Plaxe, film: Item) -> None:
    twice = connected("assign", film.rating_key, film.rating_key, "--viewer", "bob", "--viewer", 1002)
    assert len(twice["assignments"]) == 1


def test_the_title_is_the_one_of_plex_and_the_full_one_says_whose_episode_it_is(
    connected: Plaxe, world: World, season: Item
) -> None:
    episode = world.add_episode(season, "The Ford", added_at=LAST_MONTH)
    connected("sync")
    item = assign(connected, episode, "bob")["assignments"][0]["item"]
    assert (item["title"], item["full_title"]) == ("The Ford", "Salt Road · S01E01 · The Ford")


def test_an_outcome_that_is_not_known_is_said_at_once(connected: Plaxe, world: World, film: Item) -> None:
    assign(connected, film, "bob")
    seen_by(world, film, "bob")
    world.faults.add(Fault("status", "DELETE", status=502))
    assert run_all(connected)["unknown"] == 1
    [row] = connected("queue")["deletions"]
    assert row["status"] == "RUNNING"
    assert "does not send it twice" in row["held_because"]


def test_what_a_title_holds_for_the_terminal_does_not_reach_it(
    connected: Plaxe, world: World, film: Item, capsys: pytest.CaptureFixture[str]
) -> None:
    film.title = "evil\x1b[31mred\u202e"
    connected("sync", "--full")
    call_command("assign", film.rating_key, "--viewer", "bob")
    shown = capsys.readouterr().out
    assert "evil\ufffd[31mred\ufffd" in shown


def test_one_moment_of_trouble_does_not_make_an_address_a_wrong_one(plaxe: Plaxe, world: World) -> None:
    world.faults.add(Fault("reset", path_pattern="^/identity", times=1))
    connected = plaxe("connect", "--token", token_of(world, "alice"))
    assert connected["servers"][0]["machine_identifier"] == "machine-1"


def test_the_rows_of_a_poll_are_those_of_the_history(connected: Plaxe, world: World, film: Item) -> None:
    assign(connected, film, "bob", "carol")
    seen_by(world, film, "bob", "carol")
    [server] = connected("poll")["servers"]
    assert (server["rows"], server["watches"], server["complete"], server["errors"]) == (2, 2, True, [])
