"""Who must see what: the only door to Assignment."""

import logging

from accounts.errors import Refused
from accounts.models import Access, PlexUser, User
from media.models import Assignment, MediaItem

logger = logging.getLogger(__name__)


def assign(item: MediaItem, viewer: PlexUser, *, by: User | None = None) -> bool:
    """True when that is new. Raises Refused when it could never be fulfilled."""
    if Assignment.objects.filter(item=item, viewer=viewer).exists():
        return False
    _demand_present(item)
    _demand_access(item, viewer)
    _, is_new = Assignment.objects.get_or_create(
        item=item, viewer=viewer, defaults={"server_id": item.server_id, "assigned_by": by}
    )
    if is_new:
        logger.info("%s must see %s (%s)", viewer, item, by or "Plaxe")
    return is_new


def unassign(item: MediaItem, viewer: PlexUser, *, by: User | None = None) -> bool:
    """True when there was something to take back. Always possible: also of who or what is gone."""
    deleted, _ = Assignment.objects.filter(item=item, viewer=viewer).delete()
    if deleted:
        logger.info("%s need not see %s (%s)", viewer, item, by or "Plaxe")
    return bool(deleted)


def _demand_present(item: MediaItem) -> None:
    if MediaItem.objects.present().filter(pk=item.pk).exists():
        return
    raise Refused(f"{item} is no longer on {item.server}, so nobody can be assigned to it.")


def _demand_access(item: MediaItem, viewer: PlexUser) -> None:
    access = Access.objects.filter(server=item.server_id, viewer=viewer).first()
    if access is None:
        raise Refused(f"{viewer} is not a viewer of {item.server}.")
    if access.gone_at:
        raise Refused(f"{viewer} has left {item.server} and could never see {item}.")
