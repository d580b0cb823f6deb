"""An open deletion whose title has another key by now: nothing goes under a key that was not compared."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from deletions import alarms, queue
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.earlier import seen_earlier
from media.models import HistoryCursor, MediaItem, Question
from media.sources import history
from media.sync import sync_server
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests import factories
from tests.pages import text_of

QueueUp = Callable[..., list[Deletion]]


def executed(deletion: Deletion) -> Deletion:
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def give_new_key(world: World, item: Item) -> str:
    """What a rebuilt database does."""
    with world.lock:
        del item.server.items[item.rating_key]
        item.rating_key = str(item.server.next_id())
        item.server.items[item.rating_key] = item
        item.server.touch(item.section)
    return item.rating_key


def sync(server: PlexServer) -> None:
    sync_server(server, timezone.now(), full=True)


def deleted(world: World) -> list[str]:
    return [call.rating_key for call in world.deletes]


def test_it_follows_when_all_else_is_as_it_was_queued(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    old_key, new_key = due.rating_key, give_new_key(world, film)
    sync(server)
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.REKEYED)
    assert f"was {old_key} when queued and is {new_key} now" in due.held_because

    queue.enqueue_complete(server, timezone.now())

    assert executed(due).status == Status.DELETED
    assert deleted(world) == [new_key]
    assert due.audit.filter(verb=AuditEntry.Verb.REKEYED).exists()


def test_the_other_title_of_a_swap_is_never_deleted(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    other = world.add_movie("Iron Orchard", added_at=timezone.now() - timedelta(days=30))
    sync(server)
    world.swap_keys(film, other)
    sync(server)
    queue.enqueue_complete(server, timezone.now())

    executed(due)

    assert (due.status, deleted(world)) == (Status.DELETED, [film.rating_key])
    assert other.rating_key in other.server.items
    assert not MediaItem.objects.get(rating_key=other.rating_key).watches.exists()


def test_a_swap_that_no_sync_has_seen_holds(due: Deletion, world: World, film: Item) -> None:
    world.swap_keys(film, world.add_movie("Iron Orchard"))

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert world.deletes == []


def test_with_another_file_as_well_it_waits_for_approval(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    new_key = give_new_key(world, film)
    film.media[0].parts[0].size += 1
    sync(server)

    report = queue.enqueue_complete(server, timezone.now())

    due.refresh_from_db()
    assert (report.held, due.status, due.hold) == (1, Status.HELD, Hold.CHANGED)
    assert executed(due).status == Status.HELD
    assert queue.enqueue_complete(server, timezone.now()).held == 0
    queue.approve(due, timezone.now())
    assert executed(due).status == Status.DELETED
    assert deleted(world) == [new_key]


def test_a_copy_added_again_is_not_deleted_for_the_old_one(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    """Down to the file it is the same; only the date is another."""
    world.delete(film)
    again = world.add_movie("Heron Lake", size=700)
    sync(server)
    queue.enqueue_complete(server, timezone.now())

    assert executed(due).status == Status.GONE
    assert (world.deletes, again.rating_key in again.server.items) == ([], True)
    assert MediaItem.objects.get(rating_key=again.rating_key).assignments.count() == 0


def test_a_worker_that_died_is_not_told_that_a_moved_title_is_deleted(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    assert due.claim(long_ago)
    assert due.intend(long_ago)
    give_new_key(world, film)
    sync(server)

    assert executed(due).status != Status.DELETED
    assert MediaItem.objects.present().filter(deletions=due).exists()
    assert world.deletes == []


# --- a history that shrank


@pytest.fixture
def alarm(due: Deletion, server: PlexServer) -> HistoryCursor:
    now = timezone.now()
    return HistoryCursor.objects.create(
        server=server, total=100, short_total=40, short_since=now, shrank_at=now, caught_up_at=now
    )


@pytest.mark.usefixtures("alarm")
def test_a_history_that_shrank_holds_everything_until_it_is_accepted(
    due: Deletion, world: World, server: PlexServer
) -> None:
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.HISTORY)
    assert "40 rows, where 100 had been read" in due.held_because
    assert executed(due).status == Status.HELD

    assert alarms.accept_shorter_history(server, timezone.now(), by=factories.alice())
    assert not alarms.accept_shorter_history(server, timezone.now())

    assert executed(due).status == Status.DELETED
    entry = AuditEntry.objects.get(title="Watch history")
    assert (entry.by_name, entry.verb, entry.deletion) == ("alice", AuditEntry.Verb.APPROVED, None)
    assert len(world.deletes) == 1


@pytest.mark.usefixtures("alarm")
def test_accepting_the_history_accepts_nothing_else(due: Deletion, world: World, film: Item) -> None:
    executed(due)
    film.media[0].parts[0].size += 1

    alarms.accept_shorter_history(due.server, timezone.now())

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert world.deletes == []


@pytest.mark.usefixtures("alarm")
def test_one_title_may_be_approved_in_spite_of_it(due: Deletion, world: World) -> None:
    executed(due)
    snapshot = due.snapshot

    queue.approve(due, timezone.now())

    assert due.snapshot == snapshot
    assert executed(due).status == Status.DELETED


def test_the_dashboard_shows_the_alarm_and_takes_the_answer(
    browser: Client, due: Deletion, alarm: HistoryCursor
) -> None:
    executed(due)
    assert "40 rows, where 100 had been read" in text_of(browser.get("/"))

    answer = browser.post(f"/history/{alarm.server_id}/accept/", follow=True)

    assert "The history of Cellar is accepted as it is." in text_of(answer)
    due.refresh_from_db()
    assert due.status == Status.SCHEDULED


@pytest.mark.usefixtures("alarm")
def test_a_script_sees_the_alarm_and_accepts_it(due: Deletion, capsys: pytest.CaptureFixture[str]) -> None:
    executed(due)
    call_command("status", "--json")
    [told] = json.loads(capsys.readouterr().out)["servers"]
    assert "40 rows, where 100 had been read" in told["history_alarm"]

    call_command("approve", "--history", "--json")
    assert json.loads(capsys.readouterr().out)["histories"] == ["machine-1"]
    call_command("approve", "--history")
    assert "There is nothing to decide." in capsys.readouterr().out

    call_command("status")
    assert "become shorter" not in capsys.readouterr().out
    assert executed(due).status == Status.DELETED


# --- questions


@pytest.fixture
def question(due: Deletion, world: World, film: Item, server: PlexServer) -> Question:
    world.delete(film)
    world.add_movie("Heron Lake", size=700)
    sync(server)
    return Question.objects.get()


@pytest.mark.parametrize(
    ("word", "said"), [("yes", "is the one of before"), ("no", "stays a title of its own")]
)
@pytest.mark.parametrize("where", ["/", "old", "new"])
def test_a_question_is_answered_where_it_is_shown(
    browser: Client, question: Question, where: str, word: str, said: str
) -> None:
    path = where if where == "/" else f"/media/{getattr(question, where).pk}/"
    assert "Is this the title of before?" in text_of(browser.get(path))

    answer = browser.post(f"/media/questions/{question.pk}/", {"same": word, "back": path}, follow=True)

    assert said in text_of(answer)
    assert not Question.objects.open().exists()
    assert MediaItem.objects.present().get().assignments.exists() == (word == "yes")


@pytest.mark.parametrize("word", ["yes", "no"])
def test_only_what_the_owner_calls_the_same_is_deleted_under_its_new_key(
    due: Deletion,
    question: Question,
    server: PlexServer,
    world: World,
    film: Item,
    browser: Client,
    word: str,
) -> None:
    new_key = question.new.rating_key
    world.play(world.person("bob"), film, at=timezone.now() + timedelta(seconds=5))
    browser.post(f"/media/questions/{question.pk}/", {"same": word})
    queue.enqueue_complete(server, timezone.now())

    executed(due)

    assert (deleted(world), due.status) == {"yes": ([new_key], "DELETED"), "no": ([], "GONE")}[word]


@pytest.mark.parametrize("word", ["yes", "no"])
def test_after_a_rebuild_many_questions_take_one_answer(
    browser: Client, server: PlexServer, world: World, word: str
) -> None:
    """All but those that have more than one answer."""
    films = [
        world.add_movie(f"Film {number}", added_at=timezone.now() - timedelta(days=9)) for number in range(12)
    ]
    sync(server)
    for item in MediaItem.objects.all():
        factories.assignment(item=item, viewer=factories.bob(on=server))
    for film in films:
        give_new_key(world, film)
        film.added_at += 86_400
    sync(server)
    Question.objects.filter(new__rating_key=films[0].rating_key).update(why="several")
    assert "And 4 more." in text_of(browser.get("/"))

    answer = browser.post("/media/questions/", {"same": word, "back": "/"}, follow=True)

    assert "11 questions answered." in text_of(answer)
    assert Question.objects.open().count() == 1
    now_there = MediaItem.objects.filter(rating_key__in=[film.rating_key for film in films])
    assert now_there.filter(assignments__isnull=False).count() == (11 if word == "yes" else 0)


# --- copies, from the history to the queue


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


def assigned(server: PlexServer, bob: PlexUser, *titles: Item) -> None:
    sync(server)
    for title in titles:
        factories.assignment(
            item=MediaItem.objects.get(server=server, rating_key=title.rating_key), viewer=bob
        )


def queued(server: PlexServer) -> set[str]:
    history.read(server, server.connect(), timezone.now())
    queue.enqueue_complete(server, timezone.now())
    return set(Deletion.objects.values_list("rating_key", flat=True))


@pytest.mark.parametrize("is_synced_between", [True, False])
def test_a_movie_watched_last_year_and_added_again_today_is_not_queued(
    server: PlexServer, world: World, bob: PlexUser, is_synced_between: bool
) -> None:
    year = timedelta(days=365)
    film = world.add_movie("Salt Road", added_at=timezone.now() - 2 * year)
    world.play(world.person("bob"), film, at=timezone.now() - year)
    sync(server)
    assert queued(server) == set()
    world.delete(film)
    if is_synced_between:
        sync(server)
    again = world.add_movie("Salt Road")

    assigned(server, bob, again)

    assert queued(server) == set()
    [earlier] = seen_earlier(MediaItem.objects.get(rating_key=again.rating_key))
    assert earlier.viewer == bob


def test_a_film_in_two_libraries_seen_once_is_queued_in_both(
    server: PlexServer, world: World, bob: PlexUser, film: Item
) -> None:
    copy = world.add_movie("Heron Lake", section=world.add_section("Films in 4K"), added_at=film.added_at)
    late = world.add_movie("Heron Lake", section=world.add_section("Films again"), file="/media/late.mkv")
    world.play(world.person("bob"), copy, at=timezone.now() - timedelta(days=1))

    assigned(server, bob, film, copy, late)

    assert queued(server) == {film.rating_key, copy.rating_key}


def test_a_rebuilt_library_keeps_who_must_see_what_and_who_has(
    server: PlexServer, world: World, bob: PlexUser, film: Item
) -> None:
    assigned(server, bob, film)
    new_key = give_new_key(world, film)
    sync(server)
    world.play(world.person("bob"), film)

    assert queued(server) == {new_key}
