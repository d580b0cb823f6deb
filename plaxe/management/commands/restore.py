from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from plaxe import restoring
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Go back to a backup, while Plaxe is stopped. What was there before is saved as a backup, too."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("backup", type=Path, metavar="FILE", help="as `manage.py backup --list` shows it")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        manifest, before = restoring.restore(options["backup"], timezone.now())
        return {
            "restored": str(options["backup"]),
            "made_at": manifest.made_at,
            "version": manifest.version,
            "before": str(before) if before else None,
            "unreadable": restoring.unreadable(),
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"Plaxe is as it was on {result['made_at']:%Y-%m-%d %H:%M}."
        if result["before"]:
            yield f"As it was until now it is in {result['before']}."
        yield "Everything in the queue is held until you have looked: `manage.py approve --restored`."
        yield "Everybody signs in anew."
        for name in result["unreadable"]:
            yield f"The token of {name} is encrypted with another key. Add that to PLAXE_ENCRYPTION_KEYS."
