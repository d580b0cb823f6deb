"""Titles that may go stay until room is needed, and then those finished longest ago go first."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import queue
from deletions.execution import ExecuteReport, execute_due
from deletions.models import AuditEntry, Deletion, Hold, SpaceRule
from deletions.space import disks, rules
from deletions.space.gauge import Gauge
from media.models import LibrarySection, Watch
from plexclient.demo import Fault, World
from tests import factories
from tests.deletions.test_brake import films
from tests.pages import queries_of, text_of

QueueUp = Callable[..., list[Deletion]]
GB = 10**9
NOW = factories.NOW


@pytest.fixture(autouse=True)
def no_brake(settings: Settings) -> None:
    settings.PLAXE_BRAKE_ITEMS = settings.PLAXE_BRAKE_PERCENT = settings.PLAXE_BRAKE_BYTES = 0


def library() -> LibrarySection:
    return LibrarySection.objects.get(title="Films")


def run(server: PlexServer) -> ExecuteReport:
    return execute_due(server, timezone.now())


def states(*, of: list[Deletion]) -> list[str]:
    found = Deletion.objects.in_bulk([row.pk for row in of])
    return [f"{found[row.pk].status} {found[row.pk].hold}".strip() for row in of]


@pytest.fixture
def five(world: World, queue_up: QueueUp) -> list[Deletion]:
    """Five films of one gigabyte each, finished one after the other; the last queued was finished first."""
    rows = queue_up(*films(world, 5, size=GB))
    for age, row in enumerate(rows):
        seen = timezone.now() - timedelta(days=age)
        row.viewers[0]["viewed_at"] = seen.isoformat()
        row.save()
    return rows


# --- the library's own size


def test_a_library_that_is_small_enough_keeps_everything(server: PlexServer, five: list[Deletion]) -> None:
    rules.limit(library(), 5 * GB, NOW)
    assert run(server).held == 5
    assert states(of=five) == ["HELD space"] * 5
    row = Deletion.objects.latest("pk")
    assert row.held_because == "There is room: 5 GB taken, 5 GB allowed. Nothing to do."


def test_what_was_finished_longest_ago_goes_first_and_no_more_than_it_takes(
    server: PlexServer, five: list[Deletion], world: World
) -> None:
    rules.limit(library(), 3 * GB, NOW)
    assert run(server).deleted == 2
    assert states(of=five) == ["HELD space", "HELD space", "HELD space", "DELETED", "DELETED"]
    assert [call.rating_key for call in world.deletes] == [five[4].rating_key, five[3].rating_key]


def test_one_byte_too_many_takes_one_title(server: PlexServer, five: list[Deletion]) -> None:
    rules.limit(library(), 5 * GB - 1, NOW)
    assert run(server).deleted == 1


def test_a_limit_of_nothing_lets_all_go(server: PlexServer, five: list[Deletion]) -> None:
    rules.limit(library(), 0, NOW)
    assert run(server).deleted == 5


def test_it_is_looked_at_on_every_pass(server: PlexServer, five: list[Deletion], world: World) -> None:
    rules.limit(library(), 5 * GB, NOW)
    assert run(server).deleted == 0
    known = factories.movie(section=library(), size=GB, rating_key="900")
    assert run(server).deleted == 1
    known.gone(timezone.now())
    assert run(server).deleted == 0


def test_while_there_is_room_the_server_is_not_asked_after_its_titles(
    server: PlexServer, five: list[Deletion], world: World
) -> None:
    rules.limit(library(), 5 * GB, NOW)
    world.requests.clear()
    run(server)
    assert len(world.requests) == 0


def test_the_title_after_one_that_is_held_goes_on_the_next_pass(
    server: PlexServer, five: list[Deletion], world: World
) -> None:
    world.server.items[five[4].rating_key].labels.append("Keep")
    rules.limit(library(), 4 * GB, NOW)
    assert run(server).deleted == 0
    assert run(server).deleted == 1
    assert states(of=five)[3:] == ["DELETED", "HELD kept"]
    assert run(server).deleted == 0


def test_other_libraries_go_on_as_ever(
    server: PlexServer, five: list[Deletion], world: World, queue_up: QueueUp
) -> None:
    season = world.add_season(world.add_show("Outpost"))
    [episode] = queue_up(world.add_episode(season, added_at=timezone.now() - timedelta(days=30)))
    rules.limit(library(), 5 * GB, NOW)
    assert run(server).deleted == 1
    assert states(of=[episode]) == ["DELETED"]


def test_once_the_rule_is_off_all_go(server: PlexServer, five: list[Deletion]) -> None:
    rules.limit(library(), 5 * GB, NOW)
    run(server)
    rules.switch_off(library(), NOW)
    assert run(server).deleted == 5


def test_a_title_may_be_approved_in_spite_of_the_rule(server: PlexServer, five: list[Deletion]) -> None:
    rules.limit(library(), 5 * GB, NOW)
    run(server)
    five[0].refresh_from_db()
    queue.approve(five[0], timezone.now())
    assert run(server).deleted == 1
    assert states(of=five[:2]) == ["DELETED", "HELD space"]


def test_a_title_that_somebody_has_marked_unwatched_does_not_wait_for_room(
    server: PlexServer, five: list[Deletion]
) -> None:
    rules.limit(library(), 5 * GB, NOW)
    run(server)
    Watch.objects.filter(item=five[0].item).delete()
    queue.enqueue_complete(server, timezone.now())
    assert states(of=five[:2]) == ["HELD unwatched", "HELD space"]


def test_titles_of_unknown_size_do_not_make_a_library_too_large(
    server: PlexServer, queue_up: QueueUp, world: World
) -> None:
    [title] = films(world, 1)
    rows = queue_up(title)
    library().items.update(size=0)
    rules.limit(library(), 1, NOW)
    assert run(server).deleted == 0
    assert states(of=rows) == ["HELD space"]


# --- together with the brake, an outage, the dry run, a shared file


def test_what_waits_for_room_does_not_pull_the_brake(
    server: PlexServer, five: list[Deletion], settings: Settings
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 2
    rules.limit(library(), 3 * GB, NOW)
    assert run(server).deleted == 2


def test_a_rule_that_would_take_too_many_at_once_pulls_the_brake_before_the_first(
    server: PlexServer, five: list[Deletion], settings: Settings, world: World
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 2
    rules.limit(library(), 5 * GB, NOW)
    run(server)
    rules.limit(library(), GB, NOW)
    assert run(server).held == 5
    assert world.deletes == []
    assert sorted(states(of=five)) == [*["HELD brake"] * 4, "HELD space"]


def test_of_a_server_that_is_off_only_what_would_go_waits_for_it(
    server: PlexServer, five: list[Deletion], world: World
) -> None:
    rules.limit(library(), 3 * GB, NOW)
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    run(server)
    assert states(of=five) == ["HELD space"] * 3 + ["HELD offline"] * 2
    world.faults.clear()
    assert run(server).deleted == 2


def test_a_dry_run_says_what_would_go_and_no_more_however_often(
    server: PlexServer, five: list[Deletion], settings: Settings, world: World
) -> None:
    settings.PLAXE_DRY_RUN = True
    rules.limit(library(), 3 * GB, NOW)
    assert run(server).would_delete == 2
    assert [run(server).would_delete for _ in range(3)] == [0, 0, 0]
    noted = Deletion.objects.exclude(would_have_gone_at=None)
    assert {row.pk for row in noted} == {five[3].pk, five[4].pk}
    Deletion.objects.update(would_have_gone_at=timezone.now() - timedelta(days=2))
    Deletion.objects.filter(hold=Hold.SPACE).update(would_have_gone_at=None)
    assert run(server).would_delete == 2
    assert world.deletes == []


def test_two_episodes_in_one_file_go_together_whatever_room_that_makes(
    server: PlexServer, world: World, queue_up: QueueUp
) -> None:
    season, long_ago = world.add_season(world.add_show("Outpost")), timezone.now() - timedelta(days=30)
    both = [world.add_episode(season, added_at=long_ago, file="/m/both.mkv", size=GB) for _ in (1, 2)]
    rows = queue_up(*both)
    rules.limit(LibrarySection.objects.get(title="Series"), GB, NOW)
    world.server.scans_at_once = False
    run(server)
    run(server)
    assert set(states(of=rows)) == {"DELETED"}


def test_it_is_said_once_for_the_library(server: PlexServer, five: list[Deletion], world: World) -> None:
    rules.limit(library(), 5 * GB, NOW)
    for size in (1, 2, 3):
        run(server)
        factories.movie(section=library(), rating_key=f"9{size}", gone_at=NOW)
    rules.limit(library(), 9 * GB, NOW)
    run(server)
    [entry] = AuditEntry.objects.filter(verb="held")
    assert (entry.title, entry.bytes, entry.deletion) == ("5 titles of Films", 5 * GB, None)
    assert entry.text.startswith("There is room: 5 GB taken, 5 GB allowed.")
    assert "9 GB allowed" in Deletion.objects.latest("pk").held_because


# --- the disk


def test_a_disk_with_room_keeps_everything(server: PlexServer, five: list[Deletion], tmp_path: Path) -> None:
    rules.keep_free(library(), str(tmp_path), 1, NOW)
    assert run(server).held == 5
    assert Deletion.objects.latest("pk").held_because.startswith("There is room: ")


def test_a_disk_without_room_lets_them_go(server: PlexServer, five: list[Deletion], tmp_path: Path) -> None:
    rules.keep_free(library(), str(tmp_path), 10**18, NOW)
    assert run(server).deleted == 5


def test_what_the_pass_has_freed_counts_until_there_is_enough(films_rule: SpaceRule) -> None:
    gauge = Gauge(films_rule, 80 * GB)
    assert gauge.look(0) == gauge.look(19 * GB) == ""
    assert gauge.look(20 * GB) == "There is room: 100 GB free, 100 GB wanted. Nothing to do."


def test_what_others_have_freed_meanwhile_counts_too(films_rule: SpaceRule, tmp_path: Path) -> None:
    films_rule.path, films_rule.mount = str(tmp_path), disks.mount_of(str(tmp_path))
    films_rule.free_bytes = 1000
    assert Gauge(films_rule, 0).look(0) == ""
    assert Gauge(films_rule, 0).look_again(0).startswith("There is room: ")


@pytest.fixture
def films_rule(server: PlexServer, tmp_path: Path) -> SpaceRule:
    section = factories.section(on=server, title="Films")
    return SpaceRule.objects.create(section=section, path=str(tmp_path), mount="/", free_bytes=100 * GB)


def test_a_folder_that_cannot_be_read_lets_nothing_go_and_says_so(
    server: PlexServer, five: list[Deletion], tmp_path: Path, world: World
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    rules.keep_free(library(), str(folder), 10**18, NOW)
    folder.rmdir()
    assert run(server).held == 5
    assert states(of=five) == ["HELD space"] * 5
    why = Deletion.objects.latest("pk").held_because
    assert why.startswith(f"The folder {folder} cannot be read: No such file or directory.")
    assert why.endswith("whether room is needed is not known, and nothing goes.")
    assert AuditEntry.objects.filter(verb="held").count() == 1
    assert world.deletes == []


def test_a_disk_that_is_not_mounted_is_not_measured(
    server: PlexServer, five: list[Deletion], tmp_path: Path
) -> None:
    rules.keep_free(library(), str(tmp_path), 10**18, NOW)
    SpaceRule.objects.update(mount="/media/films")
    run(server)
    assert "was mounted at /media/films and is not. Is it switched on?" in str(
        Deletion.objects.latest("pk").held_because
    )


def test_a_disk_that_does_not_answer_is_asked_once_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, done = [], Event()

    def hang(path: Path) -> Any:
        asked.append(path)
        done.wait(10)
        raise OSError

    monkeypatch.setattr(shutil, "disk_usage", hang)
    monkeypatch.setattr(disks, "PATIENCE", 0.1)
    for _ in range(3):
        with pytest.raises(disks.Unknown, match="does not answer"):
            disks.free_bytes(str(tmp_path), "/")
    done.set()
    assert len(asked) == 1


# --- setting it


@pytest.mark.parametrize("path", ["films", "", "/m\0", "/nowhere/at/all"])
def test_a_folder_without_sense_is_refused_in_words(server: PlexServer, path: str) -> None:
    section = factories.section(on=server)
    with pytest.raises(Refused):
        rules.keep_free(section, path, GB, NOW)
    assert not SpaceRule.objects.exists()


def test_a_rule_measures_one_thing(server: PlexServer) -> None:
    section = factories.section(on=server)
    for fields in ({}, {"path": "/m"}, {"path": "/m", "limit_bytes": 1}, {"free_bytes": 1, "limit_bytes": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SpaceRule.objects.create(section=section, **fields)


def space(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    call_command("space", *words, "--json")
    spaces: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["spaces"]
    return spaces


def test_a_script_sets_shows_and_removes_a_rule(
    server: PlexServer, five: list[Deletion], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    [row] = space(capsys, "films", "--limit", "5GB")
    assert (row["limit_bytes"], row["path"], row["waiting"]) == (5 * GB, None, 0)
    run(server)
    [row] = space(capsys)
    assert (row["waiting"], row["now"]) == (5, "There is room: 5 GB taken, 5 GB allowed. Nothing to do.")
    [row] = space(capsys, library().key, "--path", str(tmp_path), "--free", "100GB")
    assert (row["limit_bytes"], row["path"], row["free_bytes"]) == (None, str(tmp_path), 100 * GB)
    call_command("space")
    assert "100GB are to be free on the disk of" in capsys.readouterr().out
    assert space(capsys, "Films", "--off") == []
    call_command("space")
    assert "No rule" in capsys.readouterr().out
    texts = AuditEntry.objects.filter(verb="changed").values_list("title", flat=True)
    assert set(texts) == {"Space of Films"}
    assert len(texts) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Nonsense", "--off"], "No library with the key or the title Nonsense"),
        (["Films", "--limit", "huge"], "huge is no size"),
        (["Films", "--limit=-5GB"], "no size"),
        (["Films", "--path", "/"], "do not go together"),
        (["Films", "--limit", "1GB", "--off"], "do not go together"),
        (["Films", "--path", "/nowhere", "--free", "1GB"], "cannot be read"),
        (["Films", "--path", "/", "--free", "0"], "Say how much"),
        (["--off"], "Name the library"),
    ],
)
@pytest.mark.usefixtures("five")
def test_a_command_without_sense_is_refused_in_words(words: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("space", *words)


@pytest.fixture
def shelf(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films")


def save(browser: Client, section: LibrarySection, **fields: str) -> str:
    return text_of(browser.post(f"/settings/space/{section.pk}/", fields, follow=True))


def test_the_page_sets_and_removes_a_rule(browser: Client, shelf: LibrarySection) -> None:
    assert "/settings/space/" in text_of(browser.get("/settings/"))
    page = save(browser, shelf, measure="size", limit="2TB")
    assert "The rule of Films is saved." in page
    assert "There is room: 0 GB taken, 2,000 GB allowed." in page
    assert 'value="2TB"' in page
    entry = AuditEntry.objects.get()
    assert (entry.by_name, entry.text) == ("alice", "Titles go only while the library is larger than 2TB.")
    save(browser, shelf, measure="off")
    assert not SpaceRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"measure": "disk", "free": "1GB"}, "Name the folder"),
        ({"measure": "disk", "path": "films", "free": "1GB"}, "Name the folder by its whole path"),
        ({"measure": "disk", "path": "/nowhere", "free": "1GB"}, "cannot be read"),
        ({"measure": "disk", "path": "/"}, "Write a size"),
        ({"measure": "disk", "path": "/", "free": "-1"}, "Write a size"),
        ({"measure": "size", "limit": "<script>"}, "Write a size"),
        ({"measure": "size"}, "Write a size"),
        ({"measure": "nonsense"}, "Select a valid choice"),
        ({}, "required"),
    ],
)
def test_a_form_without_sense_is_refused_in_words(
    browser: Client, shelf: LibrarySection, fields: dict[str, str], told: str
) -> None:
    page = save(browser, shelf, **fields)
    assert told in page.partition('class="problem"')[2].partition("</p>")[0]
    assert "<script>" not in page
    assert not SpaceRule.objects.exists()


def test_the_number_of_queries_of_the_page_does_not_grow(browser: Client, shelf: LibrarySection) -> None:
    few = queries_of(browser, "/settings/space/")
    for _ in range(5):
        factories.section(on=shelf.server)
    assert queries_of(browser, "/settings/space/") == few


def test_what_waits_for_room_is_not_among_what_the_dashboard_is_worried_about(
    browser: Client, server: PlexServer, five: list[Deletion]
) -> None:
    rules.limit(library(), 5 * GB, NOW)
    run(server)
    assert "There is room" not in text_of(browser.get("/"))
    page = text_of(browser.get("/deletions/"))
    assert "There is room: 5 GB taken, 5 GB allowed. Nothing to do." in page
    assert "what was finished longest ago first" in page
