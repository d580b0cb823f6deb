"""The kill campaign: whenever a worker is killed, the next ones settle what it left by asking the server.

The steps of a pass are counted in one that is let live; then one process after the other is killed with
SIGKILL at the first, the second, the third step ..., each at a title of its own on the same database. Without
`--soak` it is killed at those where most could go wrong.
"""

import os
import signal
from collections.abc import Iterator
from functools import partial

import pytest

from deletions.models import Status
from plexclient.demo import Fault, Item
from plexclient.demo.faults import FaultKind
from tests.campaigns.process import wait_until
from tests.campaigns.stock import Stock, Titles, keys, stocked
from tests.figures import Tell

HALVES = pytest.mark.parametrize("half", [0, 1])  # of the steps, so that two can work on them
PAIRS = 8  # steps of a pass over two titles
ON_ITS_WAY: list[FaultKind] = ["timeout", "timeout_after", "late"]


@pytest.fixture(scope="module")
def stock(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Stock]:
    share = 1 if request.config.getoption("--soak") else 2
    with stocked(tmp_path_factory.mktemp("kills"), share) as stock:
        yield stock


def report(stock: Stock, kills: int, wrong: list[str], tell: Tell) -> None:
    tell("kill campaign", kills_survived=kills - len(wrong), wrong_deletions=stock.wrong_deletions())
    assert kills
    assert not wrong, "\n".join(wrong)


@HALVES
def test_a_worker_killed_at_any_step_leaves_a_row_that_is_settled_and_no_claim_deletes_twice(
    half: int, stock: Stock, soaking: bool, tell: Tell
) -> None:
    steps, wrong = stock.steps(next(stock.films)), []
    numbers = worst(steps, soaking=soaking)[half::2]
    for number in numbers:
        titles = next(stock.films)
        stock.kill(titles, "execute", at=number)
        wrong += [f"killed {steps[number - 1]}, {words}" for words in stock.wrongs(titles)]
    report(stock, len(numbers), wrong, tell)


def test_two_titles_in_one_file_go_together_after_whatever_write_a_worker_is_killed(
    stock: Stock, soaking: bool, tell: Tell
) -> None:
    steps, wrong = stock.steps(next(stock.pairs)), []
    numbers = [number for number in after_each(steps) if " GET " not in steps[number - 1]]
    numbers = numbers if soaking else numbers[-PAIRS:]  # up to the DELETE it is as with one title
    for number in numbers:
        titles = next(stock.pairs)
        stock.kill(titles, "execute", at=number)
        wrong += [f"killed {steps[number - 1]}, {words}" for words in stock.wrongs(titles)]
    report(stock, len(numbers), wrong, tell)


def test_a_worker_killed_while_it_settles_what_another_left_is_followed_by_a_third(
    stock: Stock, soaking: bool, tell: Tell
) -> None:
    steps = range(1, 16, 4 if soaking else 8)
    moments, wrong = [(at, step) for at in ("before", "after") for step in steps], []
    for at, step in moments:
        titles = next(stock.films)
        stock.kill(titles, "execute", at=f"{at} {delete(titles)}")
        stock.kill(titles, *keys(titles), act="settle", at=step)
        wrong += [f"killed {at} its DELETE, then at step {step}, {words}" for words in stock.wrongs(titles)]
    report(stock, 2 * len(moments), wrong, tell)


def test_a_worker_killed_while_its_delete_is_on_its_way_is_settled_by_what_the_server_says(
    stock: Stock, tell: Tell
) -> None:
    wrong = []
    for kind in ON_ITS_WAY:
        titles = next(stock.films)
        fault = stock.world.faults.add(Fault(kind, "DELETE", delay=0.5 if kind == "late" else 60))
        pid = stock.plaxe.begin("execute", ripe=keys(titles))
        wait_until(partial(struck, fault))
        os.kill(pid, signal.SIGKILL)
        assert stock.plaxe.end(pid).was_killed
        wrong += [f"{kind}: {words}" for words in stock.wrongs(titles)]
    report(stock, len(ON_ITS_WAY), wrong, tell)


def test_what_a_celery_worker_killed_at_its_delete_leaves_is_settled_by_the_next_one(
    stock: Stock, tell: Tell
) -> None:
    wrong = []
    for at in ("before", "after"):
        titles = next(stock.films)
        stock.kill(titles, act="work", at=f"{at} {delete(titles)}")
        pid = stock.plaxe.begin(act="work")
        wait_until(partial(is_deleted, stock, titles), 120, 0.2, told=partial(stock.told, titles))
        os.kill(pid, signal.SIGTERM)
        assert stock.plaxe.end(pid).status == 0
        wrong += [f"killed {at} its DELETE, {words}" for words in stock.wrongs(titles)]
    report(stock, 2, wrong, tell)


def struck(fault: Fault) -> bool:
    return fault.hits == 1


def is_deleted(stock: Stock, titles: Titles) -> bool:
    return {told.status for told in stock.told(titles)} == {Status.DELETED}


def after_each(steps: list[str]) -> list[int]:
    """Before the next one is as good, where nothing is written in between."""
    return [number for number, name in enumerate(steps, start=1) if name.startswith("after ")]


def worst(steps: list[str], *, soaking: bool) -> list[int]:
    """Around the DELETE, after each write, and after some of the questions."""
    if soaking:
        return list(range(1, len(steps) + 1))
    after = after_each(steps)
    asked = [number for number in after if " GET " in steps[number - 1]]
    deletes = [number for number, name in enumerate(steps, start=1) if " DELETE " in name]
    return sorted({*after, *deletes} - {*asked} | {*asked[::5]})


def delete(titles: Titles) -> str:
    return f"DELETE /library/metadata/{titles[0].rating_key}"


@pytest.mark.parametrize("command", ["poll", "enqueue"])
def test_a_pass_killed_at_any_step_loses_no_view_and_queues_no_title_twice(
    command: str, stock: Stock, soaking: bool, tell: Tell
) -> None:
    seen: list[Item] = []

    def play() -> None:
        titles = next(stock.unseen)
        seen.extend(titles)
        stock.play(titles)
        if command == "enqueue":
            stock.plaxe("poll")

    play()
    numbers = after_each(stock.plaxe(command).steps)[:: 1 if soaking else 2]
    for number in numbers:
        play()
        stock.kill([], command, at=number)
    for again in ("poll", "enqueue"):
        stock.plaxe(again)
    told = stock.told(seen)
    assert sorted(one.key for one in told) == sorted(keys(seen))
    wrong = [f"{one}" for one in told if (one.status, one.verbs) != ("SCHEDULED", ["enqueued"])]
    report(stock, len(numbers), wrong, tell)
