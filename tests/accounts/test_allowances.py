"""How often somebody may ask."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Allowance
from tests.factories import NOW

SOON = timedelta(milliseconds=10)


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
def test_what_was_used_before_counts_as_far_as_it_reaches_into_this_minute() -> None:
    for _ in range(10):
        Allowance.let_in("him", 10, NOW + timedelta(seconds=59))
    assert not Allowance.let_in("him", 10, NOW + timedelta(seconds=61))
    assert Allowance.let_in("him", 10, NOW + timedelta(seconds=90))


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
