import csv
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from deletions.models import AuditEntry
from tests.factories import NOW
from tests.prepared import prepare

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record() -> None:
    days = {"Salt": 0, "Heron, Lake": 1, "=1+1": 30}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=NOW - timedelta(days=days[title]), verb="held" if title == "Salt" else "deleted", title=title,
            machine_identifier="machine-1" if title == "Salt" else "removed",
        )
        for title in days
    )  # fmt: skip


def audit(*words: str) -> str:
    out = io.StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def titles(*words: str) -> list[str]:
    return [row["title"] for row in csv.DictReader(io.StringIO(audit(*words), newline=""))]


def test_by_itself_it_prints_a_table() -> None:
    assert titles() == ["Salt", "Heron, Lake", "'=1+1"]


def test_as_json_it_is_one_document() -> None:
    rows = json.loads(audit("--json"))["entries"]
    assert [row["title"] for row in rows] == ["Salt", "Heron, Lake", "=1+1"]
    assert rows[0]["at"] == "2026-11-21T12:00:00+00:00"
    assert json.loads(audit("--format", "json"))["entries"] == rows


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--since", "2026-11-20"], ["Salt", "Heron, Lake"]),
        (["--since", "2026-11-20T12:00:01+00:00"], ["Salt"]),
        (["--until", "2026-11-20"], ["Heron, Lake", "'=1+1"]),
        (["--until", "2026-11-20T12:00:00Z"], ["'=1+1"]),
        (["--verb", "held"], ["Salt"]),
        (["--verb", "held", "--verb", "deleted"], ["Salt", "Heron, Lake", "'=1+1"]),
        (["--server", "removed"], ["Heron, Lake", "'=1+1"]),
        (["--since", "2026-11-20", "--until", "2026-11-20"], ["Heron, Lake"]),
        (["--since", "2001-01-01", "--until", "2001-01-02"], []),
    ],
)
def test_a_part_of_the_record_can_be_chosen(words: list[str], found: list[str]) -> None:
    assert titles(*words) == found


def test_how_long_ago_will_do() -> None:
    AuditEntry(at=timezone.now(), verb="held", title="Just now").save()
    assert titles("--since", "1h") == ["Just now"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--since", "yesterday"], "'yesterday' is no moment. Write a day such as 2026-11-21"),
        (["--since", "2026-13-01"], "is no moment"),
        (["--until", "0001-01-01"], "is no moment"),
        (["--until", "9999-12-31"], "is no moment"),
        (["--since", "2026-11-21", "--until", "2026-11-20"], "exchange --since and --until"),
        (["--server", "nowhere"], "knows no server with the machine identifier nowhere"),
        (["--verb", "eaten"], "invalid choice: 'eaten'"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--output", "/nowhere/audit.csv"], "cannot be written"),
        (["--output", "/dev/null"], "/dev/null is no file"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why.replace("(", "\\(")):
        audit(*words)


@pytest.mark.parametrize("name", ["audit.csv", "audit.json", "audit", "AUDIT.JSON"])
def test_a_file_is_what_its_name_says(tmp_path: Path, name: str) -> None:
    said = audit("--output", str(tmp_path / name))
    assert said == f"3 entries are in {tmp_path / name}.\n"
    text = (tmp_path / name).read_text(encoding="utf-8")
    rows: Any = (
        json.loads(text)["entries"] if "json" in name.lower() else list(csv.DictReader(io.StringIO(text)))
    )
    assert len(rows) == 3
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_about_a_file_it_tells_in_json(tmp_path: Path) -> None:
    told = json.loads(audit("--json", "--format", "csv", "--output", str(tmp_path / "file")))
    assert told == {"entries": 3, "format": "csv", "output": str(tmp_path / "file")}


def test_what_was_there_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    before = tmp_path / "audit.csv"
    before.write_text("last week's")
    (tmp_path / "audit.csv.part").mkdir()
    with pytest.raises(CommandError, match="cannot be written"):
        audit("--output", str(before))
    assert before.read_text() == "last week's"


def test_whoever_reads_only_the_beginning_meets_no_error(tmp_path: Path) -> None:
    environment = {
        "PLAXE_DATA_DIR": str(prepare(tmp_path / "data")),
        "PLAXE_ENV_FILE": "",
        "PATH": os.environ["PATH"],
    }
    line = f"{sys.executable} manage.py audit; {sys.executable} manage.py audit | true"
    shell = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert shell.stdout.startswith(b"id,at,verb")
    assert shell.stderr == b""
