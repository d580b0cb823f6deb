from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from accounts.durations import duration_text, parse_duration
from accounts.errors import Refused
from deletions.simulation import Departure, Simulation, Terms, Total, simulate, told
from media.models import ALL
from plaxe import rows, selection
from plaxe.commands import JsonCommand

DAYS = 90


class Command(JsonCommand):
    help = "Show what would have been deleted in the last days, from what is known. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"{DAYS} if not given")
        parser.add_argument("--delay", metavar="DURATION", help="such as 7d; else as it is set")
        parser.add_argument(
            "--quorum", metavar="N|any|all", help="as if so many were enough everywhere; else as assigned"
        )

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        server = selection.servers(options)[0] if options["server"] else None
        quorum = selection.quorum(options["quorum"])
        terms = Terms(options["days"], _delay(options["delay"]), quorum, server)
        return _document(simulate(terms, timezone.now()))

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        of_day = {day["date"]: day for day in result["by_day"]}
        day = None
        for row in result["titles"]:
            if (at := timezone.localdate(row["would_go_at"])) != day:
                day = at
                yield f"{day}  {_size(of_day[day])}, {_bytes(of_day[day]['bytes_so_far'])} so far"
            yield f"    {_bytes(row['bytes']):>10}  {row['full_title']}"
        delayed = _delayed(result["delay_seconds"])
        yield f"{delayed}, {_size(result)} would have gone in {result['days']} days."
        yield f"{_size(result['queued'])} would be waiting by now, {_size(result['before'])} gone before."
        yield f"{_size(result['staying'])} would stay: protected, kept by a rule, or cancelled."
        yield f"Plaxe did delete {_size(result['deleted'])} in that time."


def _delayed(seconds: float | None) -> str:
    if seconds is None:
        return "With the delay of each server"
    return f"With a delay of {duration_text(timedelta(seconds=seconds))}"


def _delay(text: str | None) -> timedelta | None:
    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        raise Refused(f"The delay is {error}, and not {text}.") from None


def _document(simulation: Simulation) -> dict[str, Any]:
    terms = simulation.terms
    delay = terms.told_delay
    return {
        "days": terms.days,
        "since": simulation.since,
        "until": simulation.now,
        "delay_seconds": None if delay is None else delay.total_seconds(),
        "quorum": "all" if terms.quorum == ALL else terms.quorum,
        "server": terms.server and terms.server.machine_identifier,
        **_titles(simulation.gone, terms),
        "by_day": [
            {"date": day.date, **vars(day.total), "bytes_so_far": day.so_far} for day in simulation.by_day()
        ],
        "queued": _titles(simulation.queued, terms),
        "before": vars(simulation.before),
        "staying": vars(simulation.staying),
        "deleted": vars(simulation.deleted),
    }


def _titles(departures: list[Departure], terms: Terms) -> dict[str, Any]:
    total = Total.of(departures)
    return {**vars(total), "titles": [rows.departure(*one) for one in told(departures, terms)]}


def _size(total: dict[str, Any]) -> str:
    titles = "1 title" if total["count"] == 1 else f"{total['count']} titles"
    return f"{titles} ({_bytes(total['bytes'])})"


def _bytes(number: int) -> str:
    return filesizeformat(number).replace("\xa0", " ")
