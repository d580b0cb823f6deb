"""How a deletion goes from one state to another, with the reason and the record of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.wording import sentence as _
from deletions import snapshot, witnesses
from deletions.models import AuditEntry, Deletion, Hold, Status
from media.answers import answers
from media.paging import in_pages

BATCH = 500
# Within a sentence.
STATES = {
    Status.HELD: _("held"),
    Status.SCHEDULED: _("scheduled"),
    Status.RUNNING: _("running now"),
    Status.DELETED: _("deleted"),
    Status.GONE: _("gone"),
    Status.FAILED: _("failed"),
    Status.CANCELLED: _("cancelled"),
}


def missing(deletion: Deletion) -> tuple[Hold, str]:
    """Why the title is not complete: the hold, and the reason in words."""
    item = deletion.item
    if item is None:
        return Hold.UNWATCHED, _("Plaxe no longer knows this title.")
    item.refresh_from_db(fields=["views_count_from"])
    return witnesses.lacking(item)


def hold(
    deletion: Deletion,
    why: Hold,
    because: str,
    now: datetime,
    *,
    quietly: bool = False,
    waits_anew: bool = False,
) -> bool:
    """Stop it with a reason. True when the hold is news; `quietly` when somebody else tells it."""
    is_news = deletion.hold != why or (deletion.held_because != because and why != Hold.UNREADABLE)
    expect = (Status.SCHEDULED, Status.HELD, Status.RUNNING)
    fields = {"hold": why, "held_because": because, "waits_anew": waits_anew, "leased_until": None}
    with transaction.atomic():
        held = deletion.move(Status.HELD, expect=expect, **fields)
        if held and is_news and not quietly:
            AuditEntry.about(deletion, AuditEntry.Verb.HELD, now, text=because, hold=why).save()
    return held and is_news


def hold_together(rows: Iterable[Deletion], why: Hold, because: str) -> int:
    """Stop all of them with one reason that somebody else tells. What was decided meanwhile stays decided."""
    held = 0
    for batch in in_pages(rows, BATCH):
        for status in (Status.SCHEDULED, Status.HELD):
            as_read = Deletion.objects.filter(pk__in=[row.pk for row in batch if row.status == status])
            held += as_read.filter(status=status).update(status=Status.HELD, hold=why, held_because=because)
    return held


def move(
    deletion: Deletion,
    to: Status,
    expect: Iterable[str],
    verb: AuditEntry.Verb,
    now: datetime,
    *,
    by: User | None = None,
    text: str = "",
    **fields: Any,
) -> bool:
    with transaction.atomic():
        moved = deletion.move(to, expect=expect, **fields)
        if moved:
            AuditEntry.about(deletion, verb, now, by=by, text=text).save()
    return moved


def current(deletion: Deletion, version: str) -> dict[str, Any]:
    """The deletion's facts as Plaxe knows them at this moment; none for a title it no longer knows, or whose
    key is another's by now."""
    item = deletion.item
    if not item or item.has_lost_key:
        return {}
    facts = snapshot.facts(deletion.server, item, answers([item])[item.pk])
    if version:
        files = facts["snapshot"]["files"]
        facts["bytes"] = sum(file["size"] or 0 for file in files if file["media_id"] == version)
    return facts
