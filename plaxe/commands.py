"""The frame of every command: one JSON document or lines for people, and errors in one line."""

import json
import logging
import sys
from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser, handle_default_options
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connections

from accounts.errors import Refused
from plaxe import tables
from plaxe.cli import refuse
from plaxe.error_pages import DATABASE_AWAY
from plexclient.errors import PlexError

logger = logging.getLogger(__name__)
LOUD = 2


class Encoder(DjangoJSONEncoder):
    """Django's cuts microseconds off, which order events."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _harmless(line: str) -> str:
    """A title may hold what moves the cursor or colours the screen."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in line)


class JsonCommand(BaseCommand):
    """A subclass does its work in `run` and tells in `show` what people read of the result."""

    requires_system_checks = []

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--server", metavar="MACHINE_IDENTIFIER", help="only this server")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tables.bring_up_to_date()
            result = self.run(options)
        except (Refused, PlexError) as error:
            raise CommandError(str(error)) from error
        except DATABASE_AWAY as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}. Is it damaged?") from error
        self.tell(result, options)

    def tell(self, result: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(result, cls=Encoder))
        else:
            self.stdout.writelines(f"{_harmless(line)}\n" for line in self.show(result))

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django does it, except for how errors look."""
        try:
            options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
            handle_default_options(Namespace(**options))
            if options["verbosity"] < LOUD:  # what matters is in the result; a failure is one line
                logging.disable(logging.WARNING)
            self.execute(*options.pop("args", ()), **options)
        except (CommandError, ImproperlyConfigured) as error:
            sys.exit(refuse(str(error), as_json="--json" in argv))
        except Exception as error:
            logger.exception("%s failed", argv[1])
            sys.exit(refuse(f"Unexpected error: {type(error).__name__}", as_json="--json" in argv))
        finally:
            connections.close_all()
