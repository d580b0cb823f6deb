from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.models import Installation, PlexServer
from deletions import alarms
from deletions.models import Deletion, Hold, Policy
from plaxe import selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show how everything is: servers, queue, policy, and where to claim Plaxe while nobody has."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        policy = Policy.load()
        servers = selection.servers(options) if options["server"] else list(PlexServer.objects.all())
        counts = Deletion.objects.filter(server__in=servers).order_by().values_list("status")
        return {
            "dry_run": policy.dry_run,
            "delay_seconds": int(policy.delay.total_seconds()),
            "servers": [_server(row) for row in servers],
            "queue": dict(counts.annotate(Count("pk"))),
            "kept": Deletion.objects.filter(server__in=servers, hold=Hold.KEPT).held().count(),
            "setup_url": Installation.load().setup_url(),
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        if result["setup_url"]:
            yield f"Nobody has claimed this Plaxe yet: {result['setup_url']}"
        yield "Dry run: nothing is deleted." if result["dry_run"] else "Deletion is on."
        yield f"Titles go {result['delay_seconds']} s after everyone has seen them."
        for row in result["servers"]:
            yield _told(row)
        yield (
            ", ".join(f"{number} {status}" for status, number in result["queue"].items())
            or "The queue is empty."
        )
        if result["kept"]:
            yield f"{result['kept']} of the held titles are kept by a protection, a rule or a label."


def _told(row: dict[str, Any]) -> str:
    state, polled = "online" if row["online"] else "offline", row["last_poll_at"] or "never"
    troubles = " ".join([*filter(None, [row["last_error"]]), *(alarm["because"] for alarm in row["alarms"])])
    return f"{row['name']}: {state}, last poll {polled}. {troubles}".rstrip()


def _server(row: PlexServer) -> dict[str, Any]:
    raised = alarms.raised(row)
    return {
        "machine_identifier": row.machine_identifier,
        "name": row.name,
        "online": row.is_online,
        "last_poll_at": row.last_poll_at,
        "last_error": row.last_error or None,
        "rests_until": row.rests_until,
        "listens": row.is_live(timezone.now()),
        "history_alarm": raised.get(Hold.HISTORY),
        "alarms": [{"hold": hold, "because": words} for hold, words in raised.items()],
    }
