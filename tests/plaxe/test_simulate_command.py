import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from deletions.models import AuditEntry, Deletion
from media.models import LibrarySection
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def films() -> LibrarySection:
    films = factories.section(on=factories.server(), title="Films")
    seen = {"Salt": (10, 20), "Heron \x1b[31m Lake": (2, 30)}
    for title, (alice, bob) in seen.items():
        film = factories.movie(
            section=films, title=title, size=700_000_000, year=2020, added_at=NOW - 900 * DAY
        )
        for viewer, days in (factories.owner(on=films.server), alice), (factories.bob(on=films.server), bob):
            factories.assignment(item=film, viewer=viewer)
            factories.watch(item=film, viewer=viewer, at=NOW - days * DAY)
    return films


DAY = timedelta(days=1)


def simulate(*words: str) -> str:
    out = io.StringIO()
    call_command("simulate", *words, stdout=out)
    return out.getvalue()


def document(*words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(simulate("--json", *words))
    return told


def test_the_document_tells_what_when_and_why(films: LibrarySection) -> None:
    told = document("--delay", "7d")
    assert (told["days"], told["delay_seconds"], told["quorum"], told["server"]) == (90, 604800, None, None)
    assert (told["count"], told["bytes"]) == (1, 700_000_000)
    title = told["titles"][0]
    assert (title["title"], title["full_title"], title["type"]) == ("Salt", "Salt (2020)", "movie")
    assert (title["server"], title["bytes"]) == ("machine-1", 700_000_000)
    assert title["completed_at"] == (NOW - 10 * DAY).isoformat()
    assert title["would_go_at"] == (NOW - 3 * DAY).isoformat()
    assert [viewer["name"] for viewer in title["viewers"]] == ["Bob", "Alice"]
    assert title["viewers"][0].keys() == {"plex_id", "name", "viewed_at", "source"}
    seen_at = f"{NOW - 20 * DAY:%Y-%m-%d %H:%M}"
    assert title["reasons"][0] == f"Bob watched it on {seen_at} UTC (Plex history)."
    day = {"date": f"{NOW - 3 * DAY:%Y-%m-%d}", "count": 1, "bytes": 700_000_000, "bytes_so_far": 700_000_000}
    assert told["by_day"] == [day]
    assert told["queued"]["count"] == len(told["queued"]["titles"]) == 1
    nothing = {"count": 0, "bytes": 0}
    assert (told["before"], told["staying"], told["deleted"]) == (nothing, nothing, nothing)


def test_people_read_it_by_day(films: LibrarySection) -> None:
    lines = simulate("--delay", "0").splitlines()
    assert f"{NOW - 10 * DAY:%Y-%m-%d}  1 title (667.6 MB), 667.6 MB so far" in lines
    assert f"{NOW - 2 * DAY:%Y-%m-%d}  1 title (667.6 MB), 1.3 GB so far" in lines
    assert "      667.6 MB  Heron \ufffd[31m Lake (2020)" in lines
    assert "With a delay of 0s, 2 titles (1.3 GB) would have gone in 90 days." in lines


def test_without_a_delay_the_one_that_is_set_holds(films: LibrarySection, settings: Settings) -> None:
    settings.PLAXE_DELETION_DELAY = timedelta(hours=5)
    assert document()["delay_seconds"] == 5 * 3600


@pytest.mark.parametrize(
    ("quorum", "told", "titles"), [("1", 1, 2), ("any", 1, 2), ("2", 2, 1), ("all", "all", 1)]
)
def test_a_quorum_can_be_tried(films: LibrarySection, quorum: str, told: Any, titles: int) -> None:
    answer = document("--delay", "7d", "--quorum", quorum)
    assert (answer["quorum"], answer["count"]) == (told, titles)


def test_few_days_show_less(films: LibrarySection) -> None:
    told = document("--delay", "0", "--days", "5")
    assert (told["count"], told["before"]["count"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--days", "0"], "The days are a number from 1 to 3650"),
        (["--days", "-3"], "The days are a number from 1 to 3650"),
        (["--days", "1000000"], "The days are a number from 1 to 3650"),
        (["--days", "x"], "invalid int value: 'x'"),
        (["--delay", "x"], "The delay is a duration such as 90s, 15m, 24h or 7d"),
        (["--delay=-1d"], "The delay is a duration"),
        (["--delay", "99999d"], "The delay is a duration"),
        (["--quorum", "3"], "can never be reached: there are 2 viewers"),
        (["--quorum", "0"], "The quorum is a number from 1 on"),
        (["--quorum", "some"], "The quorum is a number from 1 on"),
        (["--server", "nowhere"], "No connected server has the machine identifier nowhere"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(films: LibrarySection, words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        simulate(*words)


def test_nothing_is_queued_by_it(films: LibrarySection) -> None:
    simulate("--delay", "0")
    assert not Deletion.objects.exists()
    assert not AuditEntry.objects.exists()


def test_where_nothing_is_known_it_says_so() -> None:
    assert "0 titles (0 bytes) would have gone in 90 days." in simulate()
