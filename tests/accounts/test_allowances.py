"""How often somebody may ask."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Allowance
from tests.factories import NOW

SOON = timedelta(milliseconds=10)
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_of_a_thousand_in_ten_seconds_a_hundred_are_let_in_wherever_the_minute_ends() -> None:
    for begin in (NOW, NOW + timedelta(minutes=30, seconds=55)):
        key = f"at {begin}"
        assert sum(Allowance.let_in(key, 100, begin + number * SOON) for number in range(1000)) == 100


@pytest.mark.django_db
def test_after_a_minute_of_silence_all_of_it_is_there_again() -> None:
    assert [Allowance.let_in("him", 2, NOW) for _ in range(3)] == [True, True, False]
    assert Allowance.let_in("him", 2, NOW + timedelta(minutes=2))


@pytest.mark.django_db
@pytest.mark.parametrize("pause", [timedelta(milliseconds=70), timedelta(milliseconds=611), 7 * SOON])
def test_no_minute_wherever_it_begins_has_more_than_the_most(pause: timedelta) -> None:
    moments = [NOW + number * pause for number in range(400)]
    let_in = [moment for moment in moments if Allowance.let_in("him", 20, moment)]
    for begin in let_in:
        assert sum(begin <= moment < begin + MINUTE for moment in let_in) <= 20
    assert len(let_in) >= 20 * max(1, (moments[-1] - NOW) // MINUTE)


@pytest.mark.django_db
def test_each_is_free_again_a_minute_later() -> None:
    for number in range(3):
        assert Allowance.let_in("him", 3, NOW + timedelta(seconds=number))
    assert not Allowance.let_in("him", 3, NOW + timedelta(seconds=59))
    assert Allowance.let_in("him", 3, NOW + timedelta(seconds=60))
    assert not Allowance.let_in("him", 3, NOW + timedelta(seconds=60))


@pytest.mark.django_db
def test_a_clock_that_was_set_back_shuts_nobody_out() -> None:
    assert Allowance.let_in("him", 1, NOW + timedelta(days=1))
    assert Allowance.let_in("him", 1, NOW)
    assert not Allowance.let_in("him", 1, NOW)


@pytest.mark.django_db
def test_everybody_has_his_own_and_a_name_may_be_long() -> None:
    assert Allowance.let_in("a" * 500, 1, NOW)
    assert Allowance.let_in("b", 1, NOW)
    assert not Allowance.let_in("a" * 500, 1, NOW)


@pytest.mark.django_db
def test_what_is_long_past_is_forgotten() -> None:
    Allowance.let_in("him", 1, NOW)
    Allowance.forget(NOW + timedelta(hours=2))
    assert not Allowance.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_not_let_in_more_often() -> None:
    Allowance.let_in("all", 20, NOW)

    def ask(_: int) -> bool:
        try:
            return Allowance.let_in("all", 20, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(60))) == 19
