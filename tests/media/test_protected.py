"""What is never deleted: each rule by its own sentence."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refused
from accounts.models import PlexServer
from media import protecting
from media.models import KeepRule, LibrarySection, MediaItem, Protection
from tests import factories
from tests.factories import NOW


@pytest.fixture
def show(series: LibrarySection) -> MediaItem:
    return factories.show(section=series, title="Bebop")


def season_of(show: MediaItem, index: int | None = 1, numbers: Any = (1, 2, 3)) -> list[MediaItem]:
    season = factories.season(show=show, index=index)
    return [factories.episode(season=season, index=number) for number in numbers]


def keep(target: MediaItem | LibrarySection, **fields: Any) -> KeepRule:
    of = "item" if isinstance(target, MediaItem) else "section"
    return KeepRule.objects.create(**{of: target}, changed_at=NOW, **fields)


def codes(items: Any) -> list[str]:
    return [item.code for item in items.filter(type="episode").in_order()]


def is_protected(item: MediaItem) -> bool:
    found = MediaItem.objects.filter(pk=item.pk)
    assert found.protected().exists() is not found.unprotected().exists()
    return found.protected().exists()


# What somebody protects


def test_a_protected_movie_is_protected_and_no_other(films: LibrarySection) -> None:
    one, other = (factories.movie(section=films) for _ in range(2))
    assert protecting.protect([one], NOW, by=factories.alice()) == [one]
    assert (is_protected(one), is_protected(other)) == (True, False)
    assert Protection.objects.get().by_name == "alice"


def test_a_protected_show_covers_everything_below_present_and_future(show: MediaItem) -> None:
    [episode] = season_of(show, numbers=[1])
    protecting.protect([show], NOW)
    [later] = season_of(show, index=2, numbers=[1])
    assert all(is_protected(item) for item in (show, episode, later, later.parent) if item)


def test_a_protected_season_covers_its_episodes_and_nothing_beside_it(show: MediaItem) -> None:
    [inside], [outside] = (season_of(show, index, numbers=[1]) for index in (1, 2))
    assert inside.parent
    protecting.protect([inside.parent], NOW)
    assert [is_protected(item) for item in (inside, outside, show)] == [True, False, False]


def test_a_protected_section_covers_what_is_in_it(films: LibrarySection, series: LibrarySection) -> None:
    inside, outside = factories.movie(section=films), factories.show(section=series)
    protecting.protect([films], NOW)
    assert (is_protected(inside), is_protected(outside)) == (True, False)


@pytest.mark.parametrize("is_optional", [False, True])
def test_nothing_goes_that_is_assigned_to_a_protected_viewer(
    server: PlexServer, show: MediaItem, is_optional: bool
) -> None:
    episodes, bob = season_of(show), factories.bob(on=server, gone=True)
    factories.assignment(item=show, viewer=bob)
    show.assignments.update(is_optional=is_optional)
    protecting.protect([bob], NOW)
    assert all(map(is_protected, episodes))
    show.assignments.all().delete()
    assert not any(map(is_protected, episodes))


def test_protecting_twice_is_protecting_once_and_keeps_who_was_first(show: MediaItem) -> None:
    protecting.protect([show], NOW, by=factories.alice())
    assert protecting.protect([show, show], NOW + timedelta(days=1)) == []
    assert (Protection.objects.get().by_name, Protection.objects.get().protected_at) == ("alice", NOW)
    assert protecting.unprotect([show]) == [show]
    assert protecting.unprotect([show]) == []
    assert not is_protected(show)


def test_what_is_gone_is_not_protected_and_nothing_else_that_was_named(films: LibrarySection) -> None:
    here, gone = factories.movie(section=films), factories.movie(section=films, gone_at=NOW)
    with pytest.raises(Refused, match="is no longer on Cellar"):
        protecting.protect([here, gone], NOW)
    films.gone_at = NOW
    with pytest.raises(Refused, match="Films is no longer on Cellar"):
        protecting.protect([films], NOW)
    assert not Protection.objects.exists()


def test_what_has_gone_since_can_be_released(films: LibrarySection) -> None:
    movie = factories.movie(section=films)
    protecting.protect([movie], NOW)
    movie.gone(NOW)
    assert protecting.unprotect([MediaItem.objects.get()]) == [movie]


@pytest.mark.parametrize("targets", [(), ("item", "section"), ("item", "section", "viewer")])
def test_a_protection_is_of_exactly_one_thing(show: MediaItem, targets: tuple[str, ...]) -> None:
    things = {"item": show, "section": show.section, "viewer": factories.bob(on=show.server)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Protection.objects.create(protected_at=NOW, **{name: things[name] for name in targets})


# What a rule keeps


def test_the_newest_episodes_are_kept_in_the_order_of_the_show(show: MediaItem) -> None:
    season_of(show, index=0, numbers=[1])
    season_of(show, index=2, numbers=[2, 1])
    season_of(show, index=1, numbers=[10, 9])
    keep(show, keep_newest=3)
    assert codes(MediaItem.objects.protected()) == ["S01E10", "S02E01", "S02E02"]
    assert codes(MediaItem.objects.unprotected()) == ["S00E01", "S01E09"]


def test_a_new_episode_frees_the_oldest_of_the_newest(show: MediaItem) -> None:
    season_of(show)
    keep(show, keep_newest=2)
    factories.episode(season=show.children.get(), index=4)
    assert codes(MediaItem.objects.protected()) == ["S01E03", "S01E04"]


def test_an_episode_that_is_gone_takes_no_place_among_the_newest(show: MediaItem) -> None:
    *_, newest = season_of(show)
    keep(show, keep_newest=1)
    newest.gone(NOW)
    assert codes(MediaItem.objects.leaves().protected()) == ["S01E02"]


def test_an_episode_the_last_listing_lacked_is_kept_and_takes_no_place(show: MediaItem) -> None:
    *_, newest = season_of(show)
    keep(show, keep_newest=1)
    MediaItem.objects.filter(pk=newest.pk).update(missing_since=NOW)
    assert codes(MediaItem.objects.protected()) == ["S01E02", "S01E03"]


def test_an_episode_without_a_number_is_kept_and_takes_no_place(show: MediaItem) -> None:
    season_of(show, numbers=[1, 2, None])
    keep(show, keep_newest=1)
    assert codes(MediaItem.objects.protected()) == ["S01", "S01E02"]


def test_two_rows_of_one_number_share_a_place(show: MediaItem) -> None:
    season_of(show, numbers=[1, 2, 2])
    keep(show, keep_newest=1)
    assert codes(MediaItem.objects.unprotected()) == ["S01E01"]


def test_a_show_by_date_keeps_what_was_aired_last(show: MediaItem) -> None:
    season = factories.season(show=show, index=2026)
    for day in (1, 3, 2, None):
        aired_on = date(2026, 11, day) if day else None
        factories.episode(season=season, index=None, title=f"Day {day}", aired_on=aired_on)
    keep(show, keep_newest=2)
    kept = MediaItem.objects.filter(type="episode").protected()
    assert {item.title for item in kept} == {"Day 3", "Day 2", "Day None"}


def test_a_show_with_neither_numbers_nor_dates_keeps_what_was_added_last(show: MediaItem) -> None:
    season = factories.season(show=show, index=None)
    for days in (1, 3, 2, None):
        added_at = NOW - timedelta(days=days) if days else None
        factories.episode(
            season=season, index=None, title=f"Age {days}", added_at=added_at, views_count_from=NOW
        )
    keep(show, keep_newest=1)
    kept = MediaItem.objects.filter(type="episode").protected()
    assert {item.title for item in kept} == {"Age 1", "Age None"}


def test_the_first_season_is_kept_and_specials_are_not_the_first(show: MediaItem) -> None:
    for index in (0, 1, 2):
        season_of(show, index, numbers=[1])
    keep(show, keep_first_season=True)
    assert codes(MediaItem.objects.protected()) == ["S01E01"]


def test_an_episode_whose_season_is_not_known_may_be_of_the_first(show: MediaItem) -> None:
    [lost] = season_of(show, index=None, numbers=[1])
    keep(show, keep_first_season=True)
    assert is_protected(lost)
    MediaItem.objects.filter(type="season").update(index=2)
    assert not is_protected(lost)


def test_the_last_episodes_of_a_show_are_kept(show: MediaItem) -> None:
    season_of(show, numbers=range(1, 7))
    rule = keep(show, keep_at_least=5)
    assert codes(MediaItem.objects.protected()) == []
    rule.keep_at_least = 6
    rule.save()
    assert len(codes(MediaItem.objects.protected())) == 6


def test_of_several_titles_only_as_many_go_as_the_show_can_spare(show: MediaItem) -> None:
    season_of(show, numbers=range(1, 7))
    keep(show, keep_at_least=4)
    wanted = MediaItem.objects.filter(index__in=[6, 2, 4], type="episode")
    assert codes(wanted.dispensable()) == ["S01E02", "S01E04"]


def test_a_movie_and_a_show_without_a_rule_can_be_spared(show: MediaItem, films: LibrarySection) -> None:
    season_of(show)
    factories.movie(section=films)
    assert MediaItem.objects.leaves().dispensable().count() == 4


def test_a_rule_of_a_section_holds_for_each_of_its_shows_and_for_no_other(
    server: PlexServer, show: MediaItem
) -> None:
    season_of(show)
    season_of(factories.show(section=show.section))
    season_of(factories.show(section=factories.section(on=server, kind="show")))
    keep(show.section, keep_newest=1)
    assert codes(MediaItem.objects.protected()) == ["S01E03", "S01E03"]


def test_the_word_of_a_show_wins_over_its_section_field_by_field(show: MediaItem) -> None:
    season_of(show)
    season_of(show, index=2)
    keep(show.section, keep_newest=5, keep_first_season=True)
    keep(show, keep_newest=1)
    assert codes(MediaItem.objects.protected()) == ["S01E01", "S01E02", "S01E03", "S02E03"]


def test_a_show_can_do_without_what_its_section_keeps(show: MediaItem) -> None:
    season_of(show)
    keep(show.section, keep_newest=2, keep_first_season=True, keep_at_least=3)
    keep(show, keep_newest=0, keep_first_season=False, keep_at_least=0)
    assert codes(MediaItem.objects.protected()) == []


def test_an_episode_of_an_unknown_show_is_kept_where_its_section_has_a_rule(series: LibrarySection) -> None:
    lost = factories.item(section=series, kind="episode", index=1, parent_index=1)
    keep(series, keep_at_least=1)
    assert is_protected(lost)


def test_two_shows_do_not_count_together(series: LibrarySection) -> None:
    for _ in range(2):
        season_of(factories.show(section=series), numbers=[1, 2])
    keep(series, keep_at_least=2)
    assert len(codes(MediaItem.objects.protected())) == 4


@pytest.mark.parametrize("size", [1, 20])
def test_asking_takes_one_query_however_much_there_is(
    server: PlexServer, series: LibrarySection, size: int
) -> None:
    for _ in range(size):
        show = factories.show(section=series)
        season_of(show)
        keep(show, keep_newest=1, keep_at_least=2)
        protecting.protect([show.children.get()], NOW)
    with CaptureQueriesContext(connection) as queries:
        list(MediaItem.objects.leaves().unprotected().dispensable())
        list(MediaItem.objects.protected())
    assert len(queries) == 2
