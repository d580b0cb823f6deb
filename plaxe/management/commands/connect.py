import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.connecting import connect_owner
from accounts.errors import Refused
from plaxe import rows
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Sign in with Plex without a browser, and connect your servers."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--token", help="your Plex token; - reads it from standard input; else PLAXE_TOKEN"
        )
        parser.add_argument("--url", help="where the server answers, such as http://192.168.1.10:32400")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        connected = connect_owner(
            _token(options["token"]), url=options["url"], only=options["server"], now=timezone.now()
        )
        return {
            "user": {"plex_id": connected.user.plex_id, "username": connected.user.username},
            "servers": [rows.server(server) for server in connected.servers],
        }

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"Signed in as {result['user']['username']}."
        for row in result["servers"]:
            deletes = "allows deletion" if row["allows_deletion"] else "does not allow deletion yet"
            yield f"{row['name']} at {row['url']}, Plex {row['version']}, {deletes}."


def _token(given: str | None) -> str:
    token = sys.stdin.readline() if given == "-" else given or settings.PLAXE_TOKEN
    if not token.strip():
        raise Refused("A Plex token is needed: --token TOKEN, --token - to read it, or PLAXE_TOKEN.")
    return token.strip()
