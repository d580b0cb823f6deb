from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.errors import Refused
from plaxe import backup
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Copy all that Plaxe knows, while it runs. Keep the encryption keys elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--list", action="store_true", help="only tell which there are")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["list"]:
            return {"made": None, "backups": [_told(path) for path in backup.made()]}
        try:
            path = backup.make(backup.Kind.ASKED, timezone.now())
        except OSError as error:
            raise Refused(f"The backup could not be written: {error.strerror}.") from error
        return {"made": _told(path), "backups": [_told(each) for each in backup.made()]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        shown = [result["made"]] if result["made"] else result["backups"]
        yield from [f"{row['path']}  {row['bytes']} bytes" for row in shown] or ["There is no backup yet."]


def _told(path: Any) -> dict[str, Any]:
    return {"path": str(path), "bytes": path.stat().st_size}
