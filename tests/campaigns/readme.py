"""The list of the laws as README.md shows it. `python -m tests.campaigns.readme` writes it there."""

import re
from pathlib import Path

from tests.campaigns.laws import ALL, Law

README = Path(__file__).parent / "README.md"
HEAD = "| law | edit by hand | what fails then |\n|---|---|---|\n"


def table() -> str:
    return HEAD + "".join(map(_line, ALL))


def _line(law: Law) -> str:
    test = law.test.rpartition("/")[2].replace("::", " ")
    return f"| **{law.name}** {law.says} | {_escaped(str(law.edit))} | `{test}` |\n"


def _escaped(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    text = README.read_text()
    README.write_text(re.sub(re.escape(HEAD) + r"(\|.*\n)*", lambda _: table(), text))
