from datetime import timedelta
from typing import Any

import pytest
import requests

from accounts.errors import Busy
from accounts.jobs import running
from accounts.models import Access, Job, PlexServer, PlexUser, User
from accounts.sync import sync_viewers
from accounts.tasks import hint
from accounts.tasks import sync_viewers as task
from plexclient.errors import PlexError
from tests import factories
from tests.accounts.fake_plex import FakePlex, resource
from tests.factories import ALICE, BOB, CAROL, NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def server(plex: FakePlex) -> PlexServer:
    plex.whole_cast()
    return factories.server()


def kinds() -> dict[int, str]:
    return {viewer.plex_id: viewer.kind for viewer in PlexUser.objects.all()}


def here(server: PlexServer) -> set[int]:
    return set(Access.objects.filter(server=server, gone_at=None).values_list("viewer__plex_id", flat=True))


def test_owner_home_and_friends_become_viewers(server: PlexServer) -> None:
    assert sync_viewers(server, NOW) == 3
    assert kinds() == {ALICE: "OWNER", BOB: "HOME", CAROL: "FRIEND"}
    assert here(server) == {ALICE, BOB, CAROL}


def test_syncing_twice_changes_nothing(server: PlexServer) -> None:
    sync_viewers(server, NOW)
    rows = list(PlexUser.objects.values())
    sync_viewers(server, LATER)
    assert list(PlexUser.objects.values()) == rows
    assert Access.objects.count() == 3


def test_somebody_in_two_rosters_is_one_viewer_of_the_home(plex: FakePlex, server: PlexServer) -> None:
    plex.share(BOB, "bob")
    plex.people[0]["home"] = 0
    plex.people[0]["on"] = "machine-1"
    sync_viewers(server, NOW)
    assert kinds()[BOB] == "HOME"
    assert PlexUser.objects.filter(plex_id=BOB).count() == 1


def test_a_home_user_without_a_share_is_a_viewer(plex: FakePlex, server: PlexServer) -> None:
    plex.at_home(2000, "Grandma", username="grandma")
    sync_viewers(server, NOW)
    assert kinds()[2000] == "HOME"


def test_a_managed_user_has_a_title_for_a_name(plex: FakePlex, server: PlexServer) -> None:
    plex.at_home(2001, "Kid", username="", email="", restricted=True, protected=True)
    sync_viewers(server, NOW)
    kid = PlexUser.objects.get(plex_id=2001)
    assert (kid.name, kid.username, kid.is_restricted, kid.is_protected) == ("Kid", "", True, True)


def test_a_friend_of_another_server_is_no_viewer_here(plex: FakePlex, server: PlexServer) -> None:
    plex.person(2002, "dave", on="machine-2")
    plex.person(2003, "erin")
    sync_viewers(server, NOW)
    assert here(server) == {ALICE, BOB, CAROL}


def test_a_share_alone_makes_a_viewer(plex: FakePlex, server: PlexServer) -> None:
    plex.share(2004, "frank")
    sync_viewers(server, NOW)
    assert kinds()[2004] == "FRIEND"


def test_who_has_not_accepted_yet_is_no_viewer(plex: FakePlex, server: PlexServer) -> None:
    plex.share(2005, "grace", accepted=False)
    plex.person(2005, "grace", on="machine-1")
    sync_viewers(server, NOW)
    assert 2005 not in kinds()


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"friendlyName": "Bobby", "title": "bob t", "username": "bob"}, "Bobby"),
        ({"title": "bob t", "username": "bob"}, "bob t"),
        ({"title": "", "username": "bob"}, "bob"),
    ],
)
def test_a_name_is_the_friendly_one_then_title_then_user_name(
    plex: FakePlex, names: dict[str, str], shown: str
) -> None:
    plex.at_home(BOB, names.pop("title"), **names)
    sync_viewers(factories.server(), NOW)
    assert PlexUser.objects.get(plex_id=BOB).name == shown


def test_friends_lend_their_names_while_plex_still_lists_them(plex: FakePlex, server: PlexServer) -> None:
    plex.friends = [
        {"id": CAROL, "title": "carol", "friendlyName": "Caro"},
        {"id": 2006, "title": "heidi", "friendlyName": "Heidi", "sharedServers": []},
    ]
    sync_viewers(server, NOW)
    assert PlexUser.objects.get(plex_id=CAROL).name == "Caro"
    assert 2006 not in kinds()


def test_who_has_left_is_marked_gone_and_kept(plex: FakePlex, server: PlexServer) -> None:
    sync_viewers(server, NOW)
    plex.people.pop()
    plex.shares.clear()
    assert sync_viewers(server, LATER) == 2
    assert here(server) == {ALICE, BOB}
    assert Access.objects.get(viewer__plex_id=CAROL).gone_at == LATER


def test_who_is_gone_keeps_the_day_they_went(plex: FakePlex, server: PlexServer) -> None:
    gone = factories.viewer(2007, "Ivan", on=server, kind="FRIEND")
    sync_viewers(server, NOW)
    sync_viewers(server, LATER)
    assert Access.objects.get(viewer=gone).gone_at == NOW


def test_who_comes_back_is_no_longer_gone(plex: FakePlex, server: PlexServer) -> None:
    factories.carol(on=server, gone=True)
    sync_viewers(server, NOW)
    assert CAROL in here(server)
    assert Access.objects.filter(viewer__plex_id=CAROL).count() == 1


def test_gone_from_one_server_is_not_gone_from_the_other(plex: FakePlex, server: PlexServer) -> None:
    attic = factories.server(machine_identifier="machine-2", name="Attic")
    factories.carol(on=attic)
    plex.people.pop()
    plex.shares.clear()
    sync_viewers(server, NOW)
    assert CAROL in here(attic)


