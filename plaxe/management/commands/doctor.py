from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from deletions.doctor import Level, examine
from plaxe.commands import JsonCommand

SIGNS = {Level.OK: "ok", Level.NOTE: "--", Level.WARNING: "??", Level.PROBLEM: "!!", Level.UNKNOWN: "??"}


class Command(JsonCommand):
    help = "Look for everything that keeps titles from being deleted, or plays from being noticed."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        found = [
            {
                "check": one.check,
                "level": one.level.value,
                "server": one.server or None,
                "words": str(one.words),
                "advice": str(one.advice) or None,
            }
            for one in examine(timezone.now(), fresh=True)
        ]
        return {"healthy": not any(one["level"] == Level.PROBLEM for one in found), "checks": found}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        for one in result["checks"]:
            where = f"{one['server']}: " if one["server"] else ""
            yield f"{SIGNS[Level(one['level'])]}  {where}{one['words']}"
            if one["advice"]:
                yield f"    {one['advice']}"
