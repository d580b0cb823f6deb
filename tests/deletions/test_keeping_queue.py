"""What is protected is not queued; what is queued is held while something keeps it, and goes on then."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser
from deletions import protecting, queue
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.keeping import Rule
from media.models import LibrarySection, MediaItem
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
DAY = timedelta(hours=24)


@pytest.fixture
def server() -> PlexServer:
    return factories.server()


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, title="Films")


@pytest.fixture
def film(films: LibrarySection, bob: PlexUser) -> MediaItem:
    film = factories.movie(section=films, title="Heat")
    see(bob, film)
    return film


@pytest.fixture
def show(server: PlexServer) -> MediaItem:
    show = factories.show(section=factories.section(on=server, kind="show"), title="Bebop")
    season = factories.season(show=show)
    for number in range(1, 7):
        factories.episode(season=season, index=number)
    return show


def see(viewer: PlexUser, *items: MediaItem) -> None:
    for item in items:
        factories.assignment(item=item, viewer=viewer)
        factories.watch(item=item, viewer=viewer)


def episodes(show: MediaItem, *numbers: int) -> list[MediaItem]:
    return list(MediaItem.objects.filter(show=show, type="episode", index__in=numbers).order_by("index"))


def keep(show: MediaItem, *, newest: int | None = None, at_least: int | None = None) -> None:
    protecting.keep(show, Rule(newest=newest, at_least=at_least), NOW)


def states(items: Iterable[MediaItem]) -> list[tuple[str, str]]:
    rows = {row.item_id: (row.status, row.hold) for row in Deletion.objects.all()}
    return [rows.get(item.pk, ("", "")) for item in items]


HELD, SCHEDULED, NOTHING = (Status.HELD, Hold.KEPT), (Status.SCHEDULED, ""), ("", "")


def test_a_protected_movie_is_never_queued(server: PlexServer, film: MediaItem) -> None:
    protecting.protect([film], NOW)
    assert queue.enqueue_complete(server, NOW).enqueued == 0
    protecting.unprotect([film], NOW)
    assert queue.enqueue_complete(server, NOW).enqueued == 1


def test_what_is_queued_is_held_with_the_reason_when_it_is_protected(
    server: PlexServer, film: MediaItem
) -> None:
    queue.enqueue_complete(server, NOW)
    protecting.protect([film, film.section], NOW, by=factories.alice())
    assert queue.enqueue_complete(server, NOW).held == 1
    held = Deletion.objects.get()
    assert (held.status, held.hold) == HELD
    assert held.held_because == "alice protected the movie. alice protected the library Films."
    assert queue.enqueue_complete(server, LATER).held == 0
    assert AuditEntry.objects.filter(verb="held").count() == 1


def test_it_goes_on_when_nothing_keeps_it_any_more_and_waits_its_delay_again(
    server: PlexServer, film: MediaItem
) -> None:
    queue.enqueue_complete(server, NOW)
    protecting.protect([film], NOW)
    queue.enqueue_complete(server, NOW)
    much_later = NOW + 3 * DAY
    assert not Deletion.objects.due(much_later).exists()
    protecting.unprotect([film], much_later)
    assert not Deletion.objects.due(much_later).exists()
    queue.enqueue_complete(server, much_later)
    going = Deletion.objects.get()
    assert (going.status, going.hold, going.scheduled_for) == (Status.SCHEDULED, "", much_later + DAY)


def test_the_reason_follows_what_keeps_it(server: PlexServer, film: MediaItem) -> None:
    queue.enqueue_complete(server, NOW)
    protecting.protect([film], NOW)
    queue.enqueue_complete(server, NOW)
    protecting.unprotect([film], NOW)
    protecting.protect([film.section], NOW)
    queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get().held_because == "The library Films is protected."


def test_who_has_not_seen_it_holds_it_whatever_has_kept_it(
    server: PlexServer, film: MediaItem, bob: PlexUser
) -> None:
    queue.enqueue_complete(server, NOW)
    protecting.protect([film], NOW)
    queue.enqueue_complete(server, NOW)
    factories.assignment(item=film, viewer=factories.carol(on=server))
    protecting.unprotect([film], NOW)
    queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get().held_because == "Not seen by Carol."


def test_what_the_last_viewer_has_seen_stays_when_it_is_protected_meanwhile(
    server: PlexServer, film: MediaItem
) -> None:
    queue.enqueue_complete(server, NOW)
    carol = factories.carol(on=server)
    factories.assignment(item=film, viewer=carol)
    queue.enqueue_complete(server, NOW)
    protecting.protect([film], NOW)
    factories.watch(item=film, viewer=carol)
    queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get().held_because == "The movie is protected."


def test_what_is_assigned_to_a_protected_viewer_is_held(
    server: PlexServer, film: MediaItem, bob: PlexUser
) -> None:
    queue.enqueue_complete(server, NOW)
    protecting.protect([bob], NOW, by=factories.alice())
    queue.enqueue_complete(server, NOW)
    assert Deletion.objects.get().held_because == "It is assigned to Bob, who is protected."


def test_a_new_episode_frees_the_one_that_was_the_newest(
    server: PlexServer, show: MediaItem, bob: PlexUser
) -> None:
    seen = episodes(show, 4, 5, 6)
    see(bob, *seen)
    queue.enqueue_complete(server, NOW)
    keep(show, newest=2)
    queue.enqueue_complete(server, NOW)
    assert states(seen) == [SCHEDULED, HELD, HELD]
    reasons = set(Deletion.objects.held().values_list("held_because", flat=True))
    assert reasons == {"It is one of the 2 newest episodes of Bebop."}
    factories.episode(season=show.children.get(), index=7)
    queue.enqueue_complete(server, LATER)
    assert states(seen) == [SCHEDULED, SCHEDULED, HELD]
    assert Deletion.objects.get(item=seen[1]).scheduled_for == LATER + DAY


def test_only_as_many_are_queued_as_the_show_can_spare_and_the_first_go_first(
    server: PlexServer, show: MediaItem, bob: PlexUser
) -> None:
    keep(show, at_least=5)
    seen = episodes(show, 2, 3, 4, 5)
    see(bob, *seen)
    assert queue.enqueue_complete(server, NOW).enqueued == 1
    assert states(seen) == [SCHEDULED, NOTHING, NOTHING, NOTHING]


def test_what_was_queued_before_the_rule_is_held_but_for_what_can_be_spared(
    server: PlexServer, show: MediaItem, bob: PlexUser
) -> None:
    seen = episodes(show, 2, 3, 4, 5)
    see(bob, *seen)
    queue.enqueue_complete(server, NOW)
    keep(show, at_least=5)
    queue.enqueue_complete(server, NOW)
    assert states(seen) == [SCHEDULED, HELD, HELD, HELD]
    told = Deletion.objects.get(item=seen[1]).held_because
    assert told == "Others go before it, so that at least 5 episodes of Bebop stay."
    seen[0].gone(NOW)
    queue.enqueue_complete(server, NOW)
    told = Deletion.objects.get(item=seen[1]).held_because
    assert told == "It is kept, so that at least 5 episodes of Bebop stay."


def test_what_was_cancelled_or_waits_for_a_person_takes_nobodys_turn(
    server: PlexServer, show: MediaItem, bob: PlexUser
) -> None:
    first, second, third = episodes(show, 1, 2, 3)
    see(bob, first, second)
    queue.enqueue_complete(server, NOW)
    queue.cancel(Deletion.objects.get(item=first), NOW)
    queue.hold(Deletion.objects.get(item=second), Hold.CHANGED, "Its guid was another.", NOW)
    keep(show, at_least=5)
    see(bob, third)
    queue.enqueue_complete(server, NOW)
    assert states([third]) == [SCHEDULED]


def test_a_label_in_plex_is_not_lifted_by_looking_at_the_queue(server: PlexServer, film: MediaItem) -> None:
    queue.enqueue_complete(server, NOW)
    queue.hold(Deletion.objects.get(), Hold.KEPT, "It carries the label Keep in Plex.", NOW)
    queue.enqueue_complete(server, LATER)
    assert states([film]) == [HELD]
    assert Deletion.objects.due(NOW + DAY).exists()


@pytest.mark.parametrize("why", [Hold.KEPT, Hold.UNWATCHED])
def test_what_is_held_and_then_removed_by_somebody_is_looked_at_once_more(
    server: PlexServer, film: MediaItem, why: Hold
) -> None:
    queue.enqueue_complete(server, NOW)
    queue.hold(Deletion.objects.get(), why, "because", NOW, waits_anew=why == Hold.KEPT)
    assert not Deletion.objects.due(NOW + DAY).exists()
    film.gone(NOW)
    assert Deletion.objects.due(NOW + DAY).exists()


def test_a_kept_title_comes_first_in_the_audit_and_outlives_what_it_speaks_of(
    server: PlexServer, film: MediaItem
) -> None:
    alice = factories.alice()
    protecting.protect([film], NOW, by=alice)
    protecting.protect([film], NOW, by=alice)
    protecting.unprotect([film], LATER)
    protecting.unprotect([film], LATER)
    film.delete()
    entries = AuditEntry.objects.order_by("at").values_list("verb", "title", "by_name", "server_name")
    assert list(entries) == [
        ("protected", "Heat", "alice", "Cellar"),
        ("unprotected", "Heat", "Plaxe", "Cellar"),
    ]


def test_a_rule_that_changes_is_written_down_once(show: MediaItem) -> None:
    assert protecting.keep(show, Rule(newest=3), NOW, by=factories.alice())
    assert not protecting.keep(show, Rule(newest=3), LATER)
    [entry] = AuditEntry.objects.all()
    assert (entry.verb, entry.title, entry.by_name) == ("changed", "Bebop", "alice")
    assert entry.text == "Keeps the 3 newest episodes; before nothing by rule."


def test_protecting_something_that_is_gone_writes_nothing_down(film: MediaItem, show: MediaItem) -> None:
    film.gone(NOW)
    with pytest.raises(Refused):
        protecting.protect([show, MediaItem.objects.get(pk=film.pk)], NOW)
    assert not AuditEntry.objects.exists()


def test_looking_at_the_queue_costs_the_same_for_many_kept_titles(
    server: PlexServer, films: LibrarySection, bob: PlexUser
) -> None:
    def queries_with(titles: int) -> int:
        for _ in range(titles):
            show = factories.show(section=factories.section(on=server, kind="show"))
            season = factories.season(show=show)
            see(bob, *(factories.episode(season=season, index=number) for number in (1, 2, 3)))
            keep(show, newest=1, at_least=2)
        queue.enqueue_complete(server, NOW)
        with CaptureQueriesContext(connection) as queries:
            queue.enqueue_complete(server, NOW)
        return len(queries)

    assert queries_with(1) == queries_with(10)
