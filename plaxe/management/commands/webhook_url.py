from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse

from media.models import WebhookDoor
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Show the secret address for Plex's webhooks: in Plex, Settings > Account > Webhooks."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--rotate", action="store_true", help="make a new one; the old one is closed")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        door = WebhookDoor.load()
        if options["rotate"]:
            door.rotate()
        path = reverse("media:webhook", args=[door.secret])
        return {"url": f"{settings.PLAXE_URL.rstrip('/')}{path}"}

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield result["url"]
