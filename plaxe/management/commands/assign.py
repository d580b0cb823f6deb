from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.errors import Refused
from accounts.models import PlexUser
from media import assigning, standing
from media.models import Assignment, MediaItem
from plaxe import rows, selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Assign viewers to titles: a movie, a show, a season or an episode."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("keys", nargs="+", metavar="KEY", help="rating key")
        parser.add_argument(
            "--viewer",
            action="append",
            default=[],
            metavar="WHO",
            help="plex.tv id or name; may be given again",
        )
        parser.add_argument("--everyone", action="store_true", help="whoever may watch there, now and later")
        parser.add_argument("--optional", action="store_true", help="told about it, and not waited for")
        parser.add_argument(
            "--ignore-earlier", action="store_true", help="what was seen before the assignment does not count"
        )
        parser.add_argument(
            "--quorum", metavar="N|any|all", help="so many of those assigned must see the titles"
        )
        parser.add_argument(
            "--any-server", action="store_true", help="one assignment to the title on all servers"
        )
        parser.add_argument("--remove", action="store_true", help="take the assignment away")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        quorum = selection.quorum(options["quorum"])
        if not (options["viewer"] or options["everyone"] or options["quorum"]):
            raise Refused("Say who must see it: --viewer WHO or --everyone.")
        items = list(dict.fromkeys(selection.item(key, options) for key in options["keys"]))
        pairs = list(dict.fromkeys(_named(items, options)))
        with transaction.atomic():
            for pair in pairs:
                _change(*pair, options)
            told = [_told(*pair, options) for pair in pairs]
            for item in items if options["everyone"] else ():
                told += _everyone(item, options)
            for item in items if options["quorum"] else ():
                assigning.demand_quorum(item, None if options["remove"] else quorum)
        return {"assignments": told, "titles": [_title(item) for item in items]}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for row in result["assignments"]:
            verb = ("may see" if row["optional"] else "must see") if row["assigned"] else "need not see"
            yield f"{row['viewer']['name']} {verb} {row['item']['full_title']}"
        for row in result["titles"]:
            if row["quorum"] is not None:
                yield f"{row['quorum'] or 'All'} must see {row['full_title']}"


def _named(items: list[MediaItem], options: dict[str, Any]) -> Iterator[tuple[MediaItem, PlexUser]]:
    for item in items:
        for who in options["viewer"]:
            yield item, selection.viewer(who, item.server, on_any=options["any_server"])


def _change(item: MediaItem, viewer: PlexUser, options: dict[str, Any]) -> None:
    if options["remove"]:
        assigning.unassign(item, viewer)
    else:
        counts_earlier = not options["ignore_earlier"]
        words = {"optional": options["optional"], "any_server": options["any_server"]}
        assigning.assign(item, viewer, counts_earlier=counts_earlier, **words)


def _told(item: MediaItem, viewer: PlexUser, options: dict[str, Any]) -> dict[str, Any]:
    kept = not options["remove"]
    words = {name: kept and options[name] for name in ("optional", "any_server")}
    return rows.assignment(item, viewer, assigned=kept, **words)


def _everyone(item: MediaItem, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Everybody who must see it now, or those from whom it is taken."""
    if not options["remove"]:
        counts_earlier = not options["ignore_earlier"]
        words = {"optional": options["optional"], "any_server": options["any_server"]}
        standing.ask_everyone(item, counts_earlier=counts_earlier, **words)
    given = item.assignments.select_related("viewer").order_by("viewer__name", "pk")
    if not options["remove"]:
        return [_given(item, row) for row in given]
    taken = [rows.assignment(item, row.viewer, assigned=False) for row in given.filter(order__item=item)]
    standing.release_everyone(item)
    return taken


def _given(item: MediaItem, row: Assignment) -> dict[str, Any]:
    words = {"optional": row.is_optional, "any_server": row.on_any_server}
    return rows.assignment(item, row.viewer, assigned=True, **words)


def _title(item: MediaItem) -> dict[str, Any]:
    return {**rows.title(item), "quorum": item.quorum, "everyone": item.orders.exists()}
