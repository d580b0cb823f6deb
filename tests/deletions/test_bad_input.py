"""What nobody should send, and sends: clear answers, and nothing lost."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import queue, stops
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Policy, Status
from media.sync import sync_server
from plexclient.demo import Item, World
from tests import factories
from tests.deletions.test_brake import films
from tests.pages import text_of

QueueUp = Callable[..., list[Deletion]]


def executed(deletion: Deletion) -> Deletion:
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def file_of(film: Item) -> str:
    return film.media[0].parts[0].file


# --- files


@pytest.mark.parametrize(
    ("then", "today", "difference"),
    [
        ("/media/Ahl/film.mkv", "/media/AHL/film.mkv", "only in capital and small letters"),
        ("/media/Straße.mkv", "/media/STRASSE.mkv", "only in capital and small letters"),
        (
            unicodedata.normalize("NFC", "/media/Amélie.mkv"),
            unicodedata.normalize("NFD", "/media/Amélie.mkv"),
            "only in how their letters are encoded",
        ),
    ],
)
def test_a_path_that_looks_the_same_is_another_one_and_that_is_said(
    film: Item, queue_up: QueueUp, world: World, then: str, today: str, difference: str
) -> None:
    film.media[0].parts[0].file = then
    [due] = queue_up(film)
    film.media[0].parts[0].file = today
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert difference in due.held_because
    assert then in due.held_because
    assert today in due.held_because
    assert world.deletes == []


def test_another_name_altogether_is_not_told_to_be_alike(due: Deletion, film: Item) -> None:
    path = file_of(film)
    film.media[0].parts[0].file = "/media/other.mkv"
    assert executed(due).held_because == f"The file {path} was there when it was queued and is not now."


@pytest.mark.parametrize("size", [699, 701, 0, 2**40])
def test_a_size_that_changed_is_told_with_both(due: Deletion, film: Item, size: int) -> None:
    film.media[0].parts[0].size = size
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert f"had 700 bytes when it was queued and has {size} now" in due.held_because


@pytest.mark.parametrize("size", [-1, -(2**63), 2**60, 2**63 - 1, None])
def test_a_size_without_sense_is_unknown_and_holds(
    due: Deletion, film: Item, world: World, size: int
) -> None:
    film.media[0].parts[0].size = size
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.UNREADABLE)
    assert due.held_because == f"Plex does not say how large the file {file_of(film)} is."
    film.media[0].parts[0].size = 700
    assert executed(due).status == Status.DELETED


@pytest.mark.parametrize("size", [-1, 2**60, None])
def test_a_title_that_was_queued_without_a_size_goes_once_that_is_known_and_approved(
    film: Item, queue_up: QueueUp, server: PlexServer, size: int
) -> None:
    film.media[0].parts[0].size = size
    [due] = queue_up(film)
    assert (due.bytes, due.snapshot["files"][0]["size"]) == (0, None)
    assert executed(due).hold == Hold.UNREADABLE
    film.media[0].parts[0].size = 700
    assert executed(due).held_because.endswith(
        "had an unknown number of bytes when it was queued and has 700 now."
    )
    sync_server(server, timezone.now(), full=True)
    queue.approve(due, timezone.now())
    assert (executed(due).status, due.bytes) == (Status.DELETED, 700)


def test_sizes_without_sense_do_not_pull_the_brake_nor_break_a_page(
    queue_up: QueueUp, world: World, browser: Client
) -> None:
    rows = queue_up(*films(world, 3, size=-(2**62)))
    execute_due(rows[0].server, timezone.now())
    assert {row.hold for row in Deletion.objects.all()} == {Hold.UNREADABLE}
    for page in ("/", "/deletions/", "/brake/", "/settings/", "/settings/space/"):
        assert browser.get(page).status_code == 200


# --- delays


def test_a_delay_of_zero_lets_a_title_go_on_the_next_pass(due: Deletion) -> None:
    assert executed(due).status == Status.DELETED


def test_a_delay_of_ten_years_is_kept_to_the_second(
    film: Item, queue_up: QueueUp, settings: Settings, browser: Client
) -> None:
    settings.PLAXE_DELETION_DELAY = timedelta(days=3650)
    [row] = queue_up(film)
    assert row.scheduled_for - row.enqueued_at == timedelta(days=3650)
    assert executed(row).status == Status.SCHEDULED
    assert row.scheduled_for.isoformat() in text_of(browser.get("/deletions/"))


# --- deciding twice, and about what has changed


def test_a_cancelled_title_that_is_cancelled_again_stays_cancelled_and_is_written_down_once(
    due: Deletion, browser: Client
) -> None:
    for _ in range(2):
        page = text_of(browser.post(f"/deletions/{due.pk}/cancel/", follow=True))
        assert "stays." in page
    due.refresh_from_db()
    assert due.status == Status.CANCELLED
    assert AuditEntry.objects.filter(deletion=due, verb="cancelled").count() == 1


@pytest.mark.parametrize("status", ["DELETED", "GONE", "CANCELLED", "SCHEDULED", "FAILED"])
def test_approving_what_is_not_held_any_more_is_refused_in_words(
    due: Deletion, browser: Client, status: str
) -> None:
    Deletion.objects.update(status=status)
    page = text_of(browser.post(f"/deletions/{due.pk}/approve/", follow=True))
    assert f"cannot be approved: it is {status.lower()}." in page
    due.refresh_from_db()
    assert due.status == status


@pytest.mark.parametrize("verb", ["cancel", "approve", "retry"])
def test_a_deletion_that_is_deleted_cannot_be_decided_about(
    due: Deletion, browser: Client, verb: str
) -> None:
    Deletion.objects.update(status=Status.DELETED)
    page = text_of(browser.post(f"/deletions/{due.pk}/{verb}/", follow=True))
    assert "it is deleted." in page


def test_an_approval_takes_the_title_as_plaxe_knows_it_and_another_change_holds_again(
    due: Deletion, film: Item, server: PlexServer, world: World
) -> None:
    film.media[0].parts[0].size = 701
    executed(due)
    sync_server(server, timezone.now(), full=True)
    film.media[0].parts[0].size = 702
    queue.approve(due, timezone.now())
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert "had 701 bytes when it was queued and has 702 now" in due.held_because
    assert world.deletes == []


def test_what_the_brake_stopped_after_the_page_was_opened_is_not_approved_along(
    queue_up: QueueUp, world: World, server: PlexServer, browser: Client, settings: Settings
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 1
    queue_up(*films(world, 2))
    execute_due(server, timezone.now())
    [seen] = stops.stops([server])
    queue_up(*films(world, 2))
    execute_due(server, timezone.now())

    page = text_of(browser.post(f"/brake/{server.pk}/brake/", {"seal": seen.seal}, follow=True))

    assert "What waits here has changed since you looked." in page
    assert "4 titles wait" in page
    assert Deletion.objects.braked().count() == 4
    [now] = stops.stops([server])
    page = text_of(browser.post(f"/brake/{server.pk}/brake/", {"seal": now.seal}, follow=True))
    assert "4 titles go on." in page


@pytest.mark.parametrize("seal", ["", "0" * 32, "<script>alert(1)</script>"])
def test_a_seal_without_sense_approves_nothing(
    queue_up: QueueUp, world: World, server: PlexServer, browser: Client, settings: Settings, seal: str
) -> None:
    settings.PLAXE_BRAKE_ITEMS = 1
    queue_up(*films(world, 2))
    execute_due(server, timezone.now())
    page = text_of(browser.post(f"/brake/{server.pk}/brake/", {"seal": seal}, follow=True))
    assert "What waits here has changed" in page
    assert Deletion.objects.braked().count() == 2


# --- two admins at once


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of them came to, all begun at the same moment in threads of their own."""
    outcomes: list[object] = []
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        ready.wait(10)
        try:
            outcomes.append(act())
        except Refused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def fresh(verb: Callable[[Deletion, datetime], None], row: Deletion) -> None:
    """As a request does it, with a row of its own."""
    verb(Deletion.objects.get(pk=row.pk), timezone.now())


