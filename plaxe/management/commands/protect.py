from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q
from django.utils import timezone

from accounts.errors import Refused
from deletions import protecting
from media.models import Protection
from media.protecting import Target, known
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = (
        "Protect titles, libraries and viewers: nothing of them, and nothing for them, is ever deleted. "
        "Without a name: show what is protected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("keys", nargs="*", metavar="KEY", help="rating key")
        parser.add_argument(
            "--section", action="append", default=[], metavar="KEY-OR-TITLE", help="may be given again"
        )
        parser.add_argument("--viewer", action="append", default=[], metavar="WHO", help="plex.tv id or name")
        parser.add_argument("--remove", action="store_true", help="protect them no longer")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        named, now = _named(options), timezone.now()
        if options["remove"]:
            if not named:
                raise Refused("Name what is to be protected no longer: a KEY, --section or --viewer.")
            removed = protecting.unprotect(named, now)
            return {"protected": [], "removed": [rows.protection(target, None) for target in removed]}
        protecting.protect(named, now)
        pairs = ((target, known(target)) for target in named) if named else _everything(options)
        return {"protected": [rows.protection(*pair) for pair in pairs], "removed": []}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield from (f"{_name(row)} is protected." for row in result["protected"])
        yield from (f"{_name(row)} is no longer protected." for row in result["removed"])
        if not result["protected"] and not result["removed"]:
            yield "Nothing of that is protected."


def _named(options: dict[str, Any]) -> list[Target]:
    """All of them, or none. What is gone can still be released."""
    or_gone = options["remove"]
    targets: list[Target] = [selection.item(key, options, or_gone=or_gone) for key in options["keys"]]
    targets += [selection.section(name, options, or_gone=or_gone) for name in options["section"]]
    if options["viewer"]:
        servers = selection.servers(options)
        targets += [selection.viewer_of_any(who, servers) for who in options["viewer"]]
    return list(dict.fromkeys(targets))


def _everything(options: dict[str, Any]) -> Iterable[tuple[Target, Protection]]:
    listed = Protection.objects.select_related("item__server", "item__show", "section__server", "viewer")
    if options["server"]:
        servers = selection.servers(options)
        listed = listed.filter(
            Q(item__server__in=servers) | Q(section__server__in=servers) | Q(item=None, section=None)
        )
    return ((row.target, row) for row in listed)


def _name(row: dict[str, Any]) -> str:
    named: dict[str, Any] = row["item"] or row["section"] or row["viewer"]
    return str(named.get("full_title") or named.get("title") or named.get("name"))
