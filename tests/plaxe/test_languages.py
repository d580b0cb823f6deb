"""Everything a visitor reads is there in every language the switch offers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

ROOT = Path(__file__).parents[2]
CATALOGUE = Path("locale/de/LC_MESSAGES/django.po")
SOURCES = ("accounts", "deletions", "media", "plaxe", "plexclient", "templates", "locale")
# %(name)s, %s, %d, {name}, and the tags of a sentence.
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w+\}|</?\w+>")

entries = list(polib.pofile(str(ROOT / CATALOGUE)))


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """What is said, and how it is translated; singular and plural."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    others = [code for code, _ in settings.LANGUAGES if code != "en"]
    assert others == ["de"]
    assert len(entries) > 500


def fits(entry: polib.POEntry) -> bool:
    """It is translated, and what is put into it has its place; a singular may say "one" instead of 1."""
    allowed = set(PLACES.findall(f"{entry.msgid}{entry.msgid_plural}"))
    for said, translated in texts(entry):
        places = PLACES.findall(translated)
        if not translated or entry.fuzzy or not allowed.issuperset(places):
            return False
        if not entry.msgid_plural and sorted(PLACES.findall(said)) != sorted(places):
            return False
    return True


def test_every_text_is_translated_with_everything_in_its_place() -> None:
    assert [entry.msgid for entry in entries if not fits(entry)] == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = polib.mofile(str((ROOT / CATALOGUE).with_suffix(".mo")))
    assert {(entry.msgctxt, entry.msgid): texts(entry) for entry in compiled} == {
        (entry.msgctxt, entry.msgid): texts(entry) for entry in entries
    }


@pytest.mark.skipif(
    not shutil.which("xgettext"), reason="gettext is not installed: `make messages` needs it too"
)
def test_no_text_of_the_code_is_missing_in_it(tmp_path: Path) -> None:
    for name in SOURCES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    environment = {**os.environ, "PLAXE_DATA_DIR": str(tmp_path / "data"), "PLAXE_ENV_FILE": ""}
    command = [sys.executable, "manage.py", "makemessages", "--locale", "de", "--no-location"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    gathered = {entry.msgid for entry in polib.pofile(str(tmp_path / CATALOGUE)) if not entry.obsolete}
    assert gathered == {entry.msgid for entry in entries}


def test_the_pages_speak_the_language_of_the_visitor(browser: Client) -> None:
    page = browser.get("/settings/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Probelauf" in page
    assert "Dry run" not in page
