"""The fault campaign: whatever befalls any exchange of a deletion, the rows say what really happened.

The list of exchanges is recorded from a pass that nothing befalls, so it is always that of the engine.
Without `--soak` each of them meets some faults, and the DELETE with its proof meets all.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.utils import timezone

from deletions import queue
from deletions.models import Status
from plexclient.demo import Call
from tests.campaigns import vetoes
from tests.campaigns.stage import SIZE, Stage, film, two_in_one_file
from tests.campaigns.troubles import ALL, DISGUISES, FAMILIES, Reach, Trouble
from tests.campaigns.truth import NOT_THERE, Told, lies, miscounted
from tests.campaigns.vetoes import VETOES, Veto
from tests.figures import Tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silence")]

Case = tuple[int, Trouble, Reach]
Choice = Callable[[list[Call], list[Trouble]], Iterator[Case]]

# What Plex alone can tell, and a fault might hide.
HIDDEN = [
    veto
    for veto in VETOES
    if veto.happen
    in {
        vetoes.carol_has_marked_it_unwatched, vetoes.ned_has_marked_it_unwatched,
        vetoes.carol_has_begun_it_again, vetoes.somebody_plays_it, vetoes.it_carries_the_label_keep,
        vetoes.its_file_was_replaced, vetoes.it_has_a_second_version,
        vetoes.its_key_names_another_title_that_all_have_seen, vetoes.deletion_is_switched_off,
        vetoes.another_server_answers, vetoes.its_libraries_are_others, vetoes.it_has_another_key,
    }
]  # fmt: skip

REFUSALS = (400, 401, 403, 429)
LAST = 5  # exchanges before it is held: by then the reason has been told

# What is asked in a deletion, in this order; others may come in between.
EXCHANGES = [
    "GET /identity",
    "GET /",
    "GET /status/sessions",
    "GET /library/metadata/KEY?checkFiles",
    "GET /api/servers/machine-1/shared_servers",
    "GET /library/metadata/KEY",
    "POST /api/v2/home/users/UUID/switch",
    "GET /api/v2/resources",
    "GET /library/metadata/KEY",
    "DELETE /library/metadata/KEY",
    "GET /library/metadata/KEY",
]
# What a person has to read when Plex answers the DELETE so and the title is still there.
WORDS = {
    400: "mounted read-only|write to the folder",
    401: "Sign in with Plex again",
    403: "Allow media deletion",
    404: "it is still there",
    429: "Try again later",
    500: "Look at the server",
    503: "Look at the server",
}


def recorded(on: Stage) -> list[Call]:
    """Every exchange of a pass that nothing befalls."""
    with on.as_before():
        on.go()
        return list(on.world.requests)


def for_one(calls: list[Call], troubles: list[Trouble]) -> Iterator[Case]:
    """Every fault from the DELETE on, before that one at every other exchange; its length differs."""
    for number in range(len(calls)):
        is_late = number >= _first_delete(calls)
        some = troubles if is_late else troubles[number % (2 * len(troubles)) :][:1]
        for position, trouble in enumerate(some):
            yield number, trouble, trouble.reaches[(number + position) % len(trouble.reaches)]


def for_two(calls: list[Call], troubles: list[Trouble]) -> Iterator[Case]:
    """What comes before the first DELETE is as for one title; from then on one fault at each exchange."""
    first = _first_delete(calls)
    for number in range(first, len(calls)):
        trouble = troubles[5 * (number - first) % len(troubles)]
        yield number, trouble, trouble.reaches[number % len(trouble.reaches)]


def _first_delete(calls: list[Call]) -> int:
    return [call.method for call in calls].index("DELETE")


def every(calls: list[Call], troubles: list[Trouble]) -> Iterator[Case]:
    for number in range(len(calls)):
        yield from ((number, trouble, reach) for trouble in troubles for reach in trouble.reaches)


@pytest.mark.parametrize(
    ("on", "some", "troubles"),
    [
        *(pytest.param(film, for_one, family, id=f"film-{name}") for name, family in FAMILIES.items()),
        pytest.param(two_in_one_file, for_two, ALL, id="two in one file"),
    ],
    indirect=["on"],
)
def test_whatever_befalls_an_exchange_the_row_says_what_happened_and_no_claim_deletes_twice(
    on: Stage, some: Choice, troubles: list[Trouble], soaking: bool, tell: Tell
) -> None:
    wrong, tried = [], 0
    calls = recorded(on)
    for number, trouble, reach in (every if soaking else some)(calls, troubles):
        wrong += attempt(on, calls, number, trouble, reach)
        tried += 1
    tell("fault campaign", faults_tried=tried, rows_that_lie=len(wrong))
    assert not wrong, "\n".join(wrong)


def attempt(on: Stage, calls: list[Call], number: int, trouble: Trouble, reach: Reach) -> list[str]:
    """In words what was wrong: at once, when all has been settled, and when what failed was tried again."""
    with on.as_before():
        with trouble.befalling(on, calls, number, reach), on.waiting(trouble.patience):
            on.go()
        found = [*_wrongs(on, "at once")]
        if reach == "once":
            found += _undecided(on, calls[number], trouble)
        on.settle()
        found += [*_wrongs(on, "once settled"), *_without_advice(on, calls[number], trouble)]
        for row in on.rows().filter(status=Status.FAILED):
            queue.retry(row, timezone.now())
        on.settle()
        found += _wrongs(on, "in the end")
        found += [f"{row} in the end, {row.held_because}" for row in on.rows() if row.status not in NOT_THERE]
        found += [f"{title} went, which nobody spoke of" for title in on.strangers_gone()]
    return [f"{_where(calls, number, trouble)} ({reach}): {words}" for words in found]


def _where(calls: list[Call], number: int, trouble: Trouble) -> str:
    return f"{trouble} at {calls[number].method} {calls[number].path}, exchange {number}"


def _wrongs(on: Stage, when: str) -> Iterator[str]:
    group = [Told.of(row) for row in on.rows()]
    yield from miscounted(group, SIZE)
    for told in group:
        arrived = sum(call.rating_key == told.key for call in on.world.deletes)
        is_there = told.key in on.world.server.items
        for words in lies(told, is_there=is_there, deletes=arrived):
            yield f"{told.title} {when}: {words}"


def _undecided(on: Stage, call: Call, trouble: Trouble) -> Iterator[str]:
    """A refusal is a failure, and nobody waits for more."""
    if call.method == "DELETE" and trouble.status in REFUSALS:
        rows = on.rows().filter(rating_key=call.rating_key).exclude(status=Status.FAILED)
        yield from (f"{row} although it was refused" for row in rows)


def _without_advice(on: Stage, call: Call, trouble: Trouble) -> Iterator[str]:
    if call.method == "DELETE" and trouble.status:
        for told in map(Told.of, on.rows().filter(rating_key=call.rating_key).exclude(status__in=NOT_THERE)):
            if not re.search(WORDS[trouble.status], told.words):
                yield f"{told.title}: {told.words!r} does not say what to do"


@pytest.mark.parametrize("on", [film], indirect=True)
def test_the_recording_holds_every_exchange_of_a_deletion(on: Stage) -> None:
    steps = iter([_described(call) for call in recorded(on)])
    assert [step for step in EXCHANGES if step in steps] == EXCHANGES


def _described(call: Call) -> str:
    path = re.sub(r"/metadata/\d+", "/metadata/KEY", re.sub(r"/users/\w+/", "/users/UUID/", call.path))
    return f"{call.method} {path}{'?checkFiles' if 'checkFiles=1' in call.query else ''}"


@pytest.mark.parametrize("on", [film], indirect=True)
@pytest.mark.parametrize("veto", HIDDEN, ids=str)
def test_no_fault_hides_what_must_keep_a_title(on: Stage, veto: Veto, soaking: bool, tell: Tell) -> None:
    with on.as_before():
        veto.happen(on)
        calls = recorded(on)
        cases = [*disguises(calls, first=HIDDEN.index(veto), soaking=soaking)]
        wrong = [words for case in cases for words in deleted_all_the_same(on, calls, *case)]
    tell("fault campaign", faults_tried=len(cases), wrong_deletions=len(wrong))
    assert not wrong, "\n".join(wrong)


def disguises(calls: list[Call], *, first: int, soaking: bool) -> Iterator[tuple[int, Trouble]]:
    """One at each of the last exchanges, every other time that which looks most honest."""
    honest, *others = DISGUISES
    for number in range(0 if soaking else max(0, len(calls) - LAST), len(calls)):
        one = others[(first + number) % len(others)] if (first + number) % 2 else honest
        yield from ((number, trouble) for trouble in (DISGUISES if soaking else [one]))


def deleted_all_the_same(on: Stage, calls: list[Call], number: int, trouble: Trouble) -> list[str]:
    """Under the fault, or afterwards because of what was learned under it."""
    with on.as_before():
        with trouble.befalling(on, calls, number, "once"):
            on.go()
        on.go(after=settings.PLAXE_CLAIM_TIMEOUT * 2)
        found = [str(row) for row in on.rows() if row.status not in {Status.HELD, Status.SCHEDULED}]
        found += [f"{call.method} {call.path}" for call in on.world.deletes]
    return [f"{_where(calls, number, trouble)}: {words}" for words in found]
