"""The page of the trash, its tasks and its commands."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from deletions import tasks
from deletions.execution import execute_due
from deletions.models import Deletion, Hold, Quarantined, Status
from plexclient.demo import World
from tests.deletions.trashing import FILMS, QueueUp, add
from tests.pages import queries_of, text_of

URL = "/trash/"
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def gone(queue_up: QueueUp, world: World) -> Deletion:
    [deletion] = queue_up(add(world, "Heron Lake"))
    execute_due(deletion.server, timezone.now())
    deletion.refresh_from_db()
    return deletion


def plaxe(*words: str | int) -> dict[str, Any]:
    out = io.StringIO()
    call_command(str(words[0]), *map(str, words[1:]), "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_the_page_shows_what_is_in_the_trash_and_until_when(gone: Deletion, browser: Client) -> None:
    page = text_of(browser.get(URL))
    row = Quarantined.objects.get()
    assert row.purge_for is not None
    for expected in ("Heron Lake", "5\xa0bytes", row.purge_for.isoformat(), "free only when they are purged"):
        assert expected in page


def test_a_button_puts_it_back(gone: Deletion, browser: Client, folder: Path) -> None:
    page = text_of(browser.post(f"{URL}{gone.pk}/put-back/", follow=True))
    assert "is back in its place and stays" in page
    assert "The trash is empty" in page
    assert (folder / "Heron Lake" / "film.mkv").exists()


def test_a_button_purges_it(gone: Deletion, browser: Client, folder: Path) -> None:
    assert "is deleted for good" in text_of(browser.post(f"{URL}{gone.pk}/purge/", follow=True))
    assert not list(folder.rglob("*.mkv"))


def test_a_stale_button_is_refused_in_words(gone: Deletion, browser: Client) -> None:
    browser.post(f"{URL}{gone.pk}/purge/")
    for verb in ("put-back", "purge"):
        assert "is not in the trash" in text_of(browser.post(f"{URL}{gone.pk}/{verb}/", follow=True))


def test_looking_changes_nothing(gone: Deletion, browser: Client) -> None:
    for verb in ("put-back", "purge"):
        assert browser.get(f"{URL}{gone.pk}/{verb}/").status_code == 405
    assert Quarantined.objects.present().exists()


def test_where_there_can_be_no_trash_the_page_says_so(browser: Client, settings: Settings) -> None:
    settings.PLAXE_MEDIA_ROOTS = ()
    assert "Set PLAXE_MEDIA_ROOTS" in text_of(browser.get(URL))


def test_a_trash_that_is_switched_off_says_so(browser: Client, settings: Settings) -> None:
    settings.PLAXE_QUARANTINE = False
    assert "The trash is switched off" in text_of(browser.get(URL))


def test_the_number_of_queries_does_not_grow(
    world: World, queue_up: QueueUp, gone: Deletion, browser: Client
) -> None:
    few = queries_of(browser, URL)
    deletions = queue_up(*(add(world, f"Film {number}") for number in range(3)))
    execute_due(deletions[0].server, timezone.now())
    assert Quarantined.objects.present().count() == 4
    assert queries_of(browser, URL) == few


def test_the_button_that_deletes_for_good_says_so(gone: Deletion, browser: Client) -> None:
    Deletion.objects.update(status="HELD", hold="quarantine", held_because="It cannot be moved to the trash.")
    page = text_of(browser.get("/deletions/"))
    assert "Delete for good" in page
    assert "Approving deletes it for good" in page


def test_a_script_sees_the_trash_and_puts_back(gone: Deletion, folder: Path) -> None:
    trash = plaxe("trash")
    [row] = trash["titles"]
    assert (trash["bytes"], row["id"], row["full_title"]) == (5, gone.pk, gone.title)
    trashed = folder / ".plaxe-trash" / str(gone.pk) / "Heron Lake" / "film.mkv"
    assert row["files"] == [{"path": f"{FILMS}/Heron Lake/film.mkv", "trash": str(trashed), "size": 5}]
    assert plaxe("put_back", gone.pk)["deletions"][0]["status"] == "CANCELLED"
    assert plaxe("trash") == {"titles": [], "bytes": 0}
    with pytest.raises(CommandError, match="is not in the trash"):
        plaxe("put_back", gone.pk)


def test_putting_back_has_plex_look_at_the_folder(gone: Deletion, world: World) -> None:
    world.requests.clear()
    plaxe("put_back", gone.pk)
    assert [call.query for call in world.requests if "refresh" in call.path] == [
        "path=%2Fdata%2Ffilms%2FHeron+Lake"
    ]


def test_approving_everything_deletes_nothing_that_was_to_go_to_the_trash(gone: Deletion) -> None:
    Deletion.objects.update(status=Status.HELD, hold=Hold.QUARANTINE, held_because="Because.")
    assert plaxe("approve", "--all") == {"deletions": []}
    assert plaxe("approve", gone.pk)["deletions"][0]["status"] == "SCHEDULED"


def test_the_task_purges_what_is_due(gone: Deletion) -> None:
    tasks.purge_trash()
    assert Quarantined.objects.present().exists()
    Quarantined.objects.update(purge_for=timezone.now())
    tasks.purge_trash()
    assert not Quarantined.objects.present().exists()


def test_the_task_that_tells_plex_survives_a_plex_that_is_off(gone: Deletion, world: World) -> None:
    tasks.look_again(gone.pk)
