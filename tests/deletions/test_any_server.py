"""One assignment over two servers: seen on one is seen, and each copy goes by its own laws."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Access, PlexServer, PlexUser
from accounts.sync import sync_viewers
from deletions import queue
from deletions.execution import execute_due
from deletions.models import Deletion, Hold, Status
from deletions.simulation import Terms, simulate, told
from media import assigning, sources, standing, undoing
from media.models import Assignment, Counterpart, Exemption, MediaItem, StandingOrder, Watch
from media.sync import sync_server
from media.watching import declare
from plexclient.demo import Running, World, serve
from tests import factories
from tests.pages import text_of

ADDED = timezone.now() - timedelta(days=30)
ANN, BOB = 2001, 2002


class Two:
    """Ann may watch on the cellar's server alone, Bob on both; the same film is on both."""

    def __init__(self) -> None:
        self.world = World()
        alice = self.world.add_person("alice", plex_id=factories.ALICE, home=True, admin=True)
        for name, machine in (("Cellar", "machine-1"), ("Attic", "machine-2")):
            self.world.add_server(alice, name=name, machine_identifier=machine)
        self.films = [
            self.world.add_movie("Heat", section=self.world.add_section("Films", server=home), added_at=ADDED)
            for home in self.world.servers
        ]
        ann = self.world.add_person("ann", plex_id=ANN)
        bob = self.world.add_person("bob", plex_id=BOB)
        self.world.share(ann, server=self.world.servers[0])
        for home in self.world.servers:
            self.world.share(bob, server=home)

    def connect(self, running: Running) -> None:
        self.running = running
        owner = factories.alice()
        owner.plex_token = self.world.issue_token(self.world.person("alice"))
        owner.save()
        self.servers = [
            factories.server(
                owner=owner, name=home.name, machine_identifier=home.machine_identifier,
                url=running.server_url(home.machine_identifier), token=home.access_token,
            )
            for home in self.world.servers
        ]  # fmt: skip
        for server in self.servers:
            sync_viewers(server, timezone.now())
        self.sync()

    def sync(self) -> None:
        for server in self.servers:
            sync_server(server, timezone.now(), full=True)

    def item(self, number: int) -> MediaItem:
        return MediaItem.objects.get(server=self.servers[number], type="movie")

    def ask(self, *names: str) -> None:
        """In one assignment each, said on the cellar's server."""
        for name in names:
            assigning.assign(self.item(0), viewer(name), any_server=True)

    def saw(self, name: str, number: int) -> None:
        self.world.play(self.world.person(name), self.films[number])

    def poll(self) -> None:
        for server in self.servers:
            sources.poll(server, timezone.now())

    def queue(self) -> list[tuple[str, str]]:
        for server in self.servers:
            queue.enqueue_complete(server, timezone.now())
        return self.rows()

    def go(self, *numbers: int) -> list[tuple[str, str]]:
        for number in numbers or (0, 1):
            execute_due(PlexServer.objects.get(pk=self.servers[number].pk), timezone.now())
        return self.rows()

    def rows(self) -> list[tuple[str, str]]:
        rows = Deletion.objects.order_by("server__machine_identifier", "pk")
        return [(row.server.name, row.hold or row.status) for row in rows]


def viewer(name: str) -> PlexUser:
    return PlexUser.objects.get(username=name)


@pytest.fixture
def two(db: None, settings: Settings) -> Iterator[Two]:
    settings.PLAXE_DRY_RUN = False
    settings.PLAXE_DELETION_DELAY = timedelta(0)
    two = Two()
    with serve(two.world) as running:
        settings.PLAXE_PLEX_TV_URL = running.plex_tv_url
        two.connect(running)
        yield two


SCHEDULED = [("Cellar", Status.SCHEDULED), ("Attic", Status.SCHEDULED)]
DELETED = [("Cellar", Status.DELETED), ("Attic", Status.DELETED)]