def test_present_is_who_may_watch_somewhere_today(server: PlexServer) -> None:
    factories.carol(on=server, gone=True)
    bob = factories.bob(on=server)
    PlexUser.objects.create(plex_id=2011, name="Nobody", kind="FRIEND")
    assert list(PlexUser.objects.present()) == [bob]


HALF_XML = '<MediaContainer size="2"><User id="1002" title="bob"/><User id='


ROSTERS = ["/api/users", "/api/v2/home/users", "/api/servers/machine-1/shared_servers"]


@pytest.mark.parametrize("path", ROSTERS)
@pytest.mark.parametrize(
    "answer",
    [
        requests.ConnectionError("down"), (500, {}, ""), (429, {}, ""), (403, {}, "{}"),
        (200, {}, "<html>captive portal</html>"), (200, {}, '{"users": ['), (200, {}, HALF_XML),
    ],
)  # fmt: skip
def test_a_roster_that_was_not_read_wholly_marks_nobody_gone_and_is_an_error(
    plex: FakePlex, server: PlexServer, path: str, answer: Any
) -> None:
    dave = factories.viewer(2008, "Dave", on=server, kind="FRIEND")
    plex.fails(path, answer)
    plex.fails("/api/home/users")
    with pytest.raises(PlexError):
        sync_viewers(server, NOW)
    assert {ALICE, BOB, dave.plex_id} <= here(server)
    assert Job.of(server, Job.Kind.VIEWERS).error


def test_without_the_owner_nothing_is_known_of_anybody(plex: FakePlex, server: PlexServer) -> None:
    dave = factories.viewer(2008, "Dave", on=server, kind="FRIEND")
    plex.fails("/api/v2/user", (500, {}, ""))
    with pytest.raises(PlexError):
        sync_viewers(server, NOW)
    assert kinds() == {dave.plex_id: "FRIEND"}


def test_a_roster_that_announces_more_than_it_holds_marks_nobody_gone(
    plex: FakePlex, server: PlexServer
) -> None:
    factories.viewer(2010, "Judy", on=server, kind="FRIEND")
    short = '<MediaContainer size="2"><User id="1002" title="bob" home="1"/></MediaContainer>'
    plex.fails("/api/users", (200, {}, short))
    sync_viewers(server, NOW)
    assert here(server) == {ALICE, BOB, CAROL, 2010}


def test_whoever_has_no_home_still_has_friends(plex: FakePlex, server: PlexServer) -> None:
    for path in ("/api/v2/home/users", "/api/home/users"):
        plex.fails(path, (404, {}, ""))
    plex.people.pop(0)
    sync_viewers(server, NOW)
    assert here(server) == {ALICE, CAROL}


def test_a_home_that_cannot_be_found_although_there_is_one_marks_nobody_gone(
    plex: FakePlex, server: PlexServer
) -> None:
    factories.bob(on=server)
    plex.accounts["alice-token"]["home"] = True
    for path in ("/api/v2/home/users", "/api/home/users"):
        plex.fails(path, (404, {}, ""))
    with pytest.raises(PlexError):
        sync_viewers(server, NOW)
    assert BOB in here(server)


def test_an_owner_who_changes_the_name_is_renamed_here(plex: FakePlex, server: PlexServer) -> None:
    plex.accounts["alice-token"].update(username="alicia", title="Alicia")
    sync_viewers(server, NOW)
    assert User.objects.get().username == "alicia"
    assert PlexUser.objects.get(plex_id=ALICE).name == "Alicia"


def test_a_name_with_markup_or_far_too_long_is_stored_as_text(plex: FakePlex, server: PlexServer) -> None:
    plex.at_home(2009, "<script>alert(1)</script>" + "x" * 600, username="\x00long")
    sync_viewers(server, NOW)
    odd = PlexUser.objects.get(plex_id=2009)
    assert odd.name.startswith("<script>")
    assert len(odd.name) == 255
    assert odd.username == "long"


def test_a_sync_looks_at_the_server_too(plex: FakePlex, server: PlexServer) -> None:
    plex.servers["plex.test:32400"].name = "Renamed"
    sync_viewers(server, NOW)
    row = PlexServer.objects.get()
    assert (row.name, row.version, row.allows_deletion, row.last_seen_at) == ("Renamed", "1.43.0", True, NOW)


def test_a_server_that_is_off_keeps_its_viewers_up_to_date(plex: FakePlex, server: PlexServer) -> None:
    plex.servers.clear()
    assert sync_viewers(server, NOW) == 3
    row = PlexServer.objects.get()
    assert not row.is_online
    assert row.last_error


def test_a_second_sync_while_one_runs_is_busy(server: PlexServer) -> None:
    with running(server, Job.Kind.VIEWERS), pytest.raises(Busy):
        sync_viewers(server, NOW)


def test_the_task_goes_on_with_the_next_server_when_one_fails(plex: FakePlex, server: PlexServer) -> None:
    other = factories.server(machine_identifier="machine-2", name="Zebra")
    plex.resources["alice-token"].append(resource("machine-2"))
    plex.fails("/api/servers/machine-1/shared_servers")
    task()
    assert Job.of(server, Job.Kind.VIEWERS).error
    assert here(other) == {ALICE, BOB, CAROL}


def test_the_task_takes_the_one_server_it_is_given(plex: FakePlex, server: PlexServer) -> None:
    other = factories.server(machine_identifier="machine-2", name="Zebra")
    task(other.pk)
    assert here(server) == set()
    assert here(other)


class BrokenBroker:
    name = "a.task"

    def apply_async(self, args: tuple[int, ...]) -> None:
        raise RuntimeError("no broker")


def test_a_broker_that_is_away_is_no_failure(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        hint(BrokenBroker(), 1)
    assert "No hint for a.task" in caplog.text
