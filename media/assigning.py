"""Who must see what, as a person says it: with `media.standing` the only doors to Assignment."""

import logging

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Access, PlexUser, User
from accounts.wording import sentence as _
from media import counterparts
from media.models import EVER, Assignment, Exemption, MediaItem

logger = logging.getLogger(__name__)
MOST = 32767


def assign(
    item: MediaItem,
    viewer: PlexUser,
    *,
    by: User | None = None,
    optional: bool = False,
    counts_earlier: bool = True,
    any_server: bool = False,
) -> bool:
    """True when that is new, or other than it was. Raises Refused when it could never be fulfilled.

    With `any_server` it is one assignment to the same title on all servers: seen on one is seen.
    """
    words = {"optional": optional, "counts_earlier": counts_earlier, "any_server": any_server}
    with transaction.atomic():
        item.server.lock()
        known = Assignment.objects.filter(item=item, viewer=viewer).first()
        is_news = _change(known, **words) if known else _begin(item, viewer, by=by, **words)
        if any_server:
            counterparts.follow()
    if is_news:
        logger.info("%s %s see %s (%s)", viewer, "may" if optional else "must", item, by or "Plaxe")
    return is_news


def reword(assignment: Assignment, *, by: User | None, optional: bool) -> bool:
    """As it is, but optional or not."""
    words = {"counts_earlier": assignment.counts_earlier, "any_server": assignment.on_any_server}
    return assign(assignment.item, assignment.viewer, by=by, optional=optional, **words)


def _begin(
    item: MediaItem,
    viewer: PlexUser,
    *,
    by: User | None,
    optional: bool,
    counts_earlier: bool,
    any_server: bool,
) -> bool:
    demand_present(item)
    _demand_access(item, viewer, any_server=any_server)
    Exemption.objects.filter(item=item, viewer=viewer).delete()
    Assignment.objects.create(
        server_id=item.server_id,
        item=item,
        viewer=viewer,
        is_optional=optional,
        views_count_from=EVER if counts_earlier else timezone.now(),
        assigned_by=by,
        on_any_server=any_server,
    )
    return True


def _change(known: Assignment, *, optional: bool, counts_earlier: bool, any_server: bool) -> bool:
    """What a person says is his from then on: no order changes it or takes it back."""
    before = (known.is_optional, known.views_count_from, known.on_any_server)
    known.is_optional, known.order, known.follows = optional, None, None
    known.views_count_from = EVER if counts_earlier else known.assigned_at
    known.on_any_server = any_server
    known.save(update_fields=["is_optional", "views_count_from", "order", "follows", "on_any_server"])
    _lead(known)
    return (known.is_optional, known.views_count_from, known.on_any_server) != before


def _lead(known: Assignment) -> None:
    """What followed from it on other servers reads as it does, and ends when it is for one server only."""
    if known.on_any_server:
        known.followers.update(is_optional=known.is_optional, views_count_from=known.views_count_from)
    else:
        known.followers.all().delete()


def unassign(item: MediaItem, viewer: PlexUser, *, by: User | None = None) -> bool:
    """True when there was something to take back. Always possible: also of who or what is gone."""
    with transaction.atomic():
        item.server.lock()
        deleted, _kinds = Assignment.objects.filter(item=item, viewer=viewer).delete()
        if deleted:
            Exemption.objects.get_or_create(item=item, viewer=viewer, defaults={"made_by": by})
    if deleted:
        logger.info("%s need not see %s (%s)", viewer, item, by or "Plaxe")
    return bool(deleted)


def demand_quorum(item: MediaItem, quorum: int | None, *, by: User | None = None) -> bool:
    """How many must see it and what is below it: a number, ALL, or None for what the level above says."""
    if quorum is not None and not 0 <= quorum <= MOST:
        raise Refused(_("A quorum is a number from 1 to %(most)s, any or all.", most=MOST))
    changed = MediaItem.objects.filter(pk=item.pk).exclude(quorum=quorum).update(quorum=quorum)
    item.quorum = quorum
    if changed:
        logger.info("%s: the quorum is %s (%s)", item, quorum, by or "Plaxe")
    return bool(changed)


def demand_present(item: MediaItem) -> None:
    if MediaItem.objects.present().filter(pk=item.pk).exists():
        return
    words = _(
        "%(title)s is no longer on %(server)s, so nobody can be assigned to it.",
        title=item,
        server=item.server,
    )
    raise Refused(words)


def _demand_access(item: MediaItem, viewer: PlexUser, *, any_server: bool) -> None:
    if any_server and Access.objects.filter(viewer=viewer, gone_at=None).exists():
        return
    access = Access.objects.filter(server=item.server_id, viewer=viewer).first()
    if access is None:
        raise Refused(_("%(who)s is not a viewer of %(server)s.", who=viewer, server=item.server))
    if access.gone_at:
        words = _(
            "%(who)s has left %(server)s and could never see %(title)s.",
            who=viewer,
            server=item.server,
            title=item,
        )
        raise Refused(words)
