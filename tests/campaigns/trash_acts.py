"""What is done with the trash in a process of its own."""

import json
import sys
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import PlexServer
from deletions import trash
from deletions.execution import execute_due
from deletions.models import AuditEntry, Deletion, Quarantined

PATIENCE = 4  # passes, until all is settled


def put_back(key: str, seconds: str = "0") -> int:
    """So long from now."""
    with suppress(Refused):
        trash.put_back(Deletion.objects.get(rating_key=key), _in(seconds))
    return 0


def purge(key: str, seconds: str = "0") -> int:
    with suppress(Refused):
        trash.purge(Deletion.objects.get(rating_key=key), _in(seconds))
    return 0


def _in(seconds: str) -> datetime:
    return timezone.now() + timedelta(seconds=int(seconds))


def mend(key: str) -> int:
    """Look after it as the passes do, each as long after the other as a lease lasts."""
    for number in range(1, PATIENCE):
        now = timezone.now() + settings.PLAXE_CLAIM_TIMEOUT * 2 * number
        if Deletion.objects.filter(rating_key=key).open().exists():
            for server in PlexServer.objects.all():
                execute_due(server, now)
        trash.settle(now)
    return tell_trash(key)


def tell_trash(key: str) -> int:
    deletion = Deletion.objects.get(rating_key=key)
    rows = Quarantined.objects.filter(deletion=deletion)
    verbs = Counter(AuditEntry.objects.filter(deletion=deletion).values_list("verb", flat=True))
    told = {"status": deletion.status, "freed": deletion.freed, "verbs": verbs}
    sys.stdout.write(json.dumps({**told, "rows": list(map(_state, rows))}))
    return 0


def _state(row: Quarantined) -> str:
    if row.restored_at:
        return "back"
    if row.purged_at:
        return "purged"
    return "there" if row.at else "intended"
