"""What becomes of a title in the trash: it is put back, or purged.

Whoever moves files has the lease of their row. What a crash leaves is settled by where the files are.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.connecting import reach
from accounts.errors import Refused
from accounts.models import User
from accounts.wording import say, told
from accounts.wording import sentence as _
from deletions.models import AuditEntry, Deletion, Policy, Quarantined, QuarantinedFile, Status
from deletions.removal.moving import Where
from deletions.removal.places import Obstacle
from deletions.removal.quarantine import PLACES
from deletions.removal.refreshing import refresh
from deletions.removal.trashed import take_back, throw_away, whereabouts
from plexclient.errors import PlexError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PurgeReport:
    purged: int
    freed: int  # bytes
    troubles: int
    dry_run: bool


def put_back(deletion: Deletion, now: datetime, *, by: User | None = None) -> list[str]:
    """Move its files back to where they were; the title then stays until somebody tries again.

    Returns where Plex has to look: the paths as it names them.
    """
    with _taken(deletion, now) as row:
        files = list(row.files.all())
        for file in files:
            _refuse_unless_free(file)
        for file in files:
            take_back(file)
        _record_return(row, now, by)
    return [file.path for file in files]


def tell_plex(deletion: Deletion, now: datetime) -> str:
    """That files are back. Where it cannot be told, in words; then Plex finds out by its next scan."""
    last = deletion.quarantines.exclude(restored_at=None).order_by("-restored_at").first()
    try:
        paths = [file.path for file in last.files.all()] if last else []
        return refresh(reach(deletion.server, now), deletion.item, paths)
    except PlexError as error:
        return say(told(error))


def purge(deletion: Deletion, now: datetime, *, by: User | None = None) -> int:
    """Remove its files from the trash for good. Returns how many bytes that freed."""
    with _taken(deletion, now) as row:
        files = list(row.files.all())
        for file in files:
            _refuse_unless_trashed(file)
        for file in files:
            throw_away(file)
        _record_purge(row, now, by)
    return row.bytes


@contextmanager
def _taken(deletion: Deletion, now: datetime) -> Iterator[Quarantined]:
    """Its row in the trash, for nobody else as long as this lasts."""
    row = Quarantined.objects.present().select_related("deletion__server").filter(deletion=deletion).first()
    if row is None:
        raise Refused(_("%(title)s is not in the trash.", title=deletion.title))
    if not row.take(now):
        words = _(
            "%(title)s is being moved at this moment. Look again in some minutes.", title=deletion.title
        )
        raise Refused(words)
    try:
        yield row
    except Obstacle as found:
        raise Refused(told(found)) from None
    finally:
        row.release()


def _refuse_unless_free(file: QuarantinedFile) -> None:
    match whereabouts(file):
        case Where.IN_BOTH:
            words = _("Another file is in its place: %(file)s. Move that away first.", file=file.place)
            raise Obstacle(words)
        case Where.NOWHERE | Where.UNSEEN as where:
            raise Obstacle(_(PLACES[where], file=file.trashed))


def _refuse_unless_trashed(file: QuarantinedFile) -> None:
    match whereabouts(file):
        case Where.IN_PLACE:
            words = _("%(file)s is back in its place already. Put back the rest as well.", file=file.place)
            raise Obstacle(words)
        case Where.UNSEEN as where:
            raise Obstacle(_(PLACES[where], file=file.trashed))


def _record_return(row: Quarantined, now: datetime, by: User | None) -> None:
    """As after a cancel: the next look at the queue does not take what was just brought back."""
    with transaction.atomic():
        if not row.ended(restored_at=now):
            return
        row.deletion.refresh_from_db()
        row.deletion.move(Status.CANCELLED, expect=(Status.DELETED, Status.FAILED), finished_at=now)
        AuditEntry.about(row.deletion, AuditEntry.Verb.PUT_BACK, now, by=by, bytes=row.bytes).save()


def _record_purge(row: Quarantined, now: datetime, by: User | None) -> None:
    with transaction.atomic():
        if row.ended(purged_at=now):
            row.deletion.count_freed(row.bytes, now)
            AuditEntry.about(row.deletion, AuditEntry.Verb.PURGED, now, by=by, bytes=row.bytes).save()


def purge_due(now: datetime) -> PurgeReport:
    """What has been in the trash long enough. Nothing where it is a dry run: there nothing is deleted."""
    policies = Policy.everywhere()
    freed, troubles = [], 0
    due = Quarantined.objects.due(now).in_order().select_related("deletion")
    for row in [row for row in due if not policies[row.deletion.server_id].dry_run]:
        try:
            freed.append(purge(row.deletion, now))
        except Refused as refusal:
            troubles += 1
            row.release(trouble=told(refusal))
            logger.warning("Purging %s: %s", row, refusal)
    return PurgeReport(len(freed), sum(freed), troubles, Policy.load().dry_run)


def settle(now: datetime) -> None:
    """What was stopped in the middle of a move, and nobody else looks after."""
    stopped = Quarantined.objects.present().filter(leased_until__lte=now).select_related("deletion__server")
    for row in stopped:
        if _seen(row) == {Where.IN_PLACE} and row.take(now):
            _record_return(row, now, None)
    for row in Quarantined.objects.intended().exclude(deletion__status=Status.RUNNING):
        _settle_intent(row, now)


def _settle_intent(row: Quarantined, now: datetime) -> None:
    """A worker that was given up for dead has moved it after all, or has not."""
    seen = _seen(row)
    if seen & {Where.IN_TRASH, Where.IN_BOTH}:
        row.arrived(now, None)
    elif Where.UNSEEN not in seen and not row.deletion.is_open:
        row.delete()


def _seen(row: Quarantined) -> set[Where]:
    return {whereabouts(file) for file in row.files.all()}
