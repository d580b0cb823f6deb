"""Reasons, failures and the record are read in the visitor's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Hold
from plexclient.demo.library import Item
from plexclient.demo.world import World
from tests.pages import text_of, words_of

ROOT = Path(__file__).parents[2]
GERMAN = {"Accept-Language": "de"}
# Whatever these are told is written down, or shown to whoever asks why.
TAKE_SENTENCES = {"Objection", "Verdict", "Obstacle", "NoToken", "hold_together"} | {
    "Refused", "Busy", "Unreadable", "Over", "Unknown", "WrongServer", "BadResponse", "NotFound",
}  # fmt: skip


def written_down() -> Iterator[tuple[str, ast.expr]]:
    for app in ("accounts", "deletions", "media"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TAKE_SENTENCES:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield from (
                        (place, given) for given in (*node.args, *(each.value for each in node.keywords))
                    )


def test_whatever_is_written_down_says_what_it_was_made_of() -> None:
    plain = [
        place
        for place, given in written_down()
        if isinstance(given, ast.JoinedStr)
        or (isinstance(given, ast.Constant) and isinstance(given.value, str))
    ]
    assert plain == []
    assert len(list(written_down())) > 50


def held_by(due: Deletion) -> Deletion:
    execute_due(due.server, timezone.now())
    due.refresh_from_db()
    return due


def test_a_reason_to_hold_is_read_in_german_and_told_in_english(
    due: Deletion, world: World, film: Item, browser: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    world.start_session(world.person("bob"), film)
    assert held_by(due).held_because == "bob is playing Heron Lake."
    for page in ("/deletions/", "/activity/", f"/media/{due.item_id}/", "/"):
        assert "bob sieht gerade Heron Lake." in words_of(browser.get(page, headers=GERMAN)), page
    assert "bob is playing Heron Lake." in words_of(browser.get("/deletions/"))
    call_command("audit", "--json")
    assert "bob is playing Heron Lake." in capsys.readouterr().out


def test_a_failure_is_read_in_german(due: Deletion, world: World, browser: Client) -> None:
    world.server.read_only = True
    assert "Is the disk mounted read-only" in held_by(due).failure
    assert "Ist die Platte nur zum Lesen" in text_of(browser.get("/deletions/?status=past", headers=GERMAN))


def test_who_watched_it_is_read_in_german(due: Deletion, browser: Client) -> None:
    due.refresh_from_db()
    assert due.reasons[0].startswith("Bob watched it on ")
    page = words_of(browser.get("/deletions/", headers=GERMAN))
    assert "Bob hat es am " in page
    assert "watched it" not in page


def test_a_server_that_forbids_it_holds_in_german(due: Deletion, world: World, browser: Client) -> None:
    world.server.allow_media_deletion = False
    assert held_by(due).hold == Hold.DELETION_OFF
    assert "Plex erlaubt das Löschen nicht." in words_of(browser.get("/deletions/", headers=GERMAN))


def test_files_for_other_programs_stay_english(
    due: Deletion, world: World, film: Item, browser: Client
) -> None:
    world.start_session(world.person("bob"), film)
    held_by(due)
    for kind in ("csv", "json"):
        file = browser.get(f"/activity/audit.{kind}", headers=GERMAN).getvalue().decode()
        assert "bob is playing Heron Lake." in file
        assert "sieht gerade" not in file
    assert AuditEntry.objects.mentioning("playing heron").exists()
