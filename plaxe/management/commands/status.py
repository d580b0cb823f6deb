from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.models import Installation, Job, PlexServer
from deletions import alarms
from deletions.models import Deletion, Effective, Hold, Policy
from media.models import Question
from plaxe import selection
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show how everything is: servers, queue, policy, and where to claim Plaxe while nobody has."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        policy, policies = Policy.load(), Policy.everywhere()
        servers = selection.servers(options) if options["server"] else list(PlexServer.objects.all())
        counts = Deletion.objects.filter(server__in=servers).order_by().values_list("status")
        return {
            "dry_run": policy.dry_run,
            "delay_seconds": int(policy.delay.total_seconds()),
            "servers": [_server(row, policies[row.pk]) for row in servers],
            "queue": dict(counts.annotate(Count("pk"))),
            "questions": Question.objects.open().filter(server__in=servers).count(),
            "kept": Deletion.objects.filter(server__in=servers, hold=Hold.KEPT).held().count(),
            "setup_url": Installation.load().setup_url(),
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        if result["setup_url"]:
            yield f"Nobody has claimed this Plaxe yet: {result['setup_url']}"
        yield "Dry run: nothing is deleted." if result["dry_run"] else "Deletion is on."
        yield f"Titles go {result['delay_seconds']} s after everyone has seen them."
        for row in result["servers"]:
            yield _told(row, rehearses=row["policy"]["dry_run"] and not result["dry_run"])
        yield (
            ", ".join(f"{number} {status}" for status, number in result["queue"].items())
            or "The queue is empty."
        )
        if result["questions"]:
            yield f"Of {result['questions']} titles you are asked whether they are those of before."
        if result["kept"]:
            yield f"{result['kept']} of the held titles are kept by a protection, a rule or a label."


def _told(row: dict[str, Any], *, rehearses: bool) -> str:
    state, polled = "online" if row["online"] else "offline", row["last_poll_at"] or "never"
    troubles = " ".join([*filter(None, [row["last_error"]]), *(alarm["because"] for alarm in row["alarms"])])
    own = " Dry run: nothing is deleted on it." if rehearses else ""
    return f"{row['name']}: {state}, last poll {polled}.{own} {troubles}".rstrip()


def _policy(row: PlexServer, policy: Effective) -> dict[str, Any]:
    every = dict(Job.objects.filter(server=row).values_list("kind", "every"))
    return {
        "dry_run": policy.dry_run,
        "delay_seconds": int(policy.delay.total_seconds()),
        "brake_items": policy.brake_items,
        "brake_percent": policy.brake_percent,
        "brake_bytes": policy.brake_bytes,
        "hours": str(policy.hours) if policy.hours else None,
        "poll_every_seconds": _seconds(every.get(Job.Kind.POLL)),
        "queue_every_seconds": _seconds(every.get(Job.Kind.EXECUTE)),
    }


def _seconds(every: timedelta | None) -> int | None:
    return None if every is None else int(every.total_seconds())


def _server(row: PlexServer, policy: Effective) -> dict[str, Any]:
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
        "policy": _policy(row, policy),
        "alarms": [{"hold": hold, "because": words} for hold, words in raised.items()],
    }