def test_seen_half_here_and_half_there_completes_and_each_copy_goes_by_itself(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.poll()
    assert two.queue() == []
    two.saw("bob", 1)
    two.poll()
    assert two.queue() == SCHEDULED
    assert two.go() == DELETED
    assert [call.rating_key for call in two.world.deletes] == [film.rating_key for film in two.films]
    reasons = Deletion.objects.get(server=two.servers[0]).reasons
    assert "(Plex history), assigned" in reasons[0]
    assert "(Plex history) on Attic, assigned to the movie." in reasons[1]


def test_without_that_word_each_copy_waits_for_its_own_views(two: Two) -> None:
    for number in (0, 1):
        assigning.assign(two.item(number), viewer("bob"))
    two.saw("bob", 0)
    two.poll()
    assert two.queue() == [("Cellar", Status.SCHEDULED)]


def test_one_that_is_off_for_a_day_stops_no_other_and_catches_up(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 0)
    two.running.switch_off("machine-2")
    sources.poll(two.servers[0], timezone.now())
    two.queue()
    assert two.go() == [("Cellar", Status.DELETED), ("Attic", Hold.OFFLINE)]
    two.running.switch_on("machine-2")
    assert two.go() == DELETED


def test_what_was_seen_while_a_server_was_off_is_read_when_it_is_back(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.saw("bob", 1)
    two.running.switch_off("machine-2")
    sources.poll(two.servers[0], timezone.now())
    assert two.queue() == []
    two.running.switch_on("machine-2")
    two.poll()
    two.queue()
    assert two.go() == DELETED


# --- at the trigger


def test_a_copy_waits_while_the_server_on_which_somebody_saw_it_cannot_be_asked(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.saw("bob", 1)
    two.poll()
    two.queue()
    two.running.switch_off("machine-1")
    assert two.go(1) == [("Cellar", Status.SCHEDULED), ("Attic", Hold.STATE)]
    held = Deletion.objects.get(hold=Hold.STATE)
    assert held.held_because.startswith("Cellar: Whether ann still says to have seen it is not known")
    assert two.world.deletes == []
    two.running.switch_on("machine-1")
    assert two.go(1) == [("Cellar", Status.SCHEDULED), ("Attic", Status.DELETED)]


def test_whoever_takes_it_back_there_holds_both_copies(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.saw("bob", 1)
    two.poll()
    two.queue()
    two.world.mark_unwatched(two.world.person("bob"), two.films[1])
    assert two.go() == [("Cellar", Hold.UNWATCHED), ("Attic", Hold.UNWATCHED)]
    assert two.world.deletes == []


def test_another_title_under_the_key_there_is_no_answer(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 1)
    two.poll()
    two.queue()
    film = two.films[1]
    film.title, film.guid, film.guids = "Cold", "plex://movie/cold", ()
    assert two.go(0) == [("Cellar", Hold.STATE), ("Attic", Status.SCHEDULED)]
    assert two.world.deletes == []


def test_a_server_whose_database_is_damaged_is_not_believed_about_the_other(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 1)
    two.poll()
    two.queue()
    two.servers[1].distrust(timezone.now())
    assert two.go(0)[0] == ("Cellar", Hold.STATE)
    assert "database is damaged" in Deletion.objects.get(hold=Hold.STATE).held_because


def test_the_last_copy_goes_after_the_one_on_which_it_was_seen_has_gone(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.saw("bob", 1)
    two.poll()
    two.queue()
    two.go(0)
    two.sync()
    assert two.queue() == [("Cellar", Status.DELETED), ("Attic", Status.SCHEDULED)]
    assert two.go(1) == DELETED


def test_whoever_is_half_way_through_a_copy_keeps_that_copy(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 0)
    two.poll()
    two.queue()
    two.world.play(two.world.person("bob"), two.films[1], fraction=0.5)
    assert two.go() == [("Cellar", Status.DELETED), ("Attic", Hold.HALF_PLAYED)]


def test_whoever_can_no_longer_be_asked_there_holds_the_other_copy(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 1)
    two.poll()
    two.queue()
    two.world.servers[1].shares.clear()
    assert two.go(0)[0] == ("Cellar", Hold.STATE)


# --- what is the same work


def works(two: Two, **fields: object) -> bool:
    """Whether the film of the attic, with these fields, counts for that of the cellar."""
    MediaItem.objects.filter(pk=two.item(1).pk).update(**fields)
    two.ask("bob")
    return Counterpart.objects.filter(item=two.item(0)).exists()


def test_an_equal_name_alone_says_nothing(two: Two) -> None:
    assert not works(two, guid="plex://movie/other", external_ids={})


def test_another_agent_and_a_common_outside_id_make_the_same_work(two: Two) -> None:
    assert works(two, guid="com.plexapp.agents.imdb://tt1?lang=en", title="Whatever")


def test_one_outside_id_that_differs_speaks_against_it(two: Two) -> None:
    ids = {**two.item(0).external_ids, "imdb": "tt0"}
    assert not works(two, external_ids=ids)
    assert not works(two, guid="com.plexapp.agents.imdb://tt0?lang=en", external_ids=ids)


def test_one_agent_that_names_two_works_is_believed(two: Two) -> None:
    assert not works(two, guid="plex://movie/other")


def test_what_no_agent_has_matched_is_no_known_work(two: Two) -> None:
    MediaItem.objects.update(guid="local://1")
    two.ask("bob")
    assert not Counterpart.objects.exists()


def test_a_view_from_before_the_copy_was_there_does_not_count_for_it(two: Two) -> None:
    MediaItem.objects.filter(pk=two.item(1).pk).update(views_count_from=timezone.now())
    two.ask("bob")
    two.world.play(two.world.person("bob"), two.films[0], at=timezone.now() - timedelta(days=1))
    two.poll()
    assert two.queue() == [("Cellar", Status.SCHEDULED)]


# --- one assignment


def assigned() -> list[tuple[str, str]]:
    rows = Assignment.objects.order_by("viewer__username", "server__machine_identifier")
    return [(row.viewer.username, row.server.name) for row in rows]


def test_it_leads_to_the_title_wherever_it_is_and_ends_everywhere(two: Two) -> None:
    two.ask("ann")
    assert assigned() == [("ann", "Cellar"), ("ann", "Attic")]
    assigning.unassign(two.item(0), viewer("ann"))
    assert assigned() == []


def test_for_one_server_only_it_ends_on_the_others(two: Two) -> None:
    two.ask("ann")
    assert assigning.assign(two.item(0), viewer("ann"))
    assert assigned() == [("ann", "Cellar")]


def test_what_changes_of_it_changes_everywhere(two: Two) -> None:
    two.ask("ann")
    assigning.assign(two.item(0), viewer("ann"), any_server=True, optional=True, counts_earlier=False)
    first, second = Assignment.objects.order_by("pk")
    assert second.is_optional
    assert second.views_count_from == first.views_count_from == first.assigned_at


def test_what_was_said_on_the_other_server_stays(two: Two) -> None:
    assigning.assign(two.item(1), viewer("bob"))
    two.ask("bob")
    assert not Assignment.objects.get(server=two.servers[1]).on_any_server
    assigning.unassign(two.item(0), viewer("bob"))
    assert assigned() == [("bob", "Attic")]


def test_whom_somebody_released_on_the_other_server_stays_released(two: Two) -> None:
    two.ask("bob")
    assigning.unassign(two.item(1), viewer("bob"))
    standing.fulfil(two.servers[1], timezone.now())
    assert assigned() == [("bob", "Cellar")]
    assert Exemption.objects.filter(item=two.item(1)).exists()


def test_a_copy_that_comes_later_is_assigned_too_and_has_to_be_seen_anew(two: Two) -> None:
    shelf = two.world.add_section("Series", "show", server=two.world.servers[0])
    heron = two.world.add_show("Heron", section=shelf, added_at=ADDED)
    episode = two.world.add_episode(two.world.add_season(heron), added_at=ADDED)
    two.sync()
    show = MediaItem.objects.get(type="show")
    assigning.assign(show, viewer("bob"), any_server=True)
    two.world.play(two.world.person("bob"), episode, at=timezone.now() - timedelta(days=2))
    two.poll()
    assert two.queue() == [("Cellar", Status.SCHEDULED)]
    later = two.world.add_section("Series", "show", server=two.world.servers[1])
    two.world.add_episode(two.world.add_season(two.world.add_show("Heron", section=later)))
    two.sync()
    assert assigned() == [("bob", "Cellar"), ("bob", "Attic")]
    assert two.queue() == [("Cellar", Status.SCHEDULED)]


def test_episodes_of_a_show_count_one_by_one(two: Two) -> None:
    for home in two.world.servers:
        shelf = two.world.add_section("Series", "show", server=home)
        season = two.world.add_season(two.world.add_show("Heron", section=shelf, added_at=ADDED))
        for _ in range(2):
            two.world.add_episode(season, added_at=ADDED)
    two.sync()
    show = MediaItem.objects.get(type="show", server=two.servers[0])
    assigning.assign(show, viewer("bob"), any_server=True)
    first, second = (
        next(item for item in home.items.values() if item.type == "episode" and item.index == number)
        for number, home in enumerate(two.world.servers, 1)
    )
    for episode in (first, second):
        two.world.play(two.world.person("bob"), episode)
    two.poll()
    assert two.queue() == [(name, Status.SCHEDULED) for name in ("Cellar", "Cellar", "Attic", "Attic")]


def test_the_server_it_was_said_on_is_removed_and_nothing_goes_on_the_other(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 0)
    two.poll()
    assert two.queue() == SCHEDULED
    Deletion.objects.filter(server=two.servers[0]).delete()
    two.servers[0].delete()
    queue.enqueue_complete(two.servers[1], timezone.now())
    assert two.rows() == [("Attic", Hold.UNWATCHED)]


def test_the_owners_word_on_one_server_counts_on_the_other(two: Two) -> None:
    two.ask("bob")
    declare(two.item(1), viewer("bob"), timezone.now())
    assert two.queue() == SCHEDULED


def test_everyone_may_be_asked_in_one_assignment(two: Two) -> None:
    standing.ask_everyone(two.item(0), any_server=True)
    everybody = [(name, place) for name in ("alice", "ann", "bob") for place in ("Cellar", "Attic")]
    assert assigned() == everybody
    for name, number in (("alice", 1), ("ann", 0), ("bob", 1)):
        two.saw(name, number)
    two.poll()
    assert two.queue() == SCHEDULED
    assert two.go() == DELETED


def test_what_everyone_was_asked_ends_everywhere_or_is_for_one_server_again(two: Two) -> None:
    standing.ask_everyone(two.item(0), any_server=True)
    standing.ask_everyone(two.item(0), any_server=False)
    assert assigned() == [(name, "Cellar") for name in ("alice", "ann", "bob")]
    standing.ask_everyone(two.item(0), any_server=True)
    standing.release_everyone(two.item(0))
    assert assigned() == []


def test_whoever_leaves_the_server_it_was_said_on_is_released_everywhere(two: Two) -> None:
    standing.ask_everyone(two.item(0), any_server=True)
    Access.objects.filter(viewer=viewer("ann")).update(gone_at=timezone.now())
    for server in two.servers:
        standing.fulfil(server, timezone.now())
    assert {name for name, _ in assigned()} == {"alice", "bob"}


def test_undo_makes_it_what_it_was(two: Two) -> None:
    two.ask("bob")
    [was] = undoing.standing_of([two.item(0)], [viewer("bob")])
    assigning.unassign(two.item(0), viewer("bob"))
    known = undoing.Was.read(str(was))
    assert known == was
    assert undoing.restore(was)
    assert assigned() == [("bob", "Cellar"), ("bob", "Attic")]


def test_what_would_have_gone_knows_of_views_on_the_other_server(two: Two) -> None:
    two.ask("ann", "bob")
    two.saw("ann", 0)
    two.saw("bob", 1)
    two.poll()
    answer = simulate(Terms(30, timedelta(0)), timezone.now())
    rows = [
        (item.server.name, [view.name for view in views])
        for _, item, views in told(answer.gone, answer.terms)
    ]
    assert sorted(rows) == [("Attic", ["ann", "bob"]), ("Cellar", ["ann", "bob"])]
    assert answer.staying.count == 0


# --- where it is said


def test_the_page_offers_it_where_there_are_several_servers_and_shows_who_saw_it_there(
    browser: Client, two: Two
) -> None:
    page = f"/media/{two.item(0).pk}/"
    assert 'name="any_server"' in text_of(browser.get(page))
    browser.post(f"{page}assign/", {"viewer": [viewer("bob").pk], "any_server": "yes"})
    assert assigned() == [("bob", "Cellar"), ("bob", "Attic")]
    two.saw("bob", 1)
    two.poll()
    shown = text_of(browser.get(page))
    assert "seen on one server is seen" in shown
    assert "The same title is also on:" in shown
    assert "· Attic" in shown


def test_where_there_is_one_server_the_page_does_not_offer_it(browser: Client, two: Two) -> None:
    two.servers[1].delete()
    assert 'name="any_server"' not in text_of(browser.get(f"/media/{two.item(0).pk}/"))


def test_a_command_says_it(two: Two) -> None:
    out = io.StringIO()
    words = [two.films[0].rating_key, "--server", "machine-1", "--any-server"]
    call_command("assign", *words, "--viewer", "bob", "--json", stdout=out)
    [told] = json.loads(out.getvalue())["assignments"]
    assert told["any_server"]
    assert assigned() == [("bob", "Cellar"), ("bob", "Attic")]
    call_command("assign", *words, "--everyone", "--json", stdout=io.StringIO())
    assert StandingOrder.objects.get().on_any_server


def test_what_is_read_and_what_is_asked_in_sql_is_the_same(two: Two) -> None:
    two.ask("bob")
    two.saw("bob", 1)
    two.poll()
    assert MediaItem.objects.complete().count() == 2
    Watch.objects.create(
        server=two.servers[0], item=two.item(0), viewer=viewer("bob"), learned_at=timezone.now(),
        withdrawn_at=timezone.now() + timedelta(minutes=1),
    )  # fmt: skip
    assert [item.server.name for item in MediaItem.objects.complete()] == ["Attic"]
