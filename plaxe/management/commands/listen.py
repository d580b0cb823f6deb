from typing import Any

from django.core.management.base import BaseCommand

from plaxe import tables
from plaxe.listener import listen


class Command(BaseCommand):
    help = "Listen to what the servers announce, until told to stop. `up` does it too."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        tables.bring_up_to_date()
        listen()
