"""The ladder: every import goes down it, and the house rules a machine can hold."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
LADDER = ["plexclient", "accounts", "media", "deletions", "plaxe"]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 45
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

MODULES = [path.relative_to(ROOT) for name in LADDER for path in sorted((ROOT / name).rglob("*.py"))]
WRITTEN_BY_HAND = [path for path in MODULES if "migrations" not in path.parts]


def of(paths: list[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test for all of them: hundreds of tests a rule would take longer than everything they look at."""

    def over_all(rule: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = [f"{path}: {words}" for path in paths if (words := _broken(rule, path))]
            assert not broken, "\n".join(broken)

        return test

    return over_all


def _broken(rule: Callable[[Path], None], path: Path) -> str:
    try:
        rule(path)
    except AssertionError as words:
        return str(words)
    return ""


every_module = of(MODULES)
every_written_module = of(WRITTEN_BY_HAND)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module]
    return []


def imports(path: Path) -> list[str]:
    return [name for node in ast.walk(tree(path)) for name in imported(node)]


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS))


def is_django_hook(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """The one place where Django itself asks for it: before `ready` there are no models."""
    return path.name == "apps.py" and function.name == "ready"


def is_demo(path: Path) -> bool:
    return path.is_relative_to("plexclient/demo")


def is_client(path: Path) -> bool:
    return path.is_relative_to("plexclient") and not is_demo(path)


def speaks_celery(path: Path) -> bool:
    return path.name == "tasks.py" or path.is_relative_to("plaxe/celery")


@every_module
def test_imports_go_only_down(path: Path) -> None:
    above = set(LADDER[LADDER.index(path.parts[0]) + 1 :])
    assert not packages(path) & above


@every_module
def test_no_import_hides_inside_a_function(path: Path) -> None:
    hidden = [
        f"line {node.lineno}: {', '.join(imported(node))}"
        for function in functions(path)
        if not is_django_hook(path, function)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


@every_module
def test_imports_name_their_package_in_full(path: Path) -> None:
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level > 1]


@every_module
def test_only_the_plex_client_speaks_http(path: Path) -> None:
    assert is_client(path) or not packages(path) & {"requests", "urllib3"}


@every_module
def test_the_plex_client_knows_no_django(path: Path) -> None:
    assert path.parts[0] != "plexclient" or not packages(path) & {"django", "celery", "kombu"}


@every_module
def test_celery_stays_in_the_tasks(path: Path) -> None:
    assert speaks_celery(path) or not packages(path) & {"celery", "kombu", "billiard"}


@every_module
def test_the_demo_shares_nothing_with_the_client_it_tests(path: Path) -> None:
    of_the_client = {name for name in imports(path) if name.startswith("plexclient") and ".demo" not in name}
    of_the_demo = {name for name in imports(path) if name.startswith("plexclient.demo")}
    assert not (of_the_client if is_demo(path) else of_the_demo)


@every_written_module
def test_a_module_has_one_subject(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@every_written_module
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        f"{function.name} ({function.end_lineno - function.lineno + 1} lines)"
        for function in functions(path)
        if function.end_lineno and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]
    assert not long


@every_written_module
def test_no_module_is_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "services", "managers", "base", "common", "misc"}
