"""The record of what is protected: written by whoever protects, and after the fact for those who cannot."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import PlexServer, PlexUser, User
from accounts.wording import sentence as _
from deletions.models import AuditEntry
from deletions.models.audit import AuditEntryQuerySet
from media.models import MediaItem, Protection
from media.protecting import Target

Verb = AuditEntry.Verb
RATED = _("A rating protects it.")


def said_of(item: MediaItem) -> AuditEntryQuerySet:
    """Who protected the title, or what it belongs to, and who took that back; what a show was to keep."""
    above = [item.rating_key, *(each.rating_key for each in (item.parent, item.show) if each)]
    about = Q(details__rating_key__in=above) | Q(details__section=item.section.key)
    verbs = (Verb.PROTECTED, Verb.UNPROTECTED, Verb.CHANGED)
    return AuditEntry.objects.filter(about, server=item.server_id, verb__in=verbs).newest_first()


def write_down_others(server: PlexServer) -> None:
    """A rating protects from below, where there is no record: what is not in it yet is written now."""
    protections = Protection.objects.filter(item__server=server, by=None).exclude(by_name="")
    for protection in protections.select_related("item__server"):
        with transaction.atomic():
            if not _is_known(protection):
                _entry_of_rating(protection).save()


def _is_known(protection: Protection) -> bool:
    known = AuditEntry.objects.filter(verb=Verb.PROTECTED, at=protection.protected_at)
    return known.filter(by_name=protection.by_name).exists()


def _entry_of_rating(protection: Protection) -> AuditEntry:
    entry = entry_of(protection.target, Verb.PROTECTED, protection.protected_at, text=RATED)
    entry.by_name = protection.by_name
    return entry


def entry_of(
    target: Target, verb: str, now: datetime, *, by: User | None = None, text: str = ""
) -> AuditEntry:
    server: PlexServer | None = None if isinstance(target, PlexUser) else target.server
    return AuditEntry(
        at=now,
        verb=verb,
        by=by,
        by_name=by.username if by else "Plaxe",
        server=server,
        server_name=server.name if server else "",
        title=str(target),
        text=text,
        details=_details(target),
    )


def _details(target: Target) -> dict[str, Any]:
    if isinstance(target, PlexUser):
        return {"viewer": target.plex_id}
    if isinstance(target, MediaItem):
        return {"rating_key": target.rating_key, "type": target.type, "guid": target.guid}
    return {"section": target.key}
