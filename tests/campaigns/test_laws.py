"""The list of the laws is whole and fits the code. What `break_laws` shows is that a campaign notices."""

import ast
from pathlib import Path

import pytest

from deletions.contract import LAWS
from tests.campaigns.laws import ALL, Law, Misfit, Mute, Swap
from tests.campaigns.readme import table
from tests.campaigns.vetoes import VETOES

ROOT = Path(__file__).parent.parent.parent
README = Path(__file__).parent / "README.md"


def test_every_law_of_the_trigger_is_on_the_list() -> None:
    muted = {law.edit.function for law in ALL if isinstance(law.edit, Mute)}
    assert {law.__name__ for law in LAWS} <= muted


def test_no_law_has_the_name_of_another() -> None:
    assert len({law.name for law in ALL}) == len(ALL)


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_each_edit_fits_the_code_and_leaves_it_code(law: Law) -> None:
    broken = law.broken(ROOT)
    assert broken != (ROOT / law.edit.file).read_text()
    assert ast.parse(broken).body


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_each_names_a_test_that_there_is(law: Law) -> None:
    file, _, rest = law.test.partition("::")
    function, _, case = rest.removesuffix("]").partition("[")
    assert f"def {function}(" in (ROOT / file).read_text()
    assert function != "test_one_reason_is_enough" or case in map(str, VETOES)


@pytest.mark.parametrize("edit", [Mute("x.py", "g"), Swap("x.py", "1", "2"), Swap("x.py", "3", "4")])
def test_an_edit_that_does_not_fit_once_says_so(edit: Mute | Swap) -> None:
    with pytest.raises(Misfit, match=r"x\.py"):
        edit.of("def f(a: int) -> int:\n    return a + 1 - 1\n")


def test_a_function_that_is_muted_answers_at_once() -> None:
    text = "class A:\n    def f(\n        self,\n    ) -> str:\n        return 'a'\n"
    assert Mute("x.py", "f", '""').of(text).splitlines()[4] == '        return ""'


def test_the_readme_holds_the_list() -> None:
    assert table() in README.read_text(), "python -m tests.campaigns.readme writes it anew"
