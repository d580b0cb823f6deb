from collections.abc import Iterable
from typing import Any

from plaxe import keys
from plaxe.commands import JsonCommand


class Command(JsonCommand):
    help = "Encrypt every stored secret anew, with the first of the encryption keys."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        return keys.rotate()

    def show(self, result: dict[str, Any]) -> Iterable[str]:
        yield f"{result['secrets']} secrets are encrypted with the newest key."
        if result["made_key"]:
            yield "A new key was made; the old ones stay in the file until backups need them no more."
