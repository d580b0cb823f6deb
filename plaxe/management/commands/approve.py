from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.errors import Refused
from deletions import alarms, queue, stops
from deletions.models import Deletion, Hold
from plaxe import selection
from plaxe.verbs import Verb, VerbCommand

# What is accepted for a server as a whole: the word of the command, and the key of its result.
ALARMS = {
    "history": (Hold.HISTORY, "histories", "The history of %s is accepted as it is."),
    "database": (Hold.DAMAGED, "databases", "The database of %s is taken for repaired."),
    "restored": (Hold.RESTORED, "restored", "%s goes on from the backup."),
    "libraries": (Hold.SECTIONS, "libraries", "The libraries of %s are accepted as they are."),
}


class Command(VerbCommand):
    help = "Accept what holds deletions: the titles as they are known now may go."
    verb: Verb = staticmethod(queue.approve)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django has a `--version` of its own, which nobody misses here."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--version",
            metavar="MEDIA_ID",
            help="of a title with several versions only this one goes; `queue --json` shows them",
            dest="media_id",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="what waits for approval, but nothing that cannot go to the trash or that an alarm holds",
        )
        parser.add_argument(
            "--history", action="store_true", help="a watch history that has become shorter, on every server"
        )
        parser.add_argument(
            "--database", action="store_true", help="databases that were damaged and are repaired, likewise"
        )
        parser.add_argument(
            "--libraries", action="store_true", help="libraries that are not those known before, likewise"
        )
        parser.add_argument(
            "--restored",
            action="store_true",
            help="what waits since Plaxe was restored from a backup, likewise",
        )

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["media_id"] is not None:
            self.verb = partial(queue.approve, version=_only_one(options))
        wanted = [ALARMS[word] for word in ALARMS if options[word]]
        if not wanted:
            return super().run(options) | (_alarms(options) if options["all"] else {})
        now, servers = timezone.now(), selection.servers(options)
        accepted = {
            key: [row.machine_identifier for row in servers if stops.accept(row, hold, now)]
            for hold, key, _ in wanted
        }
        return {"deletions": [], **accepted}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        told = [words % name for _, key, words in ALARMS.values() for name in result.get(key, [])]
        yield from told or super().show(result)
        for word, reasons in result.get("alarms", {}).items():
            yield from (f"{reason} To accept that: approve --{word}" for reason in reasons)

    def chosen(self, options: dict[str, Any]) -> list[Deletion]:
        if not options["all"]:
            return super().chosen(options)
        waiting = Deletion.objects.awaiting_approval().filter(server__in=selection.servers(options))
        return list(waiting.exclude(hold__in=(Hold.QUARANTINE, *alarms.SOURCES)).select_related("server"))


def _alarms(options: dict[str, Any]) -> dict[str, Any]:
    """What no word about titles lets go, by the word of the command that does."""
    raised = [alarms.raised(server) for server in selection.servers(options)]
    told = {word: [each[hold] for each in raised if hold in each] for word, (hold, *_) in ALARMS.items()}
    alarming = {word: reasons for word, reasons in told.items() if reasons}
    return {"alarms": alarming} if alarming else {}


def _only_one(options: dict[str, Any]) -> str:
    if any(options[word] for word in ("all", *ALARMS)) or len(options["ids"]) != 1:
        raise Refused("--version belongs to one title: name one deletion by its id.")
    version: str = options["media_id"]
    return version
