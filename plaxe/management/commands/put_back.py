from typing import Any

from django.utils import timezone

from deletions import trash
from plaxe import rows
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Move titles from the trash back to where they were; they stay until `retry`."

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        """One after the other: files that were moved are moved, whatever becomes of the next title."""
        chosen = self.chosen(options)
        for deletion in chosen:
            trash.put_back(deletion, timezone.now())
            trash.tell_plex(deletion, timezone.now())
            deletion.refresh_from_db()
        return {"deletions": [rows.deletion(deletion) for deletion in chosen]}
