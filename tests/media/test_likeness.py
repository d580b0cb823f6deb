"""Which differences mean another title, and which are harmless."""

from datetime import date
from typing import Any

import pytest

from media.likeness import Likeness

FILM = Likeness("movie", title="Heat", aired_on=date(1995, 12, 15))
EPISODE = Likeness(
    "episode", title="A Knock at Four", show="Harbour Lane", season=1, number=2, aired_on=date(2020, 3, 1)
)


def contradicts(known: Likeness, **said: Any) -> bool:
    row = known._replace(**said)
    assert known.contradicts(row) == row.contradicts(known)
    return known.contradicts(row)


@pytest.mark.parametrize(
    "said",
    [
        {"title": "Ronin"},
        {"type": "episode"},
        {"aired_on": date(1986, 5, 1)},  # a film of the same name
        {"title": "Ronin", "original_title": "Ronin"},
    ],
)
def test_another_film(said: dict[str, Any]) -> None:
    assert contradicts(FILM, **said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"title": " HÉAT "},
        {"title": ""},
        {"type": ""},
        {"aired_on": None},
        {"aired_on": date(1996, 2, 15)},
        {"title": "Hitze", "original_title": "Heat"},
    ],
)
def test_the_same_film_said_otherwise(said: dict[str, Any]) -> None:
    assert not contradicts(FILM, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"show": "Night Bus"},
        {"season": 2},
        {"number": 3},
        {"aired_on": date(1999, 1, 1)},
        {"title": "Low Tide", "aired_on": None},
        {"title": "Low Tide", "show": ""},
        {"title": "Low Tide", "aired_on": date(2020, 3, 8)},
    ],
)
def test_another_episode(said: dict[str, Any]) -> None:
    assert contradicts(EPISODE, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"title": "Low Tide"},  # it was called TBA when it was listed
        {"show": "", "season": None, "number": None},
        {"aired_on": date(2020, 3, 8)},
        {"show": "HARBOUR  LANE"},
    ],
)
def test_the_same_episode_said_otherwise(said: dict[str, Any]) -> None:
    assert not contradicts(EPISODE, **said)


def test_guids_decide_where_both_name_the_work() -> None:
    known = FILM._replace(guid="plex://movie/1")

    assert contradicts(known, guid="plex://movie/2")
    assert not contradicts(known, guid="plex://movie/1", title="Ronin")
    assert contradicts(known, guid="local://7", title="Ronin")
    assert contradicts(known._replace(guid="local://7"), title="Ronin")
    assert not contradicts(known, guid="com.plexapp.agents.none://7")
