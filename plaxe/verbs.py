"""The commands that decide about deletions by their ids: all of those named, or none."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db import models, transaction
from django.utils import timezone

from accounts.errors import Refused
from deletions.models import Deletion
from plaxe import rows
from plaxe.commands import JsonCommand

# Gives back the deletion that is in its place now, if that is another.
Verb = Callable[[Deletion, datetime], Deletion | None]


class VerbCommand(JsonCommand):
    verb: Verb

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="as `manage.py queue` shows them")

    def chosen(self, options: dict[str, Any]) -> list[Deletion]:
        if not options["ids"]:
            raise Refused("Name at least one deletion by its id; `manage.py queue` shows them.")
        possible = [pk for pk in options["ids"] if 0 < pk <= models.BigAutoField.MAX_BIGINT]
        found = Deletion.objects.select_related("server", "item").in_bulk(possible)
        if unknown := [str(pk) for pk in options["ids"] if pk not in found]:
            raise Refused(f"There is no deletion {', '.join(unknown)}. `manage.py queue` shows the ids.")
        return list(found.values())

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        chosen = self.chosen(options)
        with transaction.atomic():
            done = [self.verb(deletion, timezone.now()) or deletion for deletion in chosen]
        return {"deletions": [rows.deletion(deletion) for deletion in done]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield from (
            map(rows.told, result["deletions"]) if result["deletions"] else ["There is nothing to decide."]
        )
