"""What would have been deleted: from what is stored, and nothing is changed by asking."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions.models import AuditEntry, Deletion, Policy
from deletions.simulation import Simulation, Terms, Total, simulate, told
from media.models import ALL, Assignment, LibrarySection, MediaItem, Protection, Watch
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)
NO_DELAY = timedelta(0)


@pytest.fixture
def films(db: None) -> LibrarySection:
    return factories.section(on=factories.server())


def seen_film(films: LibrarySection, title: str, **days_ago: float) -> MediaItem:
    """Assigned to those named, who saw it so many days ago."""
    people = {"alice": factories.owner, "bob": factories.bob, "carol": factories.carol}
    film = factories.movie(section=films, title=title, size=1000)
    for name, days in days_ago.items():
        viewer = people[name](on=films.server)
        factories.assignment(item=film, viewer=viewer)
        factories.watch(item=film, viewer=viewer, at=NOW - days * DAY)
    return film


def ask(days: int = 90, delay: timedelta = 7 * DAY, **terms: Any) -> Simulation:
    return simulate(Terms(days, delay, **terms), NOW)


def titles(departures: Any) -> list[str]:
    return [item.title for _, item, _ in told(departures, Terms(90, NO_DELAY))]


def test_a_title_would_have_gone_when_the_last_had_seen_it_and_the_delay_had_passed(
    films: LibrarySection,
) -> None:
    seen_film(films, "Salt", alice=30, bob=20)
    gone = ask().gone
    assert [(one.completed_at, one.at, one.size) for one in gone] == [(NOW - 20 * DAY, NOW - 13 * DAY, 1000)]


def test_what_would_have_gone_before_those_days_and_what_would_wait_by_now_is_told_apart(
    films: LibrarySection,
) -> None:
    seen_film(films, "Long ago", bob=98)
    seen_film(films, "First", bob=96)
    seen_film(films, "Then", bob=7)
    seen_film(films, "Waits", bob=6.9)
    answer = ask()
    assert (titles(answer.gone), titles(answer.queued)) == (["First", "Then"], ["Waits"])
    assert answer.before == Total(1, 1000)


@pytest.mark.parametrize("delay", [NO_DELAY, 3 * DAY, 400 * DAY])
@pytest.mark.parametrize("quorum", [None, ALL, 1, 2])
def test_every_complete_title_is_in_exactly_one_place(
    films: LibrarySection, delay: timedelta, quorum: int | None
) -> None:
    for number in range(8):
        days = {name: float(number * 20 % 150 + 1) for name in ("alice", "bob", "carol")[: number % 4]}
        film = seen_film(films, f"Film {number}", **days)
        if number % 2:
            factories.assignment(item=film, viewer=factories.viewer(7, "Dora", on=films.server))
    answer = ask(delay=delay, quorum=quorum)
    number = answer.before.count + len(answer.gone) + len(answer.queued) + answer.staying.count
    assert number == MediaItem.objects.complete(quorum).count() > 0
    if not delay:
        assert not answer.queued


def test_another_quorum_lets_it_go_sooner(films: LibrarySection) -> None:
    seen_film(films, "Salt", alice=30, bob=20)
    answer = ask(quorum=1)
    assert [one.completed_at for one in answer.gone] == [NOW - 30 * DAY]
    assert [view.name for _, _, views in told(answer.gone, answer.terms) for view in views] == ["Alice"]


def test_of_the_days_each_has_its_titles_and_what_they_make_together(films: LibrarySection) -> None:
    for title, days in {"A": 20.0, "B": 20.1, "C": 10.0}.items():
        seen_film(films, title, bob=days)
    found = [(str(day.date), day.total, day.so_far) for day in ask(delay=NO_DELAY).by_day()]
    assert found == [("2026-11-01", Total(2, 2000), 2000), ("2026-11-11", Total(1, 1000), 3000)]


def test_what_is_protected_or_was_cancelled_stays(films: LibrarySection) -> None:
    kept, cancelled, goes = (seen_film(films, title, bob=20) for title in ("Kept", "Cancelled", "Goes"))
    Protection.objects.create(item=kept, protected_at=NOW)
    queued(cancelled, status="CANCELLED", finished_at=NOW)
    queued(goes)
    answer = ask()
    assert (titles(answer.gone), answer.staying) == (["Goes"], Total(2, 2000))


def queued(film: MediaItem, **fields: Any) -> Deletion:
    return Deletion.objects.create(
        server=film.server, item=film, rating_key=film.rating_key, type="movie", title=film.title,
        enqueued_at=NOW, scheduled_for=NOW, **fields,
    )  # fmt: skip


def test_what_did_go_is_told_beside_it(films: LibrarySection) -> None:
    attic = factories.server(machine_identifier="machine-2")
    for on, days in ((films.server, 10), (films.server, 100), (attic, 10)):
        film = factories.movie(section=factories.section(on=on))
        AuditEntry.about(queued(film, bytes=5), AuditEntry.Verb.DELETED, NOW - days * DAY).save()
    assert ask().deleted == Total(2, 10)
    assert ask(server=attic).deleted == Total(1, 5)


def test_one_server_can_be_asked_about(films: LibrarySection) -> None:
    attic = factories.server(machine_identifier="machine-2")
    seen_film(films, "In the cellar", bob=20)
    seen_film(factories.section(on=attic), "In the attic", bob=20)
    assert titles(ask(server=attic).gone) == ["In the attic"]


@pytest.mark.parametrize("days", [0, -1, 10**6])
def test_days_that_make_no_sense_are_refused(films: LibrarySection, days: int) -> None:
    with pytest.raises(Refused, match="a number from 1 to 3650"):
        ask(days=days)


def test_a_quorum_nobody_could_reach_is_refused(films: LibrarySection) -> None:
    seen_film(films, "Salt", alice=2, bob=1)
    assert ask(quorum=2).gone == []
    with pytest.raises(Refused, match="A quorum of 3 can never be reached: there are 2 viewers"):
        ask(quorum=3)


def test_nothing_is_changed_by_asking(films: LibrarySection) -> None:
    seen_film(films, "Salt", alice=30, bob=20)
    Policy.load()
    models = (MediaItem, Assignment, Watch, Deletion, AuditEntry, Policy, PlexServer)
    before = [list(model.objects.values()) for model in models]
    with CaptureQueriesContext(connection) as queries:
        answer = ask(delay=NO_DELAY, quorum=1)
        list(told(answer.gone, answer.terms))
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [list(model.objects.values()) for model in models] == before


def test_the_number_of_queries_does_not_grow_with_the_titles(films: LibrarySection) -> None:
    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
            list(told(answer.gone, answer.terms))
        return len(queries)

    seen_film(films, "First", alice=20, bob=30)
    few = number()
    for title in range(30):
        seen_film(films, str(title), alice=20, bob=30)
    assert number() == few
