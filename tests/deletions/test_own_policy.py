"""A server may have a delay, a dry run, a brake and a schedule of its own; what is empty is as for all."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.jobs import for_each_server
from accounts.models import Job, PlexServer
from deletions import brake, queue, simulation, trash
from deletions.execution import execute_due
from deletions.feed import calendar
from deletions.models import AuditEntry, Deletion, OwnPolicy, Policy, Quarantined, Status
from media.models import LibrarySection
from plexclient.demo import Item, World
from tests import factories
from tests.factories import NOW
from tests.pages import text_of, words_of

DAY = timedelta(days=1)
NIGHT = {"begins_at": time(22), "ends_at": time(6)}
QueueUp = Callable[..., list[Deletion]]


def own(server: PlexServer, **choices: Any) -> OwnPolicy:
    return OwnPolicy.objects.update_or_create(server=server, defaults=choices)[0]


def seen_film(server: PlexServer) -> None:
    films = LibrarySection.objects.filter(server=server).first() or factories.section(on=server)
    film = factories.movie(section=films)
    factories.assignment(item=film, viewer=factories.bob(on=server))
    factories.watch(item=film, viewer=factories.bob(on=server))


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def attic(db: None) -> PlexServer:
    return factories.server(machine_identifier="machine-2", name="Attic")


# --- whose word counts


def test_a_server_that_says_nothing_has_what_holds_for_all(cellar: PlexServer, attic: PlexServer) -> None:
    own(attic, delay=7 * DAY)
    assert Policy.of(cellar).delay == Policy.load().delay
    assert Policy.of(attic).delay == 7 * DAY
    assert Policy.everywhere() == {server.pk: Policy.of(server) for server in (cellar, attic)}


def test_what_the_environment_says_counts_for_all_that_say_nothing(
    cellar: PlexServer, attic: PlexServer, settings: Settings
) -> None:
    own(attic, delay=7 * DAY, brake_items=3)
    settings.PLAXE_DELETION_DELAY, settings.PLAXE_BRAKE_ITEMS = DAY, 50
    assert (Policy.of(cellar).delay, Policy.of(cellar).brake_items) == (DAY, 50)
    assert (Policy.of(attic).delay, Policy.of(attic).brake_items) == (7 * DAY, 3)


@pytest.mark.parametrize("of_all", [True, False])
@pytest.mark.parametrize("of_its_own", [True, False])
def test_of_two_dry_runs_either_counts(
    cellar: PlexServer, settings: Settings, of_all: bool, of_its_own: bool
) -> None:
    settings.PLAXE_DRY_RUN = of_all
    own(cellar, dry_run=of_its_own)
    assert Policy.of(cellar).dry_run == (of_all or of_its_own)


def test_nought_is_an_answer_of_its_own(cellar: PlexServer) -> None:
    own(cellar, delay=timedelta(0), brake_items=0)
    assert (Policy.of(cellar).delay, Policy.of(cellar).brake_items) == (timedelta(0), 0)


# --- what it does


def test_a_title_waits_as_long_as_its_server_says(cellar: PlexServer, attic: PlexServer) -> None:
    own(attic, delay=9 * DAY)
    for server in (cellar, attic):
        seen_film(server)
        queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get(server=cellar).scheduled_for == NOW + DAY
    assert Deletion.objects.get(server=attic).scheduled_for == NOW + 9 * DAY


def test_what_is_tried_again_waits_the_servers_own_delay(attic: PlexServer) -> None:
    own(attic, delay=9 * DAY)
    seen_film(attic)
    queue.enqueue_complete(attic, NOW)
    row = Deletion.objects.get()
    queue.cancel(row, NOW)
    assert queue.retry(row, NOW + DAY).scheduled_for == NOW + 10 * DAY


def test_a_dry_run_of_its_own_keeps_what_is_due(due: Deletion, server: PlexServer, film: Item) -> None:
    own(server, dry_run=True)
    report = execute_due(server, timezone.now())
    assert (report.would_delete, report.deleted, report.dry_run) == (1, 0, True)
    due.refresh_from_db()
    assert (due.status, due.deletes_sent) == (Status.SCHEDULED, 0)
    own(server, dry_run=False)
    assert execute_due(server, timezone.now()).deleted == 1


def test_it_never_deletes_while_the_whole_is_in_a_dry_run(
    due: Deletion, server: PlexServer, settings: Settings
) -> None:
    settings.PLAXE_DRY_RUN = True
    own(server, dry_run=False, delay=timedelta(0))
    assert execute_due(server, timezone.now()).would_delete == 1
    due.refresh_from_db()
    assert due.deletes_sent == 0


def test_its_own_brake_is_pulled_and_no_others(
    queue_up: QueueUp, world: World, server: PlexServer, attic: PlexServer
) -> None:
    queue_up(world.add_movie("Salt"), world.add_movie("Pepper"))
    own(server, brake_items=1)
    assert execute_due(server, timezone.now()).held == 2
    words = Deletion.objects.filter(hold="brake").first()
    assert words is not None
    assert words.held_because == "2 titles became due at once, more than 1."
    assert brake.pulled(Policy.of(attic), attic, Deletion.objects.filter(server=server)) == ""


def test_nothing_is_purged_from_the_trash_of_a_server_in_a_dry_run(cellar: PlexServer) -> None:
    Policy.objects.update_or_create(pk=1, defaults={"saved_dry_run": False})
    own(cellar, dry_run=True)
    seen_film(cellar)
    queue.enqueue_complete(cellar, NOW)
    row = Deletion.objects.get()
    Quarantined.objects.create(deletion=row, bytes=1, intended_at=NOW - DAY, at=NOW - DAY, purge_for=NOW)
    assert trash.purge_due(NOW).troubles == 0
    own(cellar, dry_run=False)
    trash.purge_due(NOW)
    assert Quarantined.objects.get().purged_at == NOW  # it had no files to remove


# --- hours


@pytest.mark.parametrize(
    ("at", "opens"),
    [("12:00", "22:00"), ("21:59", "22:00"), ("22:00", "22:00"), ("23:30", "23:30"), ("05:59", "05:59"),
     ("06:00", "22:00")],
)  # fmt: skip
def test_titles_are_queued_for_the_hours_of_their_server(attic: PlexServer, at: str, opens: str) -> None:
    own(attic, delay=DAY, **NIGHT)
    now = datetime.combine(NOW.date(), time.fromisoformat(at), UTC)
    seen_film(attic)
    queue.enqueue_complete(attic, now)
    expected = datetime.combine(NOW.date() + DAY, time.fromisoformat(opens), UTC)
    assert Deletion.objects.get().scheduled_for == expected


def test_the_next_hours_may_begin_tomorrow(attic: PlexServer) -> None:
    own(attic, delay=timedelta(0), begins_at=time(2), ends_at=time(6))
    assert Policy.of(attic).due(NOW) == datetime.combine(NOW.date() + DAY, time(2), UTC)


def test_outside_its_hours_nothing_goes_and_within_them_it_does(due: Deletion, server: PlexServer) -> None:
    now = timezone.now()
    own(server, begins_at=(now + timedelta(hours=1)).time(), ends_at=(now + timedelta(hours=2)).time())
    assert execute_due(server, now).deleted == 0
    due.refresh_from_db()
    assert (due.status, due.deletes_sent) == (Status.SCHEDULED, 0)
    own(server, begins_at=(now - timedelta(hours=1)).time(), ends_at=(now + timedelta(hours=1)).time())
    assert execute_due(server, now).deleted == 1


def test_what_is_to_go_now_goes_when_the_hours_begin(attic: PlexServer) -> None:
    own(attic, delay=9 * DAY, **NIGHT)
    seen_film(attic)
    queue.enqueue_complete(attic, NOW)
    row = Deletion.objects.get()
    queue.hasten(row, NOW)
    row.refresh_from_db()
    assert row.scheduled_for == NOW.replace(hour=22)


def test_a_claim_that_was_given_up_is_settled_at_any_hour(due: Deletion, server: PlexServer) -> None:
    now = timezone.now()
    assert due.claim(now - DAY)
    own(server, begins_at=(now + timedelta(hours=1)).time(), ends_at=(now + timedelta(hours=2)).time())
    execute_due(server, now)
    due.refresh_from_db()
    assert due.status == Status.SCHEDULED


# --- how often


def runs(kind: Job.Kind, pk: int | None = None) -> list[str]:
    done: list[str] = []
    for_each_server(pk, lambda server: done.append(server.name), kind=kind)
    return done


def test_the_clock_leaves_a_server_alone_that_is_to_be_asked_rarely(
    cellar: PlexServer, attic: PlexServer
) -> None:
    now = timezone.now()
    for server in (cellar, attic):
        Job.of(server, Job.Kind.POLL).take(now - timedelta(minutes=5))
    Job.of(attic, Job.Kind.POLL).keep_to(timedelta(minutes=30))
    assert runs(Job.Kind.POLL) == ["Cellar"]
    assert runs(Job.Kind.EXECUTE) == ["Attic", "Cellar"]
    assert runs(Job.Kind.POLL, attic.pk) == ["Attic"]


@pytest.mark.parametrize("ago", [timedelta(minutes=29), timedelta(minutes=-5)])
def test_it_is_asked_again_when_the_time_is_over_or_the_clock_was_wrong(
    attic: PlexServer, ago: timedelta
) -> None:
    Job.of(attic, Job.Kind.POLL).take(timezone.now() - ago)
    Job.of(attic, Job.Kind.POLL).keep_to(timedelta(minutes=30))
    assert runs(Job.Kind.POLL) == ["Attic"]


# --- what says so


def test_the_simulation_takes_each_servers_own_delay(cellar: PlexServer, attic: PlexServer) -> None:
    own(attic, delay=9 * DAY)
    for server in (cellar, attic):
        seen_film(server)
    answer = simulation.simulate(simulation.Terms(30), NOW + 3 * DAY)
    assert [one.at for one in (*answer.gone, *answer.queued)] == [NOW, NOW + 8 * DAY]
    assert len(answer.gone) == 1
    assert simulation.common_delay() is None
    assert simulation.common_delay(attic) == 9 * DAY


def test_the_status_tells_it_of_each_server(cellar: PlexServer, attic: PlexServer) -> None:
    own(attic, dry_run=True, delay=9 * DAY, **NIGHT)
    Job.of(attic, Job.Kind.POLL).keep_to(timedelta(minutes=30))
    out = io.StringIO()
    call_command("status", "--json", stdout=out)
    told = {row["name"]: row["policy"] for row in json.loads(out.getvalue())["servers"]}
    assert told["Attic"]["delay_seconds"] == 9 * 86400
    assert (told["Attic"]["hours"], told["Attic"]["poll_every_seconds"]) == ("22:00-06:00", 1800)
    assert (told["Cellar"]["delay_seconds"], told["Cellar"]["hours"]) == (86400, None)


def test_the_calendar_says_that_a_title_would_leave(cellar: PlexServer, settings: Settings) -> None:
    settings.PLAXE_DRY_RUN = False
    seen_film(cellar)
    queue.enqueue_complete(cellar, NOW)
    assert "Leaving: " in calendar(NOW, absolute=str)
    own(cellar, dry_run=True)
    assert "Would leave: " in calendar(NOW, absolute=str)


def test_every_page_says_where_nothing_is_deleted(
    browser: Client, attic: PlexServer, settings: Settings
) -> None:
    settings.PLAXE_DRY_RUN = False
    assert "Nothing is deleted on:" not in text_of(browser.get("/media/"))
    own(attic, dry_run=True)
    assert "Nothing is deleted on: <a" in words_of(browser.get("/media/"))


# --- the page


KEPT = {
    "delay": "", "brake_items": "", "brake_percent": "", "brake_bytes": "", "begins_at": "", "ends_at": "",
    "poll_every": "", "queue_every": "",
}  # fmt: skip


def save(browser: Client, server: PlexServer, **fields: str) -> str:
    return text_of(browser.post(f"/servers/{server.pk}/", {**KEPT, **fields}, follow=True))


def test_the_page_shows_what_counts_where_nothing_is_said(browser: Client, attic: PlexServer) -> None:
    page = text_of(browser.get(f"/servers/{attic.pk}/"))
    for expected in ("Attic", "as for all: 1d", "as for all: 25", "as for all: 200GB"):
        assert expected in page


def test_all_of_it_is_saved_and_written_down(browser: Client, attic: PlexServer) -> None:
    page = save(
        browser, attic, dry_run="on", delay="9d", brake_items="3", brake_percent="0", brake_bytes="5GB",
        begins_at="22:00", ends_at="06:00", poll_every="30m", queue_every="1h",
    )  # fmt: skip
    assert "Dry run is on." in page
    row, policy = OwnPolicy.objects.get(), Policy.of(attic)
    assert (row.dry_run, policy.delay, policy.brake_items) == (True, 9 * DAY, 3)
    assert (policy.brake_percent, policy.brake_bytes, str(policy.hours)) == (0, 5 * 10**9, "22:00-06:00")
    every = dict(Job.objects.filter(server=attic).values_list("kind", "every"))
    hour = timedelta(hours=1)
    assert every == {"poll": hour / 2, "enqueue": hour, "execute": hour}
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by_name, entry.title) == ("changed", "alice", "Policy of Attic")
    assert "The delay is 9d." in entry.text
    assert "Titles go from 22:00. Titles go until 06:00." in entry.text
    assert 'value="22:00"' in text_of(browser.get(f"/servers/{attic.pk}/"))


def test_what_is_emptied_is_as_for_all_again(browser: Client, attic: PlexServer) -> None:
    save(browser, attic, delay="9d", begins_at="22:00", ends_at="06:00")
    page = save(browser, attic)
    assert "The delay is as for all. Titles go at any hour." in page
    assert (Policy.of(attic).delay, Policy.of(attic).hours) == (DAY, None)


def test_saving_what_is_already_so_changes_nothing(browser: Client, attic: PlexServer) -> None:
    assert "Nothing was changed." in save(browser, attic)
    assert not AuditEntry.objects.exists()
    assert not OwnPolicy.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"delay": "soon"}, "Write a duration"),
        ({"brake_items": "-1"}, "Write a whole number"),
        ({"brake_percent": "101"}, "Write a whole number"),
        ({"delay": "99999999d"}, "That is too large"),
        ({"brake_bytes": f"{10**20}"}, "That is too large"),
        ({"brake_bytes": "huge"}, "Write a size"),
        ({"begins_at": "25:00", "ends_at": "06:00"}, "Write an hour"),
        ({"begins_at": "22:00"}, "Write both hours or none."),
        ({"begins_at": "22:00", "ends_at": "22:00"}, "begin and end at the same time"),
        ({"poll_every": "-5m"}, "Write a duration"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    browser: Client, attic: PlexServer, fields: dict[str, str], words: str
) -> None:
    assert words in save(browser, attic, **fields)
    assert not OwnPolicy.objects.exists()


def test_who_opened_the_page_before_another_change_changes_nothing(
    browser: Client, attic: PlexServer
) -> None:
    page = text_of(browser.get(f"/servers/{attic.pk}/"))
    seal = page.partition('name="seal" value="')[2].partition('"')[0]
    save(browser, attic, delay="9d", seal=seal)
    assert "changed since you opened the page" in save(browser, attic, delay="1h", seal=seal)
    assert Policy.of(attic).delay == 9 * DAY


def test_ending_its_dry_run_asks_first_and_shows_what_would_go_there(
    browser: Client, cellar: PlexServer, attic: PlexServer, settings: Settings
) -> None:
    settings.PLAXE_DRY_RUN = False
    for server in (cellar, attic):
        own(server, dry_run=True)
        seen_film(server)
        queue.enqueue_complete(server, timezone.now())
    here = Deletion.objects.get(server=attic).title
    page = save(browser, attic)
    assert "Delete in earnest on Attic?" in page
    assert here in page
    assert Deletion.objects.get(server=cellar).title not in page
    assert Policy.of(attic).dry_run
    assert "Dry run is off." in save(browser, attic, confirmed="yes")
    assert not Policy.of(attic).dry_run
    assert Policy.of(cellar).dry_run


def test_switching_all_of_it_on_shows_nothing_of_a_server_with_a_dry_run_of_its_own(
    browser: Client, attic: PlexServer
) -> None:
    own(attic, dry_run=True)
    seen_film(attic)
    queue.enqueue_complete(attic, timezone.now())
    known = {"brake_items": "25", "brake_percent": "10", "brake_bytes": "200GB", "trash_days": "30"}
    page = text_of(browser.post("/settings/", {**known, "delay": "24h"}))
    assert "0 titles go on the next pass" in page
    assert Deletion.objects.get().title not in page
    assert "Attic has a dry run of its own" in page
