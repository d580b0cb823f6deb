"""Break one law after the other in a copy of the project, and see that a campaign fails each time.

`python -m tests.campaigns.break_laws [NAME...]`
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns.laws import ALL, Law

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
NEED_MIGRATIONS = "test_kills|test_audit|test_trash_kills"


def main(names: list[str]) -> int:
    laws = [law for law in ALL if not names or law.name in names]
    if unknown := {*names} - {law.name for law in laws}:
        sys.exit(f"There is no law {', '.join(sorted(unknown))}. There are: {', '.join(_names())}.")
    with tempfile.TemporaryDirectory(prefix="broken-laws-") as folder:
        copy = Path(folder) / "plaxe"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if not _pass(copy, *dict.fromkeys(law.test for law in laws)):
            sys.exit("The campaigns fail while all laws are in force. Mend that first.")
        survived = [law for law in laws if not _fails_without(law, copy)]
    say(f"{len(laws)} laws broken, {len(survived)} survived")
    return 1 if survived else 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _names() -> list[str]:
    return [law.name for law in ALL]


def _fails_without(law: Law, copy: Path) -> bool:
    with _broken(law, copy):
        survived = _pass(copy, law.test)
    test = law.test.removeprefix("tests/").removeprefix("campaigns/")
    say(f"{law.name}: {'SURVIVED' if survived else f'broken as it should be by {test}'}")
    return not survived


def _pass(copy: Path, *tests: str) -> bool:
    """Where no trigger and no other process is concerned, migrations are not, which take longest."""
    slow = [test for test in tests if re.search(NEED_MIGRATIONS, test)]
    quick = [test for test in tests if test not in slow]
    return _run(copy, *slow) and _run(copy, "--nomigrations", *quick)


def _run(copy: Path, *words: str) -> bool:
    """True also when there is nothing to do. Raises SystemExit when the tests could not be run."""
    if not any(word.startswith("tests/") for word in words):
        return True
    run = subprocess.run([*PYTEST, *words], cwd=copy, text=True, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"{run.stdout}\n{run.stderr}")
    return not run.returncode


@contextmanager
def _broken(law: Law, copy: Path) -> Iterator[None]:
    file = copy / law.edit.file
    whole = file.read_text()
    _write(file, law.broken(copy))
    yield
    _write(file, whole)


def _write(file: Path, text: str) -> None:
    """Two edits in one second look the same to Python: what it has compiled of the file must go."""
    file.write_text(text)
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        compiled.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
