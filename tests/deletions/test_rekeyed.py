"""An open deletion whose title has another key by now: nothing goes under a key that was not compared."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser
from accounts.tokens import ViewerTokens
from deletions import queue, stops, witnesses
from deletions.execution import execute, execute_due
from deletions.models import AuditEntry, Deletion, Hold, Status
from media import questions
from media.earlier import seen_earlier
from media.models import HistoryCursor, MediaItem, Question
from media.sources import history
from media.sync import sync_items, sync_server
from plexclient.demo.faults import Fault, FaultKind
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests import factories
from tests.deletions.conftest import ADDED
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


def test_what_was_said_of_its_old_key_is_not_said_of_the_new_one(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    new_key = give_new_key(world, film)
    sync(server)
    executed(due)

    queue.enqueue_complete(server, timezone.now())

    due.refresh_from_db()
    assert due.held_because == (f"Plex gave it another key, {new_key}. It is looked at under that key next.")


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

    assert stops.accept(server, Hold.HISTORY, timezone.now(), by=factories.alice())
    assert not stops.accept(server, Hold.HISTORY, timezone.now())

    assert executed(due).status == Status.DELETED
    entry = AuditEntry.objects.get(title="Watch history")
    assert (entry.by_name, entry.verb, entry.deletion) == ("alice", AuditEntry.Verb.APPROVED, None)
    assert len(world.deletes) == 1


@pytest.mark.usefixtures("alarm")
def test_accepting_the_history_accepts_nothing_else(due: Deletion, world: World, film: Item) -> None:
    executed(due)
    film.media[0].parts[0].size += 1

    stops.accept(due.server, Hold.HISTORY, timezone.now())

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert world.deletes == []


@pytest.mark.usefixtures("alarm")
def test_no_word_about_one_title_accepts_it(due: Deletion, world: World) -> None:
    executed(due)

    with pytest.raises(Refused, match=r"cannot be approved\. The watch history of Cellar has become shorter"):
        queue.approve(due, timezone.now())

    assert (executed(due).status, due.hold, world.deletes) == (Status.HELD, Hold.HISTORY, [])


# --- a history that may have shrunk


@pytest.fixture
def doubt(due: Deletion, world: World, server: PlexServer) -> HistoryCursor:
    """It was read whole, has lost rows since, and was looked at once."""
    history.read(server, server.connect(), timezone.now())
    with world.lock:
        world.server.history.clear()
    report = history.read(server, server.connect(), timezone.now())
    assert "suddenly shorter" in report.errors[0]
    return HistoryCursor.of(server)


@pytest.mark.usefixtures("doubt")
def test_until_a_second_look_nothing_goes_and_that_is_said_once(
    due: Deletion, world: World, browser: Client
) -> None:
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.DOUBT)
    assert (executed(due).status, world.deletes) == (Status.HELD, [])

    assert "Nothing is deleted until a second look" in text_of(browser.get("/deletions/", {"id": due.pk}))
    assert AuditEntry.objects.filter(verb=AuditEntry.Verb.HELD).count() == 1
    with pytest.raises(Refused, match="suddenly shorter"):
        queue.approve(due, timezone.now())


@pytest.mark.usefixtures("doubt")
def test_a_second_look_that_finds_all_of_it_lets_all_go_on(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    executed(due)
    world.play(world.person("bob"), film)
    assert not history.read(server, server.connect(), timezone.now()).errors

    assert executed(due).status == Status.DELETED


@pytest.mark.usefixtures("doubt")
def test_a_second_look_that_says_the_same_is_an_alarm(
    due: Deletion, world: World, server: PlexServer
) -> None:
    executed(due)
    history.read(server, server.connect(), timezone.now() + timedelta(minutes=11))

    assert (executed(due).status, due.hold, world.deletes) == (Status.HELD, Hold.HISTORY, [])


@pytest.mark.usefixtures("doubt")
def test_a_doubt_that_arises_when_a_pass_has_begun_stops_the_next_title(
    due: Deletion, world: World, server: PlexServer
) -> None:
    execute(due, server.connect(), ViewerTokens(server), timezone.now())

    assert (due.status, due.hold, world.deletes) == (Status.HELD, Hold.DOUBT, [])


def test_the_dashboard_shows_the_alarm_and_takes_the_answer(
    browser: Client, due: Deletion, alarm: HistoryCursor
) -> None:
    executed(due)
    assert "40 rows, where 100 had been read" in text_of(browser.get("/"))

    [stop] = stops.stops([due.server])
    answer = browser.post(f"/brake/{alarm.server_id}/history/", {"seal": stop.seal}, follow=True)

    assert "1 title goes on." in text_of(answer)
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


def test_while_it_is_asked_whether_a_title_is_the_one_of_before_nobody_else_lets_it_go(
    server: PlexServer, world: World, bob: PlexUser
) -> None:
    """Carol must see the episode, bob the whole show; that of carol is not carried over by itself."""
    show = world.add_show("Salt Road", added_at=ADDED)
    episode = world.add_episode(world.add_season(show, added_at=ADDED), added_at=ADDED)
    assigned(server, bob, show)
    assigned(server, factories.carol(on=server), episode)
    give_new_key(world, episode)
    episode.added_at += 86_400
    world.play(world.person("bob"), episode)
    sync(server)
    question = Question.objects.get()

    assert queued(server) == set()
    assert "Whether it is still the" in witnesses.lacking(question.new)[1]

    questions.answer(question, timezone.now(), same=True)
    assert queued(server) == set()  # it is, and carol has not seen it


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


# --- a rebuild of which no sync has heard


def test_a_title_under_a_key_nobody_has_heard_of_is_not_gone(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    new_key = give_new_key(world, film)

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.REKEYED)
    assert f"under another key now, {new_key}" in due.held_because
    assert MediaItem.objects.get().gone_at is None

    sync(server)
    queue.enqueue_complete(server, timezone.now())
    assert executed(due).status == Status.DELETED
    assert deleted(world) == [new_key]


@pytest.mark.parametrize("kind", ["status", "half"])
def test_where_plex_does_not_say_where_it_is_it_is_not_gone_either(
    due: Deletion, world: World, film: Item, kind: FaultKind
) -> None:
    give_new_key(world, film)
    world.faults.add(Fault(kind, path_pattern="^/library/all", times=None))
    assert executed(due).status == Status.HELD


@pytest.mark.parametrize("is_read", [True, False])
def test_a_worker_that_died_does_not_take_a_title_with_another_key_for_deleted(
    due: Deletion, world: World, film: Item, is_read: bool
) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    assert due.claim(long_ago)
    assert due.intend(long_ago)
    give_new_key(world, film)
    if not is_read:
        world.faults.add(Fault("status", path_pattern="^/library/all", times=None))

    assert executed(due).status == (Status.SCHEDULED if is_read else Status.RUNNING)
    assert world.deletes == []


def test_a_title_with_another_key_and_another_file_is_gone_only_when_a_sync_has_taken_it_for_another(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    give_new_key(world, film)
    film.media[0].parts[0].file = "/media/elsewhere.mkv"
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.REKEYED)

    sync(server)
    queue.enqueue_complete(server, timezone.now())
    assert executed(due).status == Status.GONE
    assert world.deletes == []


def test_that_a_poll_has_met_it_under_its_new_key_does_not_make_it_another_title(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    give_new_key(world, film)
    world.play(world.person("bob"), film)
    history.read(server, server.connect(), timezone.now())

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.REKEYED)


# --- a key that stands for another title by now


def take_key(world: World, film: Item, *, is_there: bool) -> None:
    """Another title has its key; it is there under a new one, or not at all."""
    other, key = world.add_movie("Iron Orchard", added_at=ADDED), film.rating_key
    with world.lock:
        del film.server.items[other.rating_key], film.server.items[key]
        other.rating_key = key
        film.server.items[key] = other
        film.rating_key = str(film.server.next_id())
        if is_there:
            film.server.items[film.rating_key] = film
        film.server.touch(film.section)


def lose_key(server: PlexServer, key: str) -> None:
    """As a poll does that meets the other title."""
    assert sync_items(server, server.connect(), [key], timezone.now()) == 1


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_title_whose_key_is_anothers_is_gone_when_plex_has_it_nowhere(
    due: Deletion, world: World, film: Item, server: PlexServer, is_approved: bool
) -> None:
    take_key(world, film, is_there=False)
    if is_approved:
        assert executed(due).hold == Hold.CHANGED
    lose_key(server, due.rating_key)
    if is_approved:
        queue.approve(due, timezone.now())

    assert (executed(due).status, world.deletes) == (Status.GONE, [])


def test_a_row_that_was_given_a_lost_key_once_ends_as_well(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    take_key(world, film, is_there=False)
    lose_key(server, due.rating_key)
    Deletion.objects.update(rating_key=MediaItem.objects.get(deletions=due).rating_key, hold="unreadable")

    assert (executed(due).status, world.deletes) == (Status.GONE, [])


def test_a_title_whose_key_is_anothers_goes_under_its_own_when_a_sync_has_found_that(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    take_key(world, film, is_there=True)
    lose_key(server, due.rating_key)
    assert (executed(due).status, due.hold) == (Status.HELD, Hold.REKEYED)
    assert f"under another key now, {film.rating_key}" in due.held_because

    sync(server)
    queue.enqueue_complete(server, timezone.now())

    assert executed(due).status == Status.DELETED
    assert deleted(world) == [film.rating_key]


def test_a_title_without_a_name_in_plex_whose_key_is_anothers_waits_to_be_cancelled(
    due: Deletion, world: World, film: Item, server: PlexServer
) -> None:
    take_key(world, film, is_there=False)
    lose_key(server, due.rating_key)
    Deletion.objects.update(snapshot={**due.snapshot, "guid": "local://103"})

    assert (executed(due).status, due.hold) == (Status.HELD, Hold.CHANGED)
    assert "Its key in Plex stands for another title now" in due.held_because
    queue.cancel(due, timezone.now())
    assert (executed(due).status, world.deletes) == (Status.CANCELLED, [])
