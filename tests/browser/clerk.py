"""Commands in one process that stays: each in its own would take longer to start than to run."""

import io
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PREPARE = "prepare"


class Clerk:
    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.clerk"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *words: str) -> str:
        """What the command says. Fails as it does."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(words), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return str(answer["said"])

    def dismiss(self) -> None:
        self._process.communicate()  # with nothing more to do it leaves


def serve() -> None:
    import django  # noqa: PLC0415 -- nobody else in this module needs it

    django.setup()
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(_done(json.loads(line)))}\n")
        sys.stdout.flush()


def _done(words: list[str]) -> dict[str, str]:
    from django.core.management import call_command  # noqa: PLC0415 -- as above
    from django.db import connections  # noqa: PLC0415

    from plaxe import startup, tables  # noqa: PLC0415

    said = io.StringIO()
    try:
        if words == [PREPARE]:
            tables.bring_up_to_date()
            startup.collect_static_files()
        else:
            call_command(*words, stdout=said)
    except Exception as error:  # noqa: BLE001 -- whoever asked is told
        return {"error": f"{words}: {error}"}
    finally:
        connections.close_all()
    return {"said": said.getvalue()}


if __name__ == "__main__":
    serve()
