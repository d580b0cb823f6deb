from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.errors import Busy, Refused
from accounts.jobs import running
from accounts.models import Job, PlexServer
from deletions import queue
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.models import MediaItem, Protection
from tests import factories
from tests.factories import LAST_YEAR, NOW, YESTERDAY

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


@pytest.fixture
def seen(server: PlexServer) -> MediaItem:
    """A movie that bob, the only one assigned, has seen."""
    movie = factories.movie(section=factories.section(on=server), title="Heron Lake", size=700)
    bob = factories.bob(on=server)
    factories.assignment(item=movie, viewer=bob)
    factories.watch(item=movie, viewer=bob)
    return movie


@pytest.fixture
def queued(server: PlexServer, seen: MediaItem) -> Deletion:
    queue.enqueue_complete(server, NOW)
    return Deletion.objects.get(item=seen)


def held(deletion: Deletion, why: Hold) -> Deletion:
    queue.hold(deletion, why, "because", NOW)
    return deletion


def test_a_complete_movie_is_scheduled_after_the_delay_and_says_why(queued: Deletion) -> None:
    assert queued.status == Status.SCHEDULED
    assert queued.scheduled_for == NOW + timedelta(hours=24)
    assert queued.bytes == 700
    assert queued.reasons == ["Bob watched it on 2026-11-20 12:00 UTC (Plex history), assigned to the movie."]
    assert queued.viewers == [
        {"plex_id": factories.BOB, "name": "Bob", "viewed_at": YESTERDAY.isoformat(), "source": "history"}
    ]


def test_what_is_deleted_while_the_queue_is_looked_at_does_not_enter_it_again(
    server: PlexServer, queued: Deletion, seen: MediaItem
) -> None:
    """At whatever statement of the pass another worker comes to its end."""

    def end_before(number: int) -> None:
        def execute(run: Any, *words: Any) -> Any:
            nonlocal number
            number -= 1
            if number == 0:
                queued.finish(Status.DELETED, LATER, freed=700, failure="")
                seen.gone(LATER)
            return run(*words)

        with connection.execute_wrapper(execute):
            queue.enqueue_complete(server, LATER)

    with CaptureQueriesContext(connection) as statements:
        queue.enqueue_complete(server, LATER)
    for number in range(1, len(statements) + 1):
        with transaction.atomic():
            assert queued.claim(LATER)
            end_before(number)
            assert list(Deletion.objects.values_list("status", flat=True)) == [Status.DELETED]
            transaction.set_rollback(True)
        queued.refresh_from_db()


def test_the_snapshot_keeps_what_must_still_be_true_at_the_trigger(queued: Deletion, seen: MediaItem) -> None:
    file = seen.files.get()
    assert queued.snapshot == {
        "machine_identifier": "machine-1",
        "rating_key": seen.rating_key,
        "type": "movie",
        "guid": seen.guid,
        "external_ids": {},
        "edition": "",
        "title": "Heron Lake",
        "added_at": LAST_YEAR.isoformat(),
        "files": [{"path": file.path, "size": 700, "media_id": file.media_id}],
    }


def test_an_optimised_version_is_no_part_of_the_contract(server: PlexServer, seen: MediaItem) -> None:
    factories.file(of=seen, path="/media/Plex Versions/small.mp4", is_optimised=True)
    queue.enqueue_complete(server, NOW)
    assert len(Deletion.objects.get().snapshot["files"]) == 1


def test_an_item_nobody_is_assigned_to_is_never_queued(server: PlexServer) -> None:
    movie = factories.movie(section=factories.section(on=server))
    factories.watch(item=movie, viewer=factories.bob(on=server))
    assert queue.enqueue_complete(server, NOW).enqueued == 0


def test_the_policy_of_the_environment_sets_the_delay(
    server: PlexServer, seen: MediaItem, settings: Settings
) -> None:
    settings.PLAXE_DELETION_DELAY = timedelta(days=7)
    queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get().scheduled_for == NOW + timedelta(days=7)


def test_enqueueing_twice_queues_once(server: PlexServer, queued: Deletion) -> None:
    report = queue.enqueue_complete(server, LATER)
    assert (report.enqueued, Deletion.objects.count()) == (0, 1)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_what_was_cancelled_or_failed_is_not_queued_again(
    server: PlexServer, queued: Deletion, status: Status
) -> None:
    queued.move(status, expect=(Status.SCHEDULED,), finished_at=NOW)
    assert queue.enqueue_complete(server, LATER).enqueued == 0


def test_only_the_servers_own_titles_are_queued(server: PlexServer, seen: MediaItem) -> None:
    other = factories.server(machine_identifier="machine-2")
    assert queue.enqueue_complete(other, NOW).enqueued == 0