@pytest.fixture
def held(transactional_db: None) -> list[Deletion]:
    """Twenty titles that the brake holds."""
    section, now = factories.section(on=factories.server()), timezone.now()
    items = [factories.movie(section=section) for _ in range(20)]
    return [
        Deletion.objects.create(
            server=item.server, item=item, rating_key=item.rating_key, type="movie", title=item.title,
            enqueued_at=now, scheduled_for=now, status="HELD", hold="brake", held_because="Too much.",
        )
        for item in items
    ]  # fmt: skip


def test_of_two_admins_who_approve_all_at_once_one_does_it_and_one_is_told(held: list[Deletion]) -> None:
    server, alice = held[0].server, factories.alice()
    [stop] = stops.stops([server])
    outcomes = at_once(*[lambda: stops.approve(server, Hold.BRAKE, stop.seal, timezone.now(), by=alice)] * 2)
    assert sorted(map(str, outcomes)) == ["20", "Nothing waits here any more: somebody was quicker."]
    assert set(Deletion.objects.values_list("status", flat=True)) == {Status.SCHEDULED}
    assert AuditEntry.objects.filter(verb="approved").count() == 20


def test_of_an_approval_and_a_cancellation_at_once_both_are_answered_and_cancel_is_never_lost(
    held: list[Deletion],
) -> None:
    for row in held:
        assert len(at_once(partial(fresh, queue.approve, row), partial(fresh, queue.cancel, row))) == 2
    assert set(Deletion.objects.values_list("status", flat=True)) == {Status.CANCELLED}


def test_of_two_approvals_of_one_title_at_once_one_is_written_down(held: list[Deletion]) -> None:
    for row in held[:5]:
        outcomes = at_once(*[partial(fresh, queue.approve, row)] * 2)
        assert outcomes.count(None) == 1
        assert AuditEntry.objects.filter(deletion=row, verb="approved").count() == 1


def test_of_two_admins_who_arm_plaxe_at_once_one_does_it(transactional_db: None) -> None:
    fields = {
        "delay": "24h",
        "brake_items": "25",
        "brake_percent": "10",
        "brake_bytes": "200GB",
        "playing_holds_show": "on",
        "trash_days": "30",
    }
    seal = Policy.load().seal
    clients = [Client() for _ in range(2)]
    for client in clients:
        client.force_login(factories.alice(), "django.contrib.auth.backends.ModelBackend")

    def arm(client: Client) -> str:
        answer = client.post("/settings/", {**fields, "seal": seal, "confirmed": "yes"}, follow=True)
        return "off" if "Dry run is off." in text_of(answer) else "told" if answer.status_code == 200 else "?"

    assert sorted(map(str, at_once(*(lambda client=client: arm(client) for client in clients)))) == [
        "off",
        "told",
    ]
    assert not Policy.load().dry_run
    assert AuditEntry.objects.filter(verb="changed").count() == 1


def test_two_workers_at_once_send_one_delete(held: list[Deletion]) -> None:
    row = held[0]
    claims = at_once(*[lambda: Deletion.objects.get(pk=row.pk).claim(timezone.now())] * 4)
    assert sorted(claims, key=str) == [False, False, False, True]
