from datetime import datetime

import pytest

from accounts.errors import Refused
from media.assigning import assign, unassign
from media.models import Assignment, LibrarySection, MediaItem
from tests import factories


@pytest.fixture
def film(films: LibrarySection) -> MediaItem:
    return factories.movie(section=films, title="Heat")


def test_assigning_is_idempotent(film: MediaItem) -> None:
    bob, alice = factories.bob(on=film.server), factories.alice()

    assert assign(film, bob, by=alice) is True
    assert assign(film, bob) is False

    assignment = Assignment.objects.get()
    assert (assignment.item, assignment.viewer, assignment.server) == (film, bob, film.server)
    assert assignment.assigned_by == alice


def test_unassigning_is_idempotent(film: MediaItem) -> None:
    bob = factories.bob(on=film.server)
    assign(film, bob)

    assert unassign(film, bob) is True
    assert unassign(film, bob) is False
    assert not Assignment.objects.exists()


def test_every_level_can_be_assigned(series: LibrarySection) -> None:
    show = factories.show(section=series)
    season = factories.season(show=show)
    bob = factories.bob(on=series.server)

    assert all(assign(item, bob) for item in (show, season, factories.episode(season=season)))


def test_an_item_that_is_gone_cannot_be_assigned(film: MediaItem, now: datetime) -> None:
    film.gone(now)

    with pytest.raises(Refused, match=r"Heat is no longer on Cellar"):
        assign(film, factories.bob(on=film.server))


def test_a_viewer_of_another_server_cannot_be_assigned(film: MediaItem) -> None:
    carol = factories.carol(on=factories.server(machine_identifier="machine-2"))

    with pytest.raises(Refused, match=r"Carol is not a viewer of Cellar"):
        assign(film, carol)


def test_a_viewer_who_has_left_cannot_be_assigned_but_released(film: MediaItem) -> None:
    carol = factories.carol(on=film.server, gone=True)
    factories.assignment(item=film, viewer=carol)

    assert assign(film, carol) is False
    assert unassign(film, carol) is True
    with pytest.raises(Refused, match=r"Carol has left Cellar"):
        assign(film, carol)
