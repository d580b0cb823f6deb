"""Protect, release, keep: what somebody says, written down beside who said it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.tasks import hint
from accounts.wording import sentence as _
from deletions import tasks
from deletions.models import AuditEntry, Deletion
from deletions.protections import entry_of
from media import keeping, protecting
from media.keeping import Keeper, Rule
from media.protecting import Target

Verb = AuditEntry.Verb


def protect(targets: Iterable[Target], now: datetime, *, by: User | None = None) -> list[Target]:
    """Those that were not protected before: all of them are now, or none. Raises Refused."""
    with transaction.atomic():
        fresh = protecting.protect(targets, now, by=by)
        _write_down(fresh, Verb.PROTECTED, now, by)
    return fresh


def spare(deletion: Deletion, now: datetime, *, by: User | None = None) -> None:
    """Its title is never to go, until the protection is taken away. Raises Refused where it is gone."""
    if deletion.item is None:
        words = _("Plaxe no longer knows %(title)s, so there is nothing to protect.", title=deletion.title)
        raise Refused(words)
    protect([deletion.item], now, by=by)


def unprotect(targets: Iterable[Target], now: datetime, *, by: User | None = None) -> list[Target]:
    """Those that were protected. What only that had held goes on, and waits its whole delay again."""
    with transaction.atomic():
        released = protecting.unprotect(targets, by=by)
        _write_down(released, Verb.UNPROTECTED, now, by)
    return released


def keep(keeper: Keeper, rule: Rule, now: datetime, *, by: User | None = None) -> bool:
    """True when that is news. Raises Refused."""
    with transaction.atomic():
        before = keeping.rule_of(keeper)
        is_news = keeping.keep(keeper, rule, now, by=by)
        if is_news:
            rule = keeping.rule_of(keeper)
            text = _("Keeps %(now)s; before %(before)s.", now=rule.words, before=before.words)
            _write_down([keeper], Verb.CHANGED, now, by, text=text)
    return is_news


def _write_down(targets: list[Any], verb: Verb, now: datetime, by: User | None, *, text: str = "") -> None:
    entries = [entry_of(target, verb, now, by=by, text=text) for target in targets]
    AuditEntry.objects.bulk_create(entries)
    for pk in sorted({entry.server_id for entry in entries if entry.server_id}):
        hint(tasks.enqueue, pk)
    if any(entry.server_id is None for entry in entries):
        hint(tasks.enqueue)
