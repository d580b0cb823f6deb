import json
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main(argv: list[str]) -> int:
    """Django's own entry point, with a wrong setting as one sentence instead of a traceback."""
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        return refuse(str(error), as_json="--json" in argv)
    return 0


def refuse(message: str, *, as_json: bool) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    if as_json:
        print(json.dumps({"error": message}))  # noqa: T201
    return 1
