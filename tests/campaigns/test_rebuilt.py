"""The re-keyed campaign: after a rebuild old keys name other titles, whenever it comes. None goes by mistake.

A film and an episode have been seen by all who must see them, and may go; of the others somebody still has to
see most, and nobody is assigned to the rest. Frank cannot be asked: of him the history alone is known.
"""

from collections.abc import Iterator
from itertools import cycle

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from media import sources
from plexclient.demo import Item, World
from tests.campaigns.meanwhile import FIRST_LOOK, PASS_HAS_BEGUN, TITLE_IS_READ, VIEWERS_ARE_ASKED
from tests.campaigns.rebuilding import REBUILDS, Rebuild, rekey
from tests.campaigns.stage import ARMED, Stage
from tests.campaigns.truth import NOT_THERE
from tests.figures import Tell
from tests.neighbourhood import LAST_MONTH, LAST_WEEK, assign, connected, inhabited

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silence")]

BEFORE = ["poll", "enqueue", "go"]
IN_THE_PASS = {
    "pass has begun": PASS_HAS_BEGUN,
    "first look": FIRST_LOOK,
    "title is read": TITLE_IS_READ,
    "viewers are asked": VIEWERS_ARE_ASKED,
}
MOMENTS = [*BEFORE, *IN_THE_PASS]


@pytest.fixture(scope="module")
def on(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    world = inhabited()
    seen, needed, others = shelve(world)
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**ARMED), connected(world) as (server, running):
            for title in seen:
                assign(title, "carol", "frank")
                for name in ("carol", "frank"):
                    world.play(world.person(name), title, at=LAST_WEEK)
            for title, name in zip(needed, cycle(["frank", "carol"])):
                assign(title, name)
            yield Stage(world, running, server, seen, [*needed, *others])
        transaction.set_rollback(True)


def shelve(world: World) -> tuple[list[Item], list[Item], list[Item]]:
    """What all have seen, what somebody needs, and what nobody has spoken of."""
    films = [world.add_movie(f"Heron Lake {number}", added_at=LAST_MONTH) for number in range(5)]
    show = world.add_show("Salt Road", added_at=LAST_MONTH)
    season = world.add_season(show, added_at=LAST_MONTH)
    episodes = [world.add_episode(season, added_at=LAST_MONTH) for _ in range(4)]
    return [films[0], episodes[0]], [*films[1:4], *episodes[1:3]], [films[4], episodes[3]]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("is_synced", [True, False], ids=["synced", "unsynced"])
def test_whenever_keys_come_to_name_other_titles_none_goes_that_anybody_needs(
    on: Stage, moment: str, is_synced: bool, soaking: bool, tell: Tell
) -> None:
    first = 2 * MOMENTS.index(moment) + is_synced
    names = list(REBUILDS) if soaking else [list(REBUILDS)[first % len(REBUILDS)]]
    wrong = []
    for name in names:
        with on.as_before():
            live_through(on, moment, REBUILDS[name], is_synced=is_synced)
            wrong += [f"{name}: {words}" for words in wrongs(on)]
    tell("re-keyed campaign", rebuilds=len(names), wrong_deletions=len(wrong))
    assert not wrong, "\n".join(wrong)


def live_through(on: Stage, moment: str, rebuild: Rebuild, *, is_synced: bool) -> None:
    def happen() -> None:
        rekey(on.world, rebuild(on.world))
        if is_synced:
            on.sync()

    for step in BEFORE:
        if step == moment:
            happen()
        if step == "go" and moment in IN_THE_PASS:
            with IN_THE_PASS[moment].sees(happen):
                take(on, step)
        else:
            take(on, step)
    for _ in range(2):  # and what was learned meanwhile must not take anything away later
        on.sync()
        for step in BEFORE:
            take(on, step)


def take(on: Stage, step: str) -> None:
    match step:
        case "poll":
            sources.poll(on.server, timezone.now())
        case "enqueue":
            on.enqueue()
        case "go":
            on.go(after=settings.PLAXE_CLAIM_TIMEOUT * 2)


def wrongs(on: Stage) -> Iterator[str]:
    yield from (f"{title} went" for title in on.strangers_gone())
    there = {item.guid for item in on.world.server.items.values()}
    for row in on.rows():
        if row.snapshot["guid"] in there and row.status in NOT_THERE:
            yield f"{row.title} is there, and {row.status}"
        if row.snapshot["guid"] not in there and row.status not in NOT_THERE:
            yield f"{row.title} is not there, and {row.status}"
    sent = sum(row.deletes_sent for row in on.rows())
    if len(on.world.deletes) > sent:
        yield f"{len(on.world.deletes)} DELETEs arrived, {sent} were written down"


def test_without_a_rebuild_what_all_have_seen_goes(on: Stage) -> None:
    with on.as_before():
        for step in BEFORE:
            take(on, step)
        gone = on.gone()
    assert gone == [title.title for title in on.titles]
