from argparse import BooleanOptionalAction
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from deletions import protecting
from media import keeping
from media.keeping import MOST, Keeper, Rule
from media.models import MediaItem
from plaxe import rows, selection
from plaxe.commands import JsonCommand

NUMBER = "0 keeps none, whatever the library says"


class Command(JsonCommand):
    help = (
        "Say what shows keep, or every show of a library; where a show says nothing, its library's word "
        "holds. What is not named stays as it is; without a choice: show it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("keys", nargs="*", metavar="KEY", help="rating key of a show")
        parser.add_argument(
            "--section", action="append", default=[], metavar="KEY-OR-TITLE", help="may be given again"
        )
        parser.add_argument("--newest", metavar="N", help=f"so many of the newest episodes stay; {NUMBER}")
        parser.add_argument(
            "--at-least", metavar="N", help=f"never fewer episodes than so many stay; {NUMBER}"
        )
        parser.add_argument("--first-season", action=BooleanOptionalAction, help="season 1 stays")
        parser.add_argument("--clear", action="store_true", help="forget what was said before")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        keepers = _named(options)
        said = {
            "newest": _number("--newest", options["newest"]),
            "first_season": options["first_season"],
            "at_least": _number("--at-least", options["at_least"]),
        }
        chosen = {name: value for name, value in said.items() if value is not None}
        now = timezone.now()
        with transaction.atomic():
            for keeper in keepers if chosen or options["clear"] else ():
                before = Rule() if options["clear"] else keeping.rule_of(keeper)
                protecting.keep(keeper, replace(before, **chosen), now)
        return {"rules": [_told(keeper) for keeper in keepers]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["rules"]:
            name = row["item"]["full_title"] if row["item"] else row["section"]["title"]
            yield f"{name} keeps {Rule(**row['holds'])}."


def _named(options: dict[str, Any]) -> list[Keeper]:
    or_gone = options["clear"]
    keepers: list[Keeper] = [selection.item(key, options, or_gone=or_gone) for key in options["keys"]]
    keepers += [selection.section(name, options, or_gone=or_gone) for name in options["section"]]
    if not keepers:
        raise Refused("Name what is to keep something: the KEY of a show, or --section.")
    for keeper in keepers:
        keeping.demand_episodes(keeper)
    return list(dict.fromkeys(keepers))


def _number(option: str, word: str | None) -> int | None:
    if word is None:
        return None
    if word.isdecimal() and len(word) <= len(str(MOST)):
        return int(word)
    limits = f"{option} takes a number from 0 to {MOST:,}, and not {word}."
    raise Refused(f"{limits} To keep all episodes, protect the show.")


def _told(keeper: Keeper) -> dict[str, Any]:
    own = keeping.rule_of(keeper)
    return rows.rule(keeper, own, keeping.rule_for(keeper) if isinstance(keeper, MediaItem) else own)
