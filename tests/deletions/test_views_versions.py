"""Choosing among versions on the queue's page and on the command line."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import PlexServer
from deletions import queue
from deletions.models import Deletion, Hold
from media.models import MediaItem
from tests import factories
from tests.factories import NOW
from tests.pages import HTMX, queries_of, text_of

URL = "/deletions/"


def several_versions(*, on: PlexServer, title: str = "Salt") -> Deletion:
    film = factories.movie(
        section=factories.section(on=on), title=title, path=f"/films/{title} - 4k.mkv", size=7 * 10**9
    )
    film.files.update(media_id="41", resolution="4k")
    MediaItem.objects.filter(pk=film.pk).update(size=8 * 10**9)
    factories.file(of=film, media_id="42", path=f"D:\\films\\{title} - sd.mkv", size=10**9)
    factories.assignment(item=film, viewer=factories.bob(on=on))
    factories.watch(item=film, viewer=factories.bob(on=on))
    queue.enqueue_complete(on, NOW)
    row = Deletion.objects.get(item=film)
    queue.hold(row, Hold.VERSIONS, "It has 2 versions.", NOW)
    return row


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def held(cellar: PlexServer) -> Deletion:
    return several_versions(on=cellar)


def plaxe(*words: str | int) -> dict[str, Any]:
    out = io.StringIO()
    call_command(str(words[0]), *map(str, words[1:]), "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_each_version_is_shown_with_its_size_and_a_button(browser: Client, held: Deletion) -> None:
    page = text_of(browser.get(URL))
    for expected in ("4k", "6.5\xa0GB", "Salt - 4k.mkv", "953.7\xa0MB", "Salt - sd.mkv"):
        assert expected in page
    assert page.count("Delete only this") == 2
    assert 'name="version" value="42"' in page
    assert "Delete all" in page
    assert "Keep all" in page


def test_the_button_of_a_version_chooses_it(browser: Client, held: Deletion) -> None:
    part = text_of(browser.post(f"{URL}{held.pk}/approve/", {"version": "42"}, headers=HTMX))
    assert "Only one version goes:" in part
    held.refresh_from_db()
    assert (held.status, held.version, held.bytes) == ("SCHEDULED", "42", 10**9)


def test_a_button_of_a_version_that_is_gone_is_refused_in_words(browser: Client, held: Deletion) -> None:
    assert held.item
    held.item.files.filter(media_id="42").update(media_id="43")
    page = text_of(browser.post(f"{URL}{held.pk}/approve/", {"version": "42", "back": URL}, follow=True))
    assert "has no version 42. It has: 41, 43." in page
    held.refresh_from_db()
    assert held.status == "HELD"


def test_what_stayed_can_be_queued_by_a_button(browser: Client, held: Deletion) -> None:
    Deletion.objects.update(status="DELETED", hold="", version="42", finished_at=NOW)
    assert "Queue the rest" in text_of(browser.get(URL, {"status": "past"}))
    browser.post(f"{URL}{held.pk}/retry/")
    assert Deletion.objects.filter(status="SCHEDULED", version="").count() == 1


def test_versions_cost_no_query_for_each_title(browser: Client, cellar: PlexServer, held: Deletion) -> None:
    few = queries_of(browser, URL)
    for number in range(5):
        several_versions(on=cellar, title=f"Film {number}")
    assert queries_of(browser, URL) == few


def test_a_script_sees_the_versions_and_chooses_one(held: Deletion) -> None:
    [row] = plaxe("queue")["deletions"]
    assert row["versions"] == [
        {
            "media_id": "41", "bytes": 7 * 10**9, "resolution": "4k",
            "files": [{"path": "/films/Salt - 4k.mkv", "size": 7 * 10**9}],
        },
        {
            "media_id": "42", "bytes": 10**9, "resolution": None,
            "files": [{"path": "D:\\films\\Salt - sd.mkv", "size": 10**9}],
        },
    ]  # fmt: skip
    [row] = plaxe("approve", held.pk, "--version", "42")["deletions"]
    assert (row["status"], row["version"], row["versions"]) == ("SCHEDULED", "42", [])


def test_a_script_that_names_none_takes_all(held: Deletion) -> None:
    [row] = plaxe("approve", held.pk)["deletions"]
    assert (row["status"], row["version"], row["bytes"]) == ("SCHEDULED", None, 8 * 10**9)


@pytest.mark.parametrize("words", [["--all"], ["--history"], ["7"]])
def test_a_version_belongs_to_one_title(held: Deletion, words: list[str]) -> None:
    with pytest.raises(CommandError, match="--version belongs to one title"):
        plaxe("approve", held.pk, *words, "--version", "42")


def test_an_empty_version_is_not_all_of_them(held: Deletion) -> None:
    with pytest.raises(CommandError, match="has no version"):
        plaxe("approve", held.pk, "--version", "")


def test_the_rest_is_queued_by_retry(held: Deletion) -> None:
    Deletion.objects.update(status="DELETED", hold="", version="42", finished_at=NOW)
    [row] = plaxe("retry", held.pk)["deletions"]
    assert row["id"] != held.pk
    assert (row["status"], row["version"]) == ("SCHEDULED", None)


def test_nothing_is_left_to_queue_of_a_title_that_is_gone(held: Deletion) -> None:
    Deletion.objects.update(status="DELETED", hold="", version="42", finished_at=NOW)
    MediaItem.objects.update(gone_at=NOW)
    with pytest.raises(CommandError, match="Nothing is left of Salt"):
        plaxe("retry", held.pk)
