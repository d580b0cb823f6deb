"""What stops many titles is one entry in the record and one line in the log; each row says why by itself."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import PlexServer
from accounts.wording import sentence as _
from accounts.wording import together
from deletions.models import AuditEntry, Deletion, Hold
from media.models import LibrarySection

logger = logging.getLogger(__name__)


def tell_held(server: PlexServer, rows: Collection[Deletion], hold: Hold, text: str) -> None:
    logger.warning("%s: %d titles wait. %s", server, len(rows), text)
    title = ngettext("%d title", "%d titles", len(rows)) % len(rows)
    _held(server, title, rows, hold, text)


def tell_kept(section: LibrarySection, rows: Collection[Deletion], text: str) -> None:
    words = ngettext("%(n)d title of %(library)s", "%(n)d titles of %(library)s", len(rows))
    _held(section.server, words % {"n": len(rows), "library": section}, rows, Hold.SPACE, text)


def tell_postponed(server: PlexServer, number: int, text: str, now: datetime) -> None:
    title, verb = ngettext("%d title", "%d titles", number) % number, AuditEntry.Verb.CHANGED
    words = together([text, _("What was not due yet waits as long as before.")])
    AuditEntry.concerning(server, verb, now, title=title, text=words).save()


def tell_back(server: PlexServer) -> None:
    verb, words = AuditEntry.Verb.RESUMED, _("It answers again.")
    AuditEntry.concerning(server, verb, timezone.now(), title=str(server), text=words).save()


def _held(server: PlexServer, title: str, rows: Collection[Deletion], hold: Hold, text: str) -> None:
    AuditEntry.concerning(
        server,
        AuditEntry.Verb.HELD,
        timezone.now(),
        title=title,
        text=text,
        bytes=sum(row.bytes for row in rows),
        hold=hold,
        deletions=len(rows),
    ).save()
