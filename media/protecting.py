"""The one door to Protection. Whoever wants it written down goes by `deletions.protecting`."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from accounts.models import PlexUser, User
from accounts.wording import sentence as _
from media.models import LibrarySection, MediaItem, Protection

logger = logging.getLogger(__name__)

Target = MediaItem | LibrarySection | PlexUser
COLUMNS: dict[type[Target], str] = {MediaItem: "item", LibrarySection: "section", PlexUser: "viewer"}


def protect(
    targets: Iterable[Target], now: datetime, *, by: User | None = None, by_name: str = ""
) -> list[Target]:
    """Those that were not protected before: all of them are now, or none. Raises Refused when one is gone.

    `by_name`: of somebody who does not sign in to Plaxe.
    """
    wanted = list(dict.fromkeys(targets))
    for target in wanted:
        _demand_present(target)
    with transaction.atomic():
        fresh = [target for target in wanted if not known(target)]
        Protection.objects.bulk_create(
            (
                Protection(**_key(target), protected_at=now, by=by, by_name=by.username if by else by_name)
                for target in fresh
            ),
            ignore_conflicts=True,  # somebody else has just said the same
        )
    for target in fresh:
        logger.info("%s is protected (%s)", target, by or "Plaxe")
    return fresh


def unprotect(targets: Iterable[Target], *, by: User | None = None) -> list[Target]:
    """Those that were protected. Always possible: also of what is gone."""
    with transaction.atomic():
        released = [
            target
            for target in dict.fromkeys(targets)
            if Protection.objects.filter(**_key(target)).delete()[0]
        ]
    for target in released:
        logger.info("%s is no longer protected (%s)", target, by or "Plaxe")
    return released


def hand_on(old: MediaItem, new: MediaItem) -> bool:
    """The new title is as protected as the old one, which it is or may be. True when that is news."""
    row = known(old)
    if row is None or known(new):
        return False
    copy = Protection(item=new, protected_at=row.protected_at, by=row.by, by_name=row.by_name)
    Protection.objects.bulk_create([copy], ignore_conflicts=True)
    logger.info("%s is protected, as it was under the key %s", new, old.rating_key)
    return True


def known(target: Target) -> Protection | None:
    """Of the target itself; what protects it from above is for `media.kept` to say."""
    return Protection.objects.filter(**_key(target)).select_related("by").first()


def _key(target: Target) -> dict[str, Any]:
    return {COLUMNS[type(target)]: target}


def _demand_present(target: Target) -> None:
    """A viewer who has left can be protected: what is for him stays."""
    if isinstance(target, PlexUser) or target.gone_at is None:
        return
    words = _(
        "%(what)s is no longer on %(server)s, so there is nothing to protect.",
        what=target,
        server=target.server,
    )
    raise Refused(words)
