"""After a restore Plaxe knows less than it did: what was cancelled, protected or un-assigned since is lost.

So nothing goes, neither what waits nor what becomes due, until the owner has looked.
"""

from datetime import datetime

from accounts.models import PlexServer
from accounts.wording import moment
from accounts.wording import sentence as _
from deletions.models import AuditEntry, Deletion, Hold, Status


def hold_everything(made_at: datetime, now: datetime, *, using: str) -> None:
    """`made_at`: when the backup was made; `using`: the database that was restored from it."""
    servers = PlexServer.objects.using(using)
    servers.update(restored_from=made_at)
    for server in servers.all():
        words = alarm(server)
        rows = Deletion.objects.using(using).filter(server=server).open()
        rows.update(status=Status.HELD, hold=Hold.RESTORED, held_because=words, leased_until=None)
        entry = AuditEntry.concerning(server, AuditEntry.Verb.HELD, now, title=server.name, text=words)
        entry.save(using=using)


def alarm(server: PlexServer) -> str:
    if server.restored_from is None:
        return ""
    return _(
        "Plaxe was restored from a backup of %(when)s. What was watched, cancelled or protected since then "
        "it does not know. Nothing is deleted until you have looked and say so.",
        when=moment(server.restored_from),
    )


def accept(server: PlexServer, now: datetime) -> bool:
    restored = PlexServer.objects.filter(pk=server.pk, restored_from__isnull=False)
    return bool(restored.update(restored_from=None))
