import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.errors import Refused
from deletions import export
from deletions.models import AuditEntry
from deletions.models.audit import AuditEntryQuerySet
from plaxe.commands import JsonCommand
from plaxe.moments import moment

STANDARD_OUTPUT = "-"


class Command(JsonCommand):
    help = "Export the record: what happened, why, by whom and when. Oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--since", metavar="WHEN", help="a day, a time, or how long ago: 2026-11-21, 30d")
        parser.add_argument("--until", metavar="WHEN", help="the same; a day is meant as a whole")
        parser.add_argument(
            "--verb", action="append", choices=AuditEntry.Verb.values, help="only these; may be repeated"
        )
        parser.add_argument(
            "--format",
            choices=export.FORMATS,
            help="else what the file's name says, or csv; json with --json",
        )
        parser.add_argument("--output", metavar="FILE", default=STANDARD_OUTPUT, help="- is standard output")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        output, form = options["output"], _form(options)
        number = count()
        rows = (row for row, _ in zip(export.lines(_chosen(options)), number, strict=False))
        pieces = export.FORMATS[form](rows)
        if output == STANDARD_OUTPUT:
            self._print(pieces)
        else:
            _write(Path(output), pieces)
        return {"entries": next(number), "format": form, "output": output}

    def tell(self, result: dict[str, Any], options: dict[str, Any]) -> None:
        """Standard output is the export, or the word about it."""
        if options["output"] != STANDARD_OUTPUT:
            super().tell(result, options)

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"{result['entries']} entries are in {result['output']}."

    def _print(self, pieces: Iterable[str]) -> None:
        try:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            self.stdout.flush()
        except BrokenPipeError:  # whoever reads has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _form(options: dict[str, Any]) -> str:
    ending = Path(options["output"]).suffix.lstrip(".").lower()
    by_itself = ending if ending in export.FORMATS else "csv"
    if options["json"] and options["output"] == STANDARD_OUTPUT:
        by_itself = "json"
    return options["format"] or by_itself


def _chosen(options: dict[str, Any]) -> AuditEntryQuerySet:
    now = timezone.now()
    since = moment(options["since"], now) if options["since"] else None
    until = moment(options["until"], now, is_end=True) if options["until"] else None
    if since and until and until <= since:
        raise Refused("The end is not after the begin: exchange --since and --until.")
    entries = AuditEntry.objects.between(since, until)
    if options["verb"]:
        entries = entries.filter(verb__in=options["verb"])
    return entries.filter(machine_identifier=_server(options)) if options["server"] else entries


def _server(options: dict[str, Any]) -> str:
    """One that is in the record, also when it has been removed since."""
    wanted: str = options["server"]
    if not AuditEntry.objects.filter(machine_identifier=wanted).exists():
        raise Refused(f"The record knows no server with the machine identifier {wanted}.")
    return wanted


def _write(path: Path, pieces: Iterator[str]) -> None:
    """All of it or nothing: what was there before stays until the new one is whole."""
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is no file. Name one, or - for standard output.")
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        beside.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Does its folder exist?") from None
    finally:
        with suppress(OSError):
            beside.unlink()
