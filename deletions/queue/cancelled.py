"""A title that somebody has cancelled stays cancelled, under whatever key it stands in the queue.

After a rebuild it can stand there twice: as the title that was known, and as one that seemed to be new.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.models import PlexServer
from accounts.wording import sentence as _
from deletions.models import AuditEntry, Deletion, Status
from deletions.models.deletion import DeletionQuerySet
from deletions.queue.moves import move
from media.copies import twins

WAITING = (Status.SCHEDULED, Status.HELD)


def declined_elsewhere(deletion: Deletion) -> str:
    """What another row of the same title says against it, in words; empty when there is nothing."""
    other = _others(deletion).order_by("-finished_at").first()
    if other is None:
        return ""
    if other.version:
        return _(
            "One version of it went under the key %(key)s, and the rest was to stay.", key=other.rating_key
        )
    return _(
        "It was cancelled under another key, %(key)s. It stays unless somebody puts it into the queue again.",
        key=other.rating_key,
    )


def overrule(deletion: Deletion) -> None:
    """Somebody has put it into the queue again: what was said by other rows of the title is over."""
    _others(deletion).update(is_overruled=True)


def heed_cancelled(server: PlexServer, now: datetime) -> int:
    """Cancel what was cancelled under another key. Returns how many."""
    waiting = Deletion.objects.filter(server=server, status__in=WAITING).select_related("item", "server")
    others = Deletion.objects.declined().filter(server=server).exclude(pk=OuterRef("pk"))
    of_it = others.filter(item=OuterRef("item"))
    of_its_work = others.filter(
        item__server=server, item__guid=OuterRef("item__guid"), item__added_at=OuterRef("item__added_at")
    )
    return sum(_heed(row, now) for row in waiting.filter(Exists(of_it) | Exists(of_its_work)))


def _heed(deletion: Deletion, now: datetime) -> bool:
    words, verb = declined_elsewhere(deletion), AuditEntry.Verb.CANCELLED
    return bool(words) and move(
        deletion, Status.CANCELLED, WAITING, verb, now, text=words, finished_at=now, failure=words
    )


def _others(deletion: Deletion) -> DeletionQuerySet:
    item = deletion.item
    if item is None:
        return Deletion.objects.none()
    keys = [item.pk, *twins(item).values_list("pk", flat=True)]
    return Deletion.objects.declined().filter(server=deletion.server, item__in=keys).exclude(pk=deletion.pk)