def test_enqueueing_costs_the_same_queries_for_many_titles(server: PlexServer, seen: MediaItem) -> None:
    def enqueue_with(titles: int) -> int:
        for _ in range(titles):
            movie = factories.movie(section=seen.section)
            factories.assignment(item=movie, viewer=factories.bob(on=server))
            factories.watch(item=movie, viewer=factories.bob(on=server))
        Deletion.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            queue.enqueue_complete(server, NOW)
        return len(queries)

    enqueue_with(1)  # rows that are made once: the job, the policy
    assert enqueue_with(1) == enqueue_with(20)


def test_a_second_run_ends_at_once(server: PlexServer) -> None:
    with running(server, Job.Kind.ENQUEUE), pytest.raises(Busy):
        queue.enqueue_complete(server, NOW)


def test_a_new_assignment_holds_what_was_scheduled(
    server: PlexServer, queued: Deletion, seen: MediaItem
) -> None:
    factories.assignment(item=seen, viewer=factories.carol(on=server))
    assert queue.enqueue_complete(server, NOW).held == 1
    queued.refresh_from_db()
    assert (queued.status, queued.hold, queued.held_because) == (
        Status.HELD, Hold.UNWATCHED, "Not seen by Carol."
    )  # fmt: skip


def test_a_title_nobody_is_assigned_to_any_more_is_held(
    server: PlexServer, queued: Deletion, seen: MediaItem
) -> None:
    seen.assignments.all().delete()
    queue.enqueue_complete(server, NOW)
    queued.refresh_from_db()
    assert queued.status == Status.HELD
    assert queued.held_because.startswith("Nobody is assigned to it any more.")


def test_what_the_last_viewer_has_seen_by_now_goes_on_and_waits_its_delay_again(
    server: PlexServer, queued: Deletion, seen: MediaItem
) -> None:
    carol = factories.carol(on=server)
    factories.assignment(item=seen, viewer=carol)
    queue.enqueue_complete(server, NOW)
    factories.watch(item=seen, viewer=carol)
    queue.enqueue_complete(server, LATER)
    queued.refresh_from_db()
    assert (queued.status, queued.scheduled_for) == (Status.SCHEDULED, LATER + timedelta(hours=24))
    assert [viewer["name"] for viewer in queued.viewers] == ["Bob", "Carol"]


def test_the_same_hold_twice_is_one_audit_entry(queued: Deletion) -> None:
    assert queue.hold(queued, Hold.PLAYING, "Bob is playing it.", NOW)
    assert not queue.hold(queued, Hold.PLAYING, "Bob is playing it.", LATER)
    assert AuditEntry.objects.filter(verb="held").count() == 1


def test_cancel_is_sticky_and_says_who(server: PlexServer, queued: Deletion) -> None:
    queue.cancel(queued, LATER, by=factories.alice())
    assert (queued.status, queued.finished_at) == (Status.CANCELLED, LATER)
    assert AuditEntry.objects.get(verb="cancelled").by_name == "alice"
    assert queue.enqueue_complete(server, LATER).enqueued == 0


def test_cancelling_twice_is_cancelling_once(queued: Deletion) -> None:
    queue.cancel(queued, NOW)
    queue.cancel(queued, LATER)
    assert (queued.finished_at, AuditEntry.objects.filter(verb="cancelled").count()) == (NOW, 1)


def test_a_claim_that_has_sent_nothing_can_still_be_cancelled_and_then_sends_nothing(
    queued: Deletion,
) -> None:
    worker = Deletion.objects.get(pk=queued.pk)
    worker.claim(LATER)
    queue.cancel(queued, LATER)
    assert queued.status == Status.CANCELLED
    assert not worker.intend(LATER)


def test_what_was_sent_cannot_be_cancelled(queued: Deletion) -> None:
    queued.claim(LATER)
    queued.intend(LATER)
    with pytest.raises(Refused, match="Heron Lake cannot be cancelled: it is running"):
        queue.cancel(queued, LATER)


def test_what_is_deleted_cannot_be_cancelled(queued: Deletion) -> None:
    queued.move(Status.DELETED, expect=(Status.SCHEDULED,), finished_at=NOW)
    with pytest.raises(Refused, match="it is deleted"):
        queue.cancel(queued, LATER)


def test_retry_arms_a_cancelled_title_for_the_whole_delay(queued: Deletion) -> None:
    queue.cancel(queued, NOW)
    queue.retry(queued, LATER)
    assert (queued.status, queued.scheduled_for) == (Status.SCHEDULED, LATER + timedelta(hours=24))
    assert queued.finished_at is None


