"""Views read under keys that mean other titles by now, before a sync has told: they wait, and are told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Job, PlexServer, PlexUser
from media import looking, questions, sources
from media.knowing import statements
from media.models import Evidence, MediaItem, Question, Watch
from media.sync import recognition, sync_server
from media.watching import declare
from plexclient.demo import Fault, Item, Running, World, serve
from plexclient.errors import BadResponse
from tests import factories

ADDED = timezone.now() - timedelta(days=30)
SEEN = timezone.now() - timedelta(minutes=5)


@pytest.fixture
def world() -> World:
    """bob's own state can be read, carol's cannot."""
    world = World()
    world.add_server(world.add_person("alice", plex_id=factories.ALICE), machine_identifier="machine-1")
    world.share(world.add_person("bob", plex_id=factories.BOB, home=True))
    world.share(world.add_person("carol", plex_id=factories.CAROL), with_token=False)
    world.add_section("Films", "movie")
    for number in range(6):
        world.add_movie(f"Film {number}", added_at=ADDED)
    return world


@pytest.fixture
def plex(world: World) -> Iterator[Running]:
    with serve(world) as running:
        yield running


@pytest.fixture
def server(db: None, plex: Running, world: World, settings: Settings) -> PlexServer:
    settings.PLAXE_PLEX_TV_URL = plex.plex_tv_url
    alice = factories.alice(plex_token=world.person("alice").token)
    server = factories.server(owner=alice, url=plex.server_url("machine-1"), token=world.server.access_token)
    sync(server)
    return server


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


@pytest.fixture
def carol(server: PlexServer) -> PlexUser:
    return factories.carol(on=server)


@pytest.fixture
def films(world: World) -> list[Item]:
    return list(world.server.items.values())


def sync(server: PlexServer) -> None:
    assert sync_server(server, timezone.now(), full=True).errors == []


def poll(server: PlexServer) -> None:
    sources.poll(server, timezone.now())


def known(film: Item) -> MediaItem:
    return MediaItem.objects.present().get(title=film.title)


def seen(viewer: PlexUser) -> dict[str, datetime | None]:
    counting = Watch.objects.counting().filter(viewer=viewer, item__gone_at=None)
    return dict(counting.values_list("item__title", "last_viewed_at"))


def rename(world: World, film: Item, title: str) -> None:
    with world.lock:
        film.title, film.updated_at = title, int(timezone.now().timestamp())
        film.server.touch(film.section)


def test_a_view_of_another_title_is_told_beside_the_one_whose_key_it_bears(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    item = known(films[2])
    world.faults.add(Fault("status", path_pattern="^/library/metadata", times=None))
    world.rebuild()
    world.play(world.person("carol"), films[3], at=SEEN)

    poll(server)

    assert seen(carol) == {}
    [told] = statements(item)
    assert (told.viewer, told.source, told.text) == (carol, "Plex history, set aside", "“Film 3”")
    assert told.said == "has another title under this key; the view does not count"
    assert not told.decides


def set_aside(item: MediaItem) -> list[str]:
    return [told.said for told in statements(item) if told.source == "Plex history, set aside"]


BEFORE = "had it under this key before the title had the key; the view does not count"


def test_after_the_next_sync_it_counts_for_neither_and_what_is_viewed_from_then_on_does(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    row = known(films[3]).pk
    world.faults.add(Fault("status", path_pattern="^/library/metadata", times=None))
    world.rebuild()
    world.play(world.person("carol"), films[3], at=SEEN)
    poll(server)

    world.faults.clear()
    sync(server)
    poll(server)

    assert seen(carol) == {}
    assert set_aside(known(films[3])) == [BEFORE]
    assert known(films[3]).pk == row
    world.play(world.person("carol"), films[3])
    poll(server)
    assert list(seen(carol)) == ["Film 3"]


def test_what_the_poll_itself_can_look_up_was_another_title_when_it_was_viewed_for_all_that_is_known(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.rebuild()
    world.play(world.person("carol"), films[3], at=SEEN)

    poll(server)

    assert seen(carol) == {}
    assert set_aside(MediaItem.objects.get(rating_key=films[3].rating_key)) == [BEFORE]


@pytest.mark.parametrize("is_looked_up", [True, False])
def test_a_view_of_a_title_that_was_renamed_counts_when_plaxe_knows_the_name(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser, is_looked_up: bool
) -> None:
    if not is_looked_up:
        world.faults.add(Fault("status", path_pattern="^/library/metadata", times=None))
    rename(world, films[2], "Film 2: The Return")
    world.play(world.person("carol"), films[2], at=SEEN)
    poll(server)
    assert bool(seen(carol)) == is_looked_up

    world.faults.clear()
    sync(server)
    poll(server)

    assert list(seen(carol)) == ["Film 2: The Return"]
    assert not Evidence.objects.exists()


def test_a_view_from_before_it_was_renamed_waits_for_the_owner(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    rename(world, films[2], "Something Else")
    sync(server)

    poll(server)

    assert seen(carol) == {}
    assert [told.text for told in statements(known(films[2]))] == ["“Film 2”"]


def test_a_viewers_own_list_says_nothing_of_what_has_another_title_under_its_key(
    server: PlexServer, world: World, films: list[Item], bob: PlexUser
) -> None:
    """Neither that he has seen it nor that he has not."""
    for film in films:
        factories.assignment(item=known(film), viewer=bob)
    world.mark_watched(world.person("bob"), films[4], at=SEEN)
    poll(server)
    assert list(seen(bob)) == ["Film 4"]
    world.mark_watched(world.person("bob"), films[3], at=SEEN)
    world.rebuild()

    sources.poll(server, timezone.now() + timedelta(days=2))  # all of the list

    assert list(seen(bob)) == ["Film 4"]
    assert not Watch.objects.exclude(withdrawn_at=None).exists()
    sync(server)
    sources.poll(server, timezone.now() + timedelta(days=4))
    assert set(seen(bob)) == {"Film 3", "Film 4"}


def test_a_look_at_another_title_is_no_look_at_it_and_asks_for_a_sync(
    server: PlexServer, world: World, films: list[Item], bob: PlexUser
) -> None:
    """As a webhook, the stream and the end of a playback do it."""
    key = films[2].rating_key
    world.rebuild()
    world.play(world.person("bob"), films[3], at=SEEN)

    with pytest.raises(BadResponse, match=r"Film 2 .*has “Film 3” now"):
        looking.look_at(server, server.connect(), bob, key, timezone.now())

    assert not Watch.objects.exists()
    job = Job.of(server, Job.Kind.LIBRARIES)
    assert job.is_full
    assert job.wanted_at


# --- views that nothing tells from those of another title


@pytest.fixture
def heard(server: PlexServer, films: list[Item], bob: PlexUser) -> PlexUser:
    """He was asked already what he has seen, and is waited for."""
    factories.assignment(item=known(films[0]), viewer=bob)
    poll(server)
    return bob


def nameless(world: World) -> None:
    world.server.history[-1].title = ""


def test_what_was_read_under_a_key_that_has_moved_is_forgotten_and_his_own_list_is_read_again(
    server: PlexServer, world: World, films: list[Item], heard: PlexUser
) -> None:
    world.rebuild()
    world.play(world.person("bob"), films[3], at=SEEN)
    nameless(world)
    poll(server)
    assert list(seen(heard)) == ["Film 2"]  # as far as the history can tell

    sync(server)

    assert seen(heard) == {}
    [told] = [one for one in statements(known(films[2])) if one.viewer == heard]
    assert (told.source, told.at) == ("Plex history, set aside", SEEN.replace(microsecond=0))
    assert told.said.startswith("had it under a key that may have meant another title")
    poll(server)
    assert list(seen(heard)) == ["Film 3"]


def test_who_cannot_be_asked_is_believed_only_when_plex_was_asked_whose_key_it_was(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    """The keys are as before when the next sync comes, and nothing tells that they ever were otherwise."""
    item = known(films[2])
    world.swap_keys(films[2], films[3])
    world.play(world.person("carol"), films[3], at=SEEN)
    nameless(world)
    poll(server)
    world.swap_keys(films[2], films[3])

    sync(server)
    poll(server)

    assert seen(carol) == {}
    assert known(films[2]).pk == item.pk
    assert len(set_aside(item)) == 1


def test_whose_key_it_was_is_asked_again_until_plex_says(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.faults.add(Fault("status", path_pattern="^/library/metadata", times=None))
    world.play(world.person("carol"), films[2], at=SEEN - timedelta(days=3))
    world.play(world.person("carol"), films[3], at=SEEN)
    poll(server)
    assert seen(carol) == {}

    world.faults.clear()
    poll(server)

    assert set(seen(carol)) == {"Film 2", "Film 3"}


def test_whose_key_it_was_is_asked_once_for_a_view(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    poll(server)
    assert list(seen(carol)) == ["Film 2"]
    world.requests.clear()

    poll(server)

    assert not [call for call in world.requests if call.path.startswith("/library/metadata")]


def test_what_was_viewed_under_a_key_before_the_title_had_it_is_told_and_does_not_count(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    nameless(world)
    world.rebuild(forgets=True)  # the row bears the key that Film 3 has now
    sync(server)

    poll(server)

    assert seen(carol) == {}
    assert set_aside(known(films[3])) == [BEFORE]


def test_a_title_that_has_the_key_of_one_that_is_gone_has_none_of_its_views(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    films[2].guid, films[2].guids = "plex://movie/another", ()
    films[2].media[0].parts[0].file = "/media/another.mkv"
    sync(server)

    poll(server)

    assert seen(carol) == {}
    assert set_aside(known(films[2])) == [BEFORE]


def test_what_was_checked_moves_with_its_title(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    poll(server)
    world.rebuild()

    sync(server)
    poll(server)

    assert list(seen(carol)) == ["Film 2"]
    assert set_aside(known(films[2])) == []


def test_what_was_known_before_the_last_listing_stays(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    world.play(world.person("carol"), films[2], at=SEEN)
    poll(server)
    sync(server)
    world.rebuild(forgets=True)

    sync(server)

    assert list(seen(carol)) == ["Film 2"]


@pytest.mark.parametrize("says", [True, False])
def test_the_owners_word_stands_when_a_view_is_forgotten(
    server: PlexServer, world: World, films: list[Item], heard: PlexUser, says: bool
) -> None:
    declare(known(films[2]), heard, timezone.now() - timedelta(hours=1), seen=says)
    world.play(world.person("bob"), films[2], at=timezone.now() - timedelta(days=1))
    world.rebuild()
    world.play(world.person("bob"), films[3], at=SEEN)
    nameless(world)
    poll(server)
    assert "Film 2" in seen(heard)

    sync(server)
    poll(server)

    assert ("Film 2" in seen(heard)) == says


# --- the alarm


def test_a_library_most_of_whose_keys_mean_other_titles_raises_the_alarm(
    server: PlexServer, world: World, films: list[Item]
) -> None:
    assert recognition.alarm(server) == ""
    world.rebuild()

    sync(server)

    assert "numbered anew: 6 titles have other keys" in recognition.alarm(server)
    sync(server)
    assert recognition.alarm(server)
    assert recognition.accept(server, timezone.now())
    sync(server)
    assert recognition.alarm(server) == ""


def test_two_titles_that_swap_their_keys_raise_none(
    server: PlexServer, world: World, films: list[Item]
) -> None:
    world.swap_keys(films[0], films[1])
    sync(server)
    assert recognition.alarm(server) == ""


def test_what_an_incremental_sync_meets_makes_it_a_full_one(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    item = known(films[2])
    factories.assignment(item=item, viewer=carol)
    world.rebuild()
    rename(world, films[3], "Film 3, restored")

    sync_server(server, timezone.now())

    assert known(films[2]).pk == item.pk
    assert recognition.alarm(server)


# --- no assignment is lost


def assert_is_carols(film: Item, carol: PlexUser) -> None:
    assert [row.viewer for row in known(film).assignments.all()] == [carol]


def test_after_two_rebuilds_between_syncs_it_is_the_same_or_a_question(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    """The history was read in between, and has met titles under keys that are of no use any more."""
    item = known(films[2])
    factories.assignment(item=item, viewer=carol)
    for _ in range(2):
        world.rebuild()
        for film in films:
            world.play(world.person("carol"), film, at=SEEN)
        poll(server)

    sync(server)

    new = known(films[2])
    if new.pk != item.pk:
        assert not new.is_complete()
        questions.answer(Question.objects.get(old=item, new=new), timezone.now(), same=True)
    assert_is_carols(films[2], carol)


def test_a_clock_set_back_during_the_rebuild_loses_nothing(
    server: PlexServer, world: World, films: list[Item], carol: PlexUser
) -> None:
    item = known(films[2])
    factories.assignment(item=item, viewer=carol)
    world.rebuild()

    assert sync_server(server, timezone.now() - timedelta(days=3), full=True).errors == []

    assert known(films[2]).pk == item.pk
    assert_is_carols(films[2], carol)


def test_a_title_met_between_two_listings_waits_for_whom_its_row_of_before_waits(
    server: PlexServer, world: World, films: list[Item], bob: PlexUser, carol: PlexUser
) -> None:
    """Its key means another title by now, and only a complete listing tells that it is the one of before."""
    item = known(films[2])
    factories.assignment(item=item, viewer=carol)
    world.rebuild()
    for film in films:
        world.play(world.person("carol"), film, at=SEEN)
    poll(server)

    [new] = MediaItem.objects.present().filter(title="Film 2").exclude(pk=item.pk)
    assert Question.objects.get(new=new).why == Question.Why.MOVED
    factories.assignment(item=new, viewer=bob)
    factories.watch(item=new, viewer=bob, at=timezone.now())
    assert not new.is_complete()
    assert Job.of(server, Job.Kind.LIBRARIES).is_full

    sync(server)

    assert not Question.objects.exists()
    assert known(films[2]).pk == item.pk
    assert {row.viewer for row in item.assignments.all()} == {bob, carol}
