"""What the pages for people show exists: commands, their options, settings and files."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SETTING = re.compile(r"\bPLAXE_[A-Z_]+[A-Z]\b")
LINK = re.compile(r"\]\(([^)#:]+)\)")
WORK_OF_OURS = re.compile(r"manage\.py ([a-z_]+)")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def shown() -> list[str]:
    lines = [
        line for page in PAGES for block in BLOCK.findall(page.read_text()) for line in block.splitlines()
    ]
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


@pytest.mark.parametrize("line", [line for line in shown() if "manage.py" in line])
def test_a_command_that_is_shown_takes_what_is_shown(line: str) -> None:
    program, command, *words = shlex.split(line)[1:]
    options = load_command_class(get_commands()[command], command).create_parser(program, command)
    assert "json" in vars(options.parse_args(words))


@pytest.mark.parametrize("line", [line for line in shown() if line.startswith("make ")])
def test_what_is_to_be_made_can_be_made(line: str) -> None:
    assert re.search(rf"^{line.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pages
def test_every_command_spoken_of_exists(page: Path) -> None:
    assert set(WORK_OF_OURS.findall(page.read_text())) <= get_commands().keys()


@pages
def test_every_setting_spoken_of_is_read(page: Path) -> None:
    code = (ROOT / "plaxe" / "settings.py").read_text()
    assert {name for name in SETTING.findall(page.read_text()) if name not in code} <= {"PLAXE_ENV_FILE"}


@pages
def test_every_file_a_page_leads_to_is_there(page: Path) -> None:
    assert not [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]


def test_every_setting_is_told_of_in_the_readme() -> None:
    code = (ROOT / "plaxe" / "settings.py").read_text()
    read = set(re.findall(r'env\.[a-z]+\(\s*"(PLAXE_[A-Z_]+)"', code))
    assert not read - set(SETTING.findall((ROOT / "README.md").read_text()))
