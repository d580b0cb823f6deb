"""What becomes of a deletion, whatever Plex answers and whenever we die."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Busy
from accounts.jobs import running
from accounts.models import Job, PlexServer
from deletions import queue
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Policy, Status
from media.models import MediaItem
from plexclient.demo.faults import Fault
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests.pages import text_of

QueueUp = Callable[..., list[Deletion]]
METADATA = r"^/library/metadata/"
LONG_AGO = timezone.now() - timedelta(days=9)


def executed(deletion: Deletion, *, after: timedelta = timedelta(0)) -> Deletion:
    execute_due(deletion.server, timezone.now() + after)
    deletion.refresh_from_db()
    return deletion


def test_what_is_due_is_deleted_once_proved_and_recorded(due: Deletion, world: World, film: Item) -> None:
    report = execute_due(due.server, timezone.now())
    due.refresh_from_db()
    assert (report.deleted, due.status, due.answer) == (1, Status.DELETED, "200")
    assert [call.rating_key for call in world.deletes] == [film.rating_key]
    assert MediaItem.objects.get(rating_key=film.rating_key).gone_at is not None
    assert AuditEntry.objects.get(verb="deleted").bytes == 700


def test_nothing_is_asked_of_plex_while_nothing_is_due(server: PlexServer, world: World) -> None:
    execute_due(server, timezone.now())
    assert not world.requests


def test_what_is_not_due_yet_stays(due: Deletion, world: World) -> None:
    execute_due(due.server, due.scheduled_for - timedelta(seconds=1))
    assert not world.deletes


def test_a_title_that_is_gone_already_is_recorded_as_gone(due: Deletion, world: World, film: Item) -> None:
    world.delete(film)
    assert executed(due).status == Status.GONE
    assert not world.deletes


def test_the_last_episode_takes_its_season_along_and_leaves_a_show_that_has_more(
    world: World, queue_up: QueueUp
) -> None:
    show = world.add_show("Salt Road", added_at=LONG_AGO)
    first, second = (world.add_season(show, number, added_at=LONG_AGO) for number in (1, 2))
    world.add_episode(second, added_at=LONG_AGO)
    executed(*queue_up(world.add_episode(first, added_at=LONG_AGO)))
    there = MediaItem.objects.present().values_list("rating_key", flat=True)
    assert first.rating_key not in there
    assert show.rating_key in there


def test_a_dry_run_does_everything_but_the_delete_and_goes_once_it_is_off(
    due: Deletion, world: World, settings: Settings
) -> None:
    settings.PLAXE_DRY_RUN = True
    report = execute_due(due.server, timezone.now())
    due.refresh_from_db()
    assert (report.dry_run, report.deleted, report.would_delete) == (True, 0, 1)
    assert due.status == Status.SCHEDULED
    assert due.would_have_gone_at is not None
    assert not world.deletes
    settings.PLAXE_DRY_RUN = False
    assert executed(due).status == Status.DELETED


def test_a_dry_run_looks_at_a_title_once_a_day_and_audits_it_once(
    due: Deletion, world: World, settings: Settings
) -> None:
    settings.PLAXE_DRY_RUN = True
    executed(due)
    asked = len(world.requests)
    executed(due)
    assert len(world.requests) == asked
    executed(due, after=timedelta(days=1, minutes=1))
    assert len(world.requests) > asked
    assert AuditEntry.objects.filter(verb="dry_run").count() == 1


def test_dry_run_is_the_default(db: None, settings: Settings) -> None:
    settings.PLAXE_DRY_RUN = None
    assert Policy.load().dry_run


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "could not delete the files"),
        (401, "Sign in with Plex again"),
        (403, "Settings > Library > Allow media deletion"),
    ],
)
def test_a_refused_delete_fails_in_words_that_say_what_to_do(
    due: Deletion, world: World, status: int, words: str
) -> None:
    world.faults.add(Fault("status", "DELETE", METADATA, status=status, times=None))
    assert executed(due).status == Status.FAILED
    assert words in due.failure
    assert len(world.deletes) == 1


def test_a_failed_delete_is_tried_again_only_when_somebody_says_so(due: Deletion, world: World) -> None:
    world.faults.add(Fault("status", "DELETE", METADATA, status=403))
    executed(due)
    executed(due, after=timedelta(days=1))
    assert len(world.deletes) == 1
    queue.retry(due, timezone.now())
    assert executed(due).status == Status.DELETED


@pytest.mark.parametrize("kind", ["reset_after", "timeout_after"])
def test_a_lost_answer_is_settled_by_the_proof_when_the_title_is_gone(
    due: Deletion, world: World, kind: str
) -> None:
    world.faults.add(Fault(kind, "DELETE", METADATA, delay=3))  # type: ignore[arg-type]
    assert executed(due).status == Status.DELETED
    assert len(world.deletes) == 1


@pytest.mark.parametrize(("kind", "status"), [("reset", 0), ("status", 500), ("status", 503)])
def test_an_unknown_result_is_asked_again_after_the_claim_timeout_and_never_sent_again(
    due: Deletion, world: World, kind: str, status: int, settings: Settings
) -> None:
    world.faults.add(Fault(kind, "DELETE", METADATA, status=status))  # type: ignore[arg-type]
    assert executed(due).status == Status.RUNNING
    assert executed(due, after=settings.PLAXE_CLAIM_TIMEOUT / 2).status == Status.RUNNING
    assert executed(due, after=settings.PLAXE_CLAIM_TIMEOUT * 2).status == Status.FAILED
    assert "it is still there" in due.failure
    assert len(world.deletes) == 1


def test_a_server_that_says_deleted_and_did_nothing_is_not_believed(
    due: Deletion, world: World, film: Item
) -> None:
    world.faults.add(Fault("empty", "DELETE", METADATA))
    assert executed(due).status == Status.FAILED
    assert due.failure == "Plex said it was deleted, and it is still there."


def test_a_proof_that_cannot_be_read_is_no_proof(due: Deletion, world: World) -> None:
    world.faults.add(Fault("status", "GET", METADATA, status=500, after=2, times=None))
    assert executed(due).status == Status.RUNNING
    world.faults.clear()
    assert executed(due, after=timedelta(hours=1)).status == Status.DELETED
    assert len(world.deletes) == 1


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("queue", "--json")
    [row] = json.loads(capsys.readouterr().out)["deletions"]
    return str(row["held_because"])


def test_a_delete_that_cannot_be_proved_says_why_on_every_look_and_is_settled_when_it_can(
    due: Deletion, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.faults.add(Fault("reset_after", "DELETE", METADATA))
    world.faults.add(Fault("status", "GET", METADATA, status=500, after=2, times=None))
    assert executed(due).status == Status.RUNNING
    assert "closed the connection without an answer" in shown(capsys)
    assert "whether it is gone is not known" in shown(capsys)

    world.faults.clear()
    world.faults.add(Fault("status", "GET", "^/library/all", status=500, times=None))
    for hours in (1, 2):
        assert executed(due, after=timedelta(hours=hours)).status == Status.RUNNING
        assert "Whether it has it under another key now" in shown(capsys)
        assert "has trouble of its own (500)" in shown(capsys)

    world.faults.clear()
    assert executed(due, after=timedelta(hours=3)).status == Status.DELETED
    assert (due.held_because, len(world.deletes)) == ("", 1)


@pytest.mark.parametrize("has_sent", [True, False])
def test_a_row_whose_worker_was_killed_says_so_from_the_beginning(
    due: Deletion, world: World, browser: Client, has_sent: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    due.claim(timezone.now())
    if has_sent:
        due.intend(timezone.now())

    assert "If that was interrupted" in shown(capsys)
    assert "If that was interrupted" in text_of(browser.get("/deletions/", {"id": due.pk}))

    world.faults.add(Fault("status", "GET", METADATA, status=500, times=None))
    if has_sent:
        assert executed(due, after=timedelta(hours=1)).status == Status.RUNNING
        assert "whether it is gone is not known" in shown(capsys)


@pytest.mark.parametrize("kind", ["html", "half", "reset"])
@pytest.mark.parametrize("path", ["^/$", "^/status/sessions", METADATA])
def test_an_unreadable_server_holds_and_it_goes_on_when_it_can_be_read(
    due: Deletion, world: World, kind: str, path: str
) -> None:
    world.faults.add(Fault(kind, "GET", path, times=None))  # type: ignore[arg-type]
    assert executed(due).status == Status.HELD
    assert due.hold in {Hold.OFFLINE, Hold.UNREADABLE}
    world.faults.clear()
    assert executed(due).status == Status.DELETED
    assert len(world.deletes) == 1


def test_a_server_that_is_off_holds_all_and_is_asked_once(
    world: World, film: Item, queue_up: QueueUp
) -> None:
    deletions = queue_up(film, world.add_movie("Iron Orchard"), world.add_movie("The Glass Ferry"))
    world.requests.clear()
    world.faults.add(Fault("reset", "GET", "^/identity", times=None))
    report = execute_due(deletions[0].server, timezone.now())
    assert report.held == 3
    assert {call.path for call in world.requests if call.site != "plex.tv"} == {"/identity"}


def test_a_worker_that_died_before_it_sent_anything_is_followed_by_another(
    due: Deletion, world: World
) -> None:
    due.claim(timezone.now())
    assert executed(due).status == Status.RUNNING
    executed(due, after=timedelta(hours=1))
    assert due.status == Status.SCHEDULED
    assert executed(due).status == Status.DELETED
    assert len(world.deletes) == 1


def test_a_worker_that_died_after_its_delete_took_effect_has_deleted_it(
    due: Deletion, world: World, film: Item
) -> None:
    due.claim(timezone.now())
    due.intend(timezone.now())
    world.delete(film)
    assert executed(due, after=timedelta(hours=1)).status == Status.DELETED
    assert not world.deletes


def test_workers_that_die_again_and_again_do_not_go_on_for_ever(due: Deletion, world: World) -> None:
    for _ in range(3):
        due.claim(timezone.now())
        due.intend(timezone.now())
        executed(due, after=timedelta(hours=1))
    assert due.status == Status.FAILED
    assert not world.deletes


def test_a_second_run_on_the_same_server_ends_at_once(due: Deletion, world: World) -> None:
    world.requests.clear()
    with running(due.server, Job.Kind.EXECUTE), pytest.raises(Busy):
        execute_due(due.server, timezone.now())
    assert not world.requests
