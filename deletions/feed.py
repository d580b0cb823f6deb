"""What is to leave, as a calendar that others subscribe to."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Installation, User
from accounts.wording import sentence
from deletions import ics
from deletions.models import AuditEntry, CalendarFeed, Deletion, Effective, Policy

ROTATED = gettext_noop("It has a new secret address; the old one is closed.")
MOST = 2000  # the next ones; more is no calendar any more


def calendar(now: datetime, *, absolute: Callable[[str], str]) -> str:
    """`absolute` makes an address of a path."""
    leaving = Deletion.objects.scheduled().select_related("server").order_by("scheduled_for", "pk")[:MOST]
    policies = Policy.everywhere()
    here = Installation.load().client_identifier
    events = (
        ics.Event(
            uid=f"deletion-{deletion.pk}@{here}",
            at=deletion.scheduled_for,
            summary=_said(policies[deletion.server_id]) % (deletion.title or _("Untitled")),
            description=_description(deletion),
            url=absolute(_path(deletion)),
        )
        for deletion in leaving
    )
    return ics.written(events, now, name="Plaxe", version=settings.PLAXE_VERSION)


def _said(policy: Effective) -> str:
    return _("Would leave: %s") if policy.dry_run else _("Leaving: %s")


def _description(deletion: Deletion) -> str:
    where = f"{filesizeformat(deletion.bytes)} · {deletion.server}".replace("\xa0", " ")
    return "\n".join([where, *map(str, deletion.reasons)])


def _path(deletion: Deletion) -> str:
    if deletion.item_id:
        return reverse("media:item", args=[deletion.item_id])
    return f"{reverse('deletions:queue')}?id={deletion.pk}"


def rotate(now: datetime, *, by: User | None = None) -> None:
    """From now on only a new address is known."""
    with transaction.atomic():
        CalendarFeed.load().rotate()
        AuditEntry(
            at=now, verb=AuditEntry.Verb.CHANGED, by=by, by_name=by.username if by else "Plaxe",
            title="Calendar", text=sentence(ROTATED),
        ).save()  # fmt: skip
