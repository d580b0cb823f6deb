"""A title under a new key is the old one only on proof; what is doubtful the owner decides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import PlexServer, PlexUser
from media import questions
from media.models import (
    Assignment,
    Evidence,
    Exemption,
    LibrarySection,
    MediaFile,
    MediaItem,
    Question,
    StandingOrder,
    Watch,
)  # fmt: skip
from media.sync import sync_server
from tests import factories
from tests.media.fake_plex import ADDED, FakePlex, Row, episode, media, movie, season, show

DAY = timedelta(days=1)
SEEN = datetime.fromtimestamp(ADDED, tz=factories.NOW.tzinfo) + 10 * DAY
Sync = Callable[..., list[str]]


@pytest.fixture
def sync(server: PlexServer) -> Sync:
    """A day later each time."""
    days = 0

    def sync(*, full: bool = True) -> list[str]:
        nonlocal days
        days += 1
        return sync_server(server, factories.NOW + days * DAY, full=full).errors

    return sync


@pytest.fixture
def bob(server: PlexServer) -> PlexUser:
    return factories.bob(on=server)


@pytest.fixture
def films(plex: FakePlex) -> list[Row]:
    """Enough of them that one may vanish."""
    return plex.section("1", "movie", movie("7", "Heat"), *(movie(str(number)) for number in range(20, 30)))


@pytest.fixture
def heat(films: list[Row], sync: Sync, bob: PlexUser) -> MediaItem:
    """Bob is to see it and has."""
    sync()
    item = MediaItem.objects.get(rating_key="7")
    factories.assignment(item=item, viewer=bob)
    factories.watch(item=item, viewer=bob, at=SEEN)
    return item


def rekeyed(row: Row, key: str, **more: Any) -> Row:
    return {**row, "ratingKey": key, **more}


def present(key: str) -> MediaItem:
    return MediaItem.objects.present().get(rating_key=key)


def nothing_was_carried_over(to: str) -> bool:
    item = present(to)
    return not (item.assignments.exists() or item.watches.exists() or item.is_complete())


def test_a_movie_under_a_new_key_keeps_its_row_and_all_that_hangs_on_it(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[0] = rekeyed(films[0], "99", title="Heat!")

    assert sync() == []

    assert present("99").pk == heat.pk
    heat.refresh_from_db()
    assert (heat.title, heat.is_complete(), heat.gone_at) == ("Heat!", True, None)
    assert [file.path for file in heat.files.all()] == ["/films/7.mkv"]
    assert MediaItem.objects.count() == 11
    assert not Question.objects.exists()


def test_a_whole_library_under_new_keys_is_no_disk_that_is_not_mounted(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[:] = [rekeyed(row, f"{row['ratingKey']}00") for row in films]

    assert sync() == []

    assert present("700").pk == heat.pk
    assert MediaItem.objects.count() == 11


def test_two_titles_that_swap_their_keys_keep_what_is_theirs(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    other = present("20")
    films[0], films[1] = rekeyed(films[0], "20"), rekeyed(films[1], "7")

    sync()

    assert (present("20").pk, present("7").pk) == (heat.pk, other.pk)
    assert present("20").is_complete()
    assert not present("7").watches.exists()


def test_a_key_met_by_an_incremental_sync_waits_for_a_listing_that_lacks_the_old_one(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    later = int((factories.NOW + 5 * DAY).timestamp())
    films[0] = rekeyed(films[0], "99", updatedAt=later)

    sync(full=False)
    assert nothing_was_carried_over("99")

    sync()
    assert present("99").pk == heat.pk


@pytest.mark.parametrize("guid", ["plex://movie/another", "local://99"])
def test_without_the_same_guid_it_is_another_title(
    heat: MediaItem, films: list[Row], sync: Sync, guid: str
) -> None:
    films[0] = rekeyed(films[0], "99", guid=guid)

    sync()

    assert nothing_was_carried_over("99")
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    "files",
    [
        [media("/films/another.mkv")],
        [media("/films/7.mkv", proxyType=42), media("/films/another.mkv")],
        [],
    ],
)
def test_with_a_new_key_and_another_file_it_is_a_question(
    heat: MediaItem, films: list[Row], sync: Sync, files: list[Any]
) -> None:
    films[0] = rekeyed(films[0], "99", Media=files)

    sync()

    assert nothing_was_carried_over("99")
    assert Question.objects.get().why == Question.Why.FILE


def test_in_another_section_it_is_another_title(
    heat: MediaItem, films: list[Row], plex: FakePlex, sync: Sync
) -> None:
    plex.section("2", "movie", rekeyed(films.pop(0), "99"))

    sync()

    assert nothing_was_carried_over("99")


def test_while_the_old_one_is_still_listed_they_are_two(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films.append(rekeyed(films[0], "99"))
    sync()
    assert nothing_was_carried_over("99")

    films.pop(0)
    sync()
    assert nothing_was_carried_over("99")


def test_what_was_seen_to_go_is_a_new_copy_when_it_comes_back(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    row = films.pop(0)
    sync()

    films.append(rekeyed(row, "99"))
    sync()

    assert nothing_was_carried_over("99")
    assert not Question.objects.exists()


def test_half_a_listing_proves_nothing(heat: MediaItem, films: list[Row], plex: FakePlex, sync: Sync) -> None:
    films[0] = rekeyed(films[0], "99")
    plex.faults.total = 50

    sync()

    assert nothing_was_carried_over("99")


@pytest.mark.parametrize("days", [-20, 20])
def test_added_again_within_two_listings_it_is_a_question(
    heat: MediaItem, films: list[Row], sync: Sync, days: int
) -> None:
    """Same guid, same path, and another date: a new copy, as far as anybody can tell."""
    films[0] = rekeyed(films[0], "99", addedAt=ADDED + days * 86400)

    sync()

    assert nothing_was_carried_over("99")
    question = Question.objects.get()
    assert (question.old, question.new, question.why) == (heat, present("99"), Question.Why.DATED)


def test_a_question_is_asked_only_where_something_hangs_on_it(films: list[Row], sync: Sync) -> None:
    sync()
    films[0] = rekeyed(films[0], "99", addedAt=ADDED + 20 * 86400)

    sync()

    assert not Question.objects.exists()


def test_a_title_that_fell_into_two_is_a_question_with_two_answers(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[0] = rekeyed(films[0], "98")
    films.append(rekeyed(films[0], "99"))

    sync()

    assert set(Question.objects.values_list("new__rating_key", "why")) == {
        ("98", "several"),
        ("99", "several"),
    }
    assert nothing_was_carried_over("98")
    assert nothing_was_carried_over("99")


def test_two_titles_that_became_one_are_a_question(films: list[Row], sync: Sync, bob: PlexUser) -> None:
    films.append(rekeyed(films[0], "8"))
    sync()
    for key in ("7", "8"):
        factories.assignment(item=present(key), viewer=bob)
    films[:] = [rekeyed(films[0], "99"), *films[1:-1]]

    sync()

    assert set(Question.objects.values_list("old__rating_key", flat=True)) == {"7", "8"}
    assert nothing_was_carried_over("99")


# --- answers


@pytest.fixture
def split(heat: MediaItem, films: list[Row], sync: Sync) -> list[Question]:
    films[0] = rekeyed(films[0], "98")
    films.append(rekeyed(films[0], "99"))
    sync()
    return list(Question.objects.order_by("new__rating_key"))


def test_yes_carries_everything_over_and_settles_the_other_answers(
    split: list[Question], heat: MediaItem
) -> None:
    questions.answer(split[1], factories.NOW, same=True)

    assert present("99").pk == heat.pk
    assert present("99").is_complete()
    assert not Question.objects.exists()
    assert nothing_was_carried_over("98")


def test_no_is_remembered_and_not_asked_again(
    split: list[Question], heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    for question in split:
        questions.answer(question, factories.NOW, same=False, by=factories.alice())

    sync()

    assert not Question.objects.open().exists()
    assert set(Question.objects.values_list("answered_by__username", flat=True)) == {"alice"}
    assert nothing_was_carried_over("98")
    assert nothing_was_carried_over("99")


def test_a_second_answer_is_refused(split: list[Question]) -> None:
    questions.answer(split[0], factories.NOW, same=False)

    with pytest.raises(questions.Refused, match="already"):
        questions.answer(split[0], factories.NOW, same=True)


def test_an_old_title_that_is_back_under_its_key_is_not_made_one(
    split: list[Question], films: list[Row], sync: Sync
) -> None:
    films.append(movie("7", "Heat"))
    sync()

    with pytest.raises(questions.Refused, match="there again"):
        questions.answer(split[0], factories.NOW, same=True)
    assert nothing_was_carried_over("98")


# --- from when views count


def test_no_view_counts_afterwards_that_counted_for_neither(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    """The new row bears an earlier date, at which there was another copy."""
    early = datetime.fromtimestamp(ADDED, tz=factories.NOW.tzinfo) - 5 * DAY
    Watch.objects.update(first_viewed_at=early, last_viewed_at=early)
    films[0] = rekeyed(films[0], "99", addedAt=ADDED - 300 * 86400)
    sync()

    questions.answer(Question.objects.get(), factories.NOW, same=True)
    sync()

    assert present("99").pk == heat.pk
    assert present("99").views_count_from == heat.views_count_from
    assert not present("99").is_complete()


def test_a_later_date_said_to_be_the_same_copy_counts_no_view_from_before_plaxe_knew_it(
    heat: MediaItem, films: list[Row], sync: Sync
) -> None:
    films[0] = rekeyed(films[0], "99", addedAt=int((factories.NOW + 2 * DAY).timestamp()))
    sync()

    questions.answer(Question.objects.get(), factories.NOW, same=True)

    item = present("99")
    assert (item.pk, item.first_seen_at) == (heat.pk, heat.first_seen_at)
    assert item.views_count_from == heat.first_seen_at


# --- what has gathered at the new row meanwhile


@pytest.fixture
def gathered(heat: MediaItem, films: list[Row], sync: Sync) -> MediaItem:
    """The new row, met before the old one was found missing."""
    films[0] = rekeyed(films[0], "99", updatedAt=int((factories.NOW + 5 * DAY).timestamp()))
    sync(full=False)
    return present("99")


def test_viewers_views_and_words_of_both_rows_are_kept(
    gathered: MediaItem, heat: MediaItem, server: PlexServer, bob: PlexUser, sync: Sync
) -> None:
    carol, late = factories.carol(on=server), SEEN + 30 * DAY
    for viewer in (bob, carol):
        factories.assignment(item=gathered, viewer=viewer)
        factories.watch(item=gathered, viewer=viewer, at=late)
    Evidence.objects.create(
        item=gathered, viewer=carol, source="hand", said="seen", at=late, learned_at=late, text=""
    )

    sync()

    assert set(Assignment.objects.values_list("item", "viewer")) == {(heat.pk, bob.pk), (heat.pk, carol.pk)}
    views = Watch.objects.order_by("viewer__name").values_list("item", "first_viewed_at", "last_viewed_at")
    assert list(views) == [(heat.pk, SEEN, late), (heat.pk, late, late)]
    assert Evidence.objects.get().item == heat


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"withdrawn_at": SEEN + DAY, "withdrawn_by": "state"}, False),
        ({"withdrawn_at": SEEN - DAY, "withdrawn_by": "state"}, True),
        ({"offset": 90_000, "offset_at": SEEN + DAY}, False),
        ({"offset": 90_000, "offset_at": SEEN - DAY}, True),
    ],
)
def test_what_speaks_against_a_view_speaks_against_it_afterwards(
    gathered: MediaItem, heat: MediaItem, bob: PlexUser, sync: Sync, fields: dict[str, Any], counts: bool
) -> None:
    watch = factories.watch(item=gathered, viewer=bob, at=SEEN - 2 * DAY)
    Watch.objects.filter(pk=watch.pk).update(**fields)

    sync()

    assert present("99").is_complete() == counts


def test_who_was_said_not_to_need_it_is_not_assigned_by_its_new_key(
    gathered: MediaItem, heat: MediaItem, server: PlexServer, sync: Sync
) -> None:
    carol = factories.carol(on=server)
    order = StandingOrder.objects.create(server=server, section=heat.section)
    Exemption.objects.create(item=heat, viewer=carol)
    Assignment.objects.create(server=server, item=gathered, viewer=carol, order=order)

    sync()

    assert not Assignment.objects.filter(viewer=carol).exists()


# --- seasons and shows


@pytest.fixture
def series(plex: FakePlex) -> list[Row]:
    return plex.section("2", "show", show("10"), season("11", "10"), episode("12", "11", "10"))


@pytest.mark.parametrize("full", [True, False])
def test_an_emptied_show_that_comes_back_with_new_episodes_keeps_its_viewers(
    plex: FakePlex, series: list[Row], sync: Sync, bob: PlexUser, full: bool
) -> None:
    sync()
    old = present("10")
    factories.assignment(item=old, viewer=bob)
    present("12").gone(factories.NOW + DAY)
    later = int((factories.NOW + 5 * DAY).timestamp())
    new = {"addedAt": later, "updatedAt": later}
    series[:] = [
        rekeyed(show("10"), "50", **new),
        rekeyed(season("11", "50", 2), "51", guid="plex://season/second", **new),
        rekeyed(episode("12", "51", "50"), "52", guid="plex://episode/second", **new),
    ]

    sync(full=full)

    assert present("50").pk == old.pk
    leaf = present("52")
    assert (leaf.show_id, leaf.is_complete()) == (old.pk, False)
    assert leaf.covering_assignments().get().viewer == bob
    factories.watch(item=leaf, viewer=bob, at=factories.NOW + 6 * DAY)
    assert leaf.is_complete()


def test_a_show_with_all_below_it_under_new_keys_is_the_same(
    series: list[Row], sync: Sync, bob: PlexUser
) -> None:
    sync()
    rows = {item.type: item.pk for item in MediaItem.objects.all()}
    factories.assignment(item=present("11"), viewer=bob)
    factories.watch(item=present("12"), viewer=bob, at=SEEN)
    top, middle, leaf = series
    series[:] = [
        rekeyed(top, "50"),
        rekeyed(middle, "51", parentRatingKey="50"),
        rekeyed(leaf, "52", parentRatingKey="51", grandparentRatingKey="50"),
    ]

    sync()

    assert (present("51").pk, present("52").pk) == (rows["season"], rows["episode"])
    assert present("52").is_complete()
    assert present("52").parent_id == rows["season"]


def test_one_show_twice_gone_is_a_question(
    server: PlexServer, plex: FakePlex, series: list[Row], sync: Sync, bob: PlexUser
) -> None:
    sync()
    first = present("10")
    first.gone(factories.NOW)
    second = factories.show(section=first.section, guid=first.guid, rating_key="40", gone_at=factories.NOW)
    for old in (first, second):
        factories.assignment(item=old, viewer=bob)
    series[:] = [rekeyed(series[0], "50")]

    sync()

    assert set(Question.objects.values_list("old", flat=True)) == {first.pk, second.pk}
    assert not present("50").assignments.exists()


def test_the_files_of_the_old_row_do_not_stay_behind(heat: MediaItem, films: list[Row], sync: Sync) -> None:
    films[0] = rekeyed(films[0], "99", Media=[media("/films/7.mkv"), media("/films/7b.mkv")])

    sync()

    paths = MediaFile.objects.filter(path__startswith="/films/7").values_list("item", "path")
    assert set(paths) == {(heat.pk, "/films/7.mkv"), (heat.pk, "/films/7b.mkv")}


def test_another_server_changes_nothing(heat: MediaItem, films: list[Row], sync: Sync) -> None:
    other = LibrarySection.objects.create(
        server=factories.server(machine_identifier="machine-2"), key="1", type="movie", title="Films"
    )
    twin = factories.movie(section=other, guid="plex://movie/7", path="/films/7.mkv", gone_at=factories.NOW)
    films[0] = rekeyed(films[0], "99")

    sync()

    twin.refresh_from_db()
    assert (present("99").pk, twin.gone_at) == (heat.pk, factories.NOW)
