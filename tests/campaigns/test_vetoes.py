"""The veto campaign: where one law alone stands between a title and its deletion, it stays, and says why."""

import pytest
from django.conf import settings
from django.utils import timezone

from deletions import queue
from deletions.models import Status
from media.sources import history
from tests.campaigns.stage import Stage, episode, film, two_films, two_in_one_file, two_versions
from tests.campaigns.vetoes import VETOES, Veto
from tests.figures import Tell
from tests.neighbourhood import LAST_WEEK, has_seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silence")]


@pytest.mark.parametrize(
    ("on", "veto"), [pytest.param(veto.shelve, veto, id=str(veto)) for veto in VETOES], indirect=["on"]
)
def test_one_reason_is_enough(on: Stage, veto: Veto, tell: Tell) -> None:
    with on.as_before():
        with veto.on(on):
            on.go()
        row = on.rows()[0]
        on.go(after=settings.PLAXE_CLAIM_TIMEOUT * 2)
        wrong = wrongs(on)
    tell("veto campaign", vetoes=1, wrong_deletions=len(wrong))
    assert wrong == []
    assert (row.hold or row.status) == veto.end, row.held_because


def wrongs(on: Stage) -> list[str]:
    return [*on.gone(), *(f"{call.method} {call.path}" for call in on.world.deletes)]


@pytest.mark.parametrize("on", [film, two_films, episode, two_in_one_file], indirect=True)
def test_without_a_reason_they_go_and_nothing_else_does(on: Stage) -> None:
    with on.as_before():
        on.go()
        ends = {row.status for row in on.rows()}
        gone = on.gone()
    assert ends <= {Status.DELETED, Status.GONE}
    assert gone == [title.title for title in on.titles]


@pytest.mark.parametrize("on", [two_versions], indirect=True)
def test_of_two_versions_only_the_chosen_one_goes(on: Stage) -> None:
    [title] = on.titles
    chosen, other = title.media
    with on.as_before():
        on.go()
        queue.approve(on.rows()[0], timezone.now(), version=str(chosen.id))
        on.go()
        gone, left = on.gone(), list(title.media)
    assert (gone, left) == ([], [other])


@pytest.mark.parametrize("on", [film], indirect=True)
def test_the_owners_number_on_the_server_is_another_than_at_plex_tv(on: Stage) -> None:
    with on.as_before():
        on.world.play(on.world.person("alice"), on.titles[0], at=LAST_WEEK)
        history.read(on.server, on.server.connect(), timezone.now())
        assert has_seen(on.titles[0], "alice")
