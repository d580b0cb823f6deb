import json
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from plaxe import demo


def main(argv: list[str]) -> int:
    """Django's own entry point, with a wrong setting as one sentence instead of a traceback."""
    try:
        if argv[1:2] == ["demo"]:
            demo.prepare(argv[2:])
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        return refuse(str(error), as_json="--json" in argv)
    except KeyboardInterrupt:
        return 130
    return 0


def refuse(message: str, *, as_json: bool) -> int:
    """The exit status, after saying why: a line for people, and a document for those who asked for JSON."""
    line = " ".join(message.split())
    print(line, file=sys.stderr)
    if as_json:
        print(json.dumps({"error": line}))
    return 1