def test_retry_looks_at_what_failed_on_the_next_pass(queued: Deletion) -> None:
    queued.move(Status.FAILED, expect=(Status.SCHEDULED,), finished_at=NOW, failure="403")
    queue.retry(queued, LATER)
    assert Deletion.objects.due(LATER).get() == queued
    assert queued.failure == ""


def test_retry_is_refused_for_what_is_scheduled(queued: Deletion) -> None:
    with pytest.raises(Refused, match="it is scheduled"):
        queue.retry(queued, LATER)


def test_approve_takes_the_title_as_it_is_known_now(queued: Deletion, seen: MediaItem) -> None:
    held(queued, Hold.CHANGED)
    seen.files.update(size=999)
    queue.approve(queued, LATER)
    assert queued.status == Status.SCHEDULED
    assert queued.snapshot["files"][0]["size"] == 999


def test_approving_several_versions_accepts_them(queued: Deletion) -> None:
    held(queued, Hold.VERSIONS)
    queue.approve(queued, LATER)
    assert queued.accepted == [Hold.VERSIONS]


@pytest.mark.parametrize("why", [Hold.PLAYING, Hold.UNWATCHED])
def test_what_passes_by_itself_is_not_accepted_by_approving_it(queued: Deletion, why: Hold) -> None:
    held(queued, why)
    queue.approve(queued, LATER)
    assert (queued.status, queued.accepted) == (Status.SCHEDULED, [])


def test_what_somebody_has_not_seen_is_not_approved(queued: Deletion, seen: MediaItem) -> None:
    factories.assignment(item=seen, viewer=factories.carol(on=queued.server))
    held(queued, Hold.UNWATCHED)
    with pytest.raises(Refused, match=r"cannot be approved\. Not seen by Carol"):
        queue.approve(queued, LATER)
    assert queued.status == Status.HELD


def test_what_plaxe_keeps_is_not_approved(queued: Deletion, seen: MediaItem) -> None:
    Protection.objects.create(item=seen, protected_at=NOW)
    queue.enqueue_complete(queued.server, LATER)
    with pytest.raises(Refused, match=r"cannot be approved\. .*protect"):
        queue.approve(queued, LATER)


def test_what_a_label_keeps_is_not_approved(queued: Deletion) -> None:
    queue.hold(queued, Hold.KEPT, "It carries the label Keep in Plex.", LATER)
    with pytest.raises(Refused, match="It carries the label Keep in Plex"):
        queue.approve(queued, LATER)


def test_approve_is_refused_for_what_is_not_held(queued: Deletion) -> None:
    with pytest.raises(Refused, match="it is scheduled"):
        queue.approve(queued, LATER)


@pytest.mark.parametrize(
    ("why", "is_due"),
    [
        (
            why,
            why
            in {
                "playing",
                "offline",
                "unreadable",
                "deletion_off",
                "kept",
                "neighbour",
                "rekeyed",
                "half_played",
                "state",
                "space",
                "doubt",
            },
        )
        for why in Hold
    ],
)
def test_only_holds_that_pass_by_themselves_are_looked_at_again(
    queued: Deletion, why: Hold, is_due: bool
) -> None:
    held(queued, why)
    assert Deletion.objects.due(queued.scheduled_for).exists() == is_due


def test_nothing_is_due_before_its_time(queued: Deletion) -> None:
    assert not Deletion.objects.due(queued.scheduled_for - timedelta(seconds=1)).exists()
    assert Deletion.objects.due(queued.scheduled_for).exists()


def test_a_deletion_is_claimed_by_exactly_one_worker(queued: Deletion) -> None:
    first, second = Deletion.objects.get(), Deletion.objects.get()
    assert [first.claim(LATER), second.claim(LATER)] == [True, False]


def test_a_claim_sends_at_most_one_delete(queued: Deletion) -> None:
    queued.claim(LATER)
    assert [queued.intend(LATER), queued.intend(LATER)] == [True, False]


def test_a_worker_whose_claim_was_taken_over_can_do_nothing_more(queued: Deletion) -> None:
    queued.claim(NOW)
    stale = Deletion.objects.get()
    queued.take_over(LATER)
    assert not stale.intend(LATER)
    assert not stale.move(Status.DELETED, expect=(Status.RUNNING,))


def test_an_audit_entry_cannot_be_changed(queued: Deletion) -> None:
    entry = AuditEntry.objects.get()
    entry.text = "otherwise"
    with pytest.raises(TypeError, match="never changed"):
        entry.save()


def test_the_audit_outlives_what_it_speaks_of(queued: Deletion, seen: MediaItem) -> None:
    queued.delete()
    seen.delete()
    entry = AuditEntry.objects.get()
    assert (entry.title, entry.deletion, entry.server_name) == ("Heron Lake", None, "Cellar")
