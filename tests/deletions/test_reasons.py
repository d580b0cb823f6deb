"""Why a title is queued, and why not: only those who counted are named."""

import pytest

from accounts.models import PlexServer
from deletions import snapshot
from deletions.models import Hold
from deletions.witnesses import lacking
from media.answers import answers
from media.assigning import assign, demand_quorum
from media.models import EVER, MediaItem
from tests import factories
from tests.factories import NOW, bob, carol, owner, watch


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def movie(cellar: PlexServer) -> MediaItem:
    """alice, bob and carol must see it."""
    movie = factories.movie(section=factories.section(on=cellar), title="Salt")
    for person in (owner, bob, carol):
        assign(movie, person(on=cellar))
    return movie


def reasons_of(item: MediaItem) -> list[str]:
    facts = snapshot.facts(item.server, item, answers([item])[item.pk])
    reasons: list[str] = facts["reasons"]
    return reasons


def test_whoever_has_not_seen_it_is_no_reason(movie: MediaItem) -> None:
    demand_quorum(movie, 1)
    watch(item=movie, viewer=bob(on=movie.server))
    assert reasons_of(movie) == [
        "Bob watched it on 2026-11-20 12:00 UTC (Plex history), assigned to the movie.",
        "It was enough that one of those assigned watched it.",
    ]


def test_an_optional_viewer_is_no_reason(movie: MediaItem) -> None:
    assign(movie, carol(on=movie.server), optional=True)
    for person in (owner, bob, carol):
        watch(item=movie, viewer=person(on=movie.server))
    assert [reason.split()[0] for reason in reasons_of(movie)] == ["Alice", "Bob"]


@pytest.mark.parametrize("change", [{"withdrawn_at": NOW}, {"offset": 60_000}, {"last_viewed_at": EVER}])
def test_a_view_that_does_not_count_is_no_reason(movie: MediaItem, change: dict[str, object]) -> None:
    row = watch(item=movie, viewer=bob(on=movie.server))
    type(row).objects.filter(pk=row.pk).update(**change)
    assert reasons_of(movie) == []


def test_a_view_before_an_assignment_that_ignores_it_is_no_reason(movie: MediaItem) -> None:
    assign(movie, bob(on=movie.server), counts_earlier=False)
    watch(item=movie, viewer=bob(on=movie.server), at=factories.LAST_YEAR.replace(year=2026))
    assert reasons_of(movie) == []


def test_what_is_missing_tells_how_many_it_takes(movie: MediaItem) -> None:
    demand_quorum(movie, 2)
    watch(item=movie, viewer=bob(on=movie.server))
    assert lacking(movie) == (
        Hold.UNWATCHED,
        "It takes 2 of the 3 who are assigned. Not seen by Alice, Carol.",
    )


def test_when_only_optional_viewers_are_left_nobody_is_assigned(movie: MediaItem) -> None:
    for person in (owner, bob, carol):
        assign(movie, person(on=movie.server), optional=True)
    assert lacking(movie)[1].startswith("Nobody is assigned to it any more.")
