from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.durations import parse_size, size_text
from accounts.errors import Refused
from deletions.models import Deletion, Hold, SpaceRule
from deletions.space import rules
from deletions.space.gauge import Gauge
from media.models import LibrarySection
from plaxe import selection
from plaxe.commands import JsonCommand

EXAMPLES = "Use --path /media/films --free 100GB, or --limit 2TB, or --off."


class Command(JsonCommand):
    help = "Delete titles of a library only while room is needed, the longest finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("library", nargs="?", metavar="LIBRARY", help="its key or its title")
        parser.add_argument("--path", help="a folder on the library's disk, as Plaxe sees it")
        parser.add_argument("--free", metavar="SIZE", help="so much is to be free there, such as 100GB")
        parser.add_argument("--limit", metavar="SIZE", help="so large the library may become, such as 2TB")
        parser.add_argument("--off", action="store_true", help="let titles go when their time has come")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["library"]:
            section = selection.section(options["library"], options)
            if _given(options):
                _choice(options)(section, timezone.now())
            return {"spaces": [_row(rule) for rule in SpaceRule.objects.filter(section=section)]}
        if _given(options):
            raise Refused("Name the library, by its key or its title.")
        rules_of = SpaceRule.objects.filter(section__server__in=selection.servers(options))
        return {"spaces": [_row(rule) for rule in rules_of.order_by("section__title", "pk")]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["spaces"]:
            yield f"{row['library']['title']}: {row['rule']} {row['now']} {row['waiting']} wait for it."
        if not result["spaces"]:
            yield "No rule: titles go when their time has come, whatever room there is."


def _given(options: dict[str, Any]) -> list[str]:
    return [name for name in ("path", "free", "limit", "off") if options[name]]


def _choice(options: dict[str, Any]) -> Callable[[LibrarySection, datetime], object]:
    match _given(options):
        case ["off"]:
            return rules.switch_off
        case ["limit"]:
            return lambda section, now: rules.limit(section, _size(options["limit"]), now)
        case ["path", "free"]:
            path, free = options["path"], _size(options["free"])
            return lambda section, now: rules.keep_free(section, path, free, now)
    raise Refused(f"These do not go together. {EXAMPLES}")


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as expected:
        raise Refused(f"{text} is no size: write {expected}.") from None


def _row(rule: SpaceRule) -> dict[str, Any]:
    section = rule.section
    waiting = Deletion.objects.held().filter(hold=Hold.SPACE, item__section=section)
    return {
        "library": {"key": section.key, "title": section.title},
        "server": section.server.machine_identifier,
        "path": rule.path or None,
        "free_bytes": rule.free_bytes,
        "limit_bytes": rule.limit_bytes,
        "rule": _told(rule),
        "now": Gauge.of(rule).look(0) or "Room is needed.",
        "waiting": waiting.count(),
    }


def _told(rule: SpaceRule) -> str:
    if rule.path:
        return f"{size_text(rule.free_bytes or 0)} are to be free on the disk of {rule.path}."
    return f"It may become as large as {size_text(rule.limit_bytes or 0)}."
