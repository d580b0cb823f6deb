"""Standing orders: assignments that follow who comes and goes, and what arrives.

An order is a row; `fulfil` makes the assignments what the orders say, as often as it is called. What a person
has said of one viewer and one item, yes or no, is stronger than any order.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Access, PlexServer, PlexUser, User
from media import counterparts
from media.assigning import demand_present
from media.models import EVER, Assignment, Exemption, LibrarySection, MediaItem, StandingOrder
from media.paging import in_pages

logger = logging.getLogger(__name__)
BATCH = 1000
TOPS = (MediaItem.Type.MOVIE, MediaItem.Type.SHOW)

Pair = dict[str, Any]


def ask_everyone(
    item: MediaItem,
    *,
    by: User | None = None,
    optional: bool = False,
    counts_earlier: bool = True,
    any_server: bool = False,
) -> StandingOrder:
    """Whoever may watch there must see it, now and later. Also those who were released from it before."""
    words = {"is_optional": optional, "counts_earlier": counts_earlier, "on_any_server": any_server}
    demand_present(item)
    with transaction.atomic():
        item.server.lock()
        Exemption.objects.filter(item=item).delete()
        order, _ = StandingOrder.objects.update_or_create(
            item=item,
            defaults=words,
            create_defaults={"server_id": item.server_id, "made_by": by, **words},
        )
        _apply(order)
        fulfil(item.server, timezone.now())
    logger.info("Everyone %s see %s (%s)", "may" if optional else "must", item, by or "Plaxe")
    return order


def _apply(order: StandingOrder) -> None:
    """An order that reads otherwise now changes what it gave before; on other servers that is given anew."""
    given = Assignment.objects.filter(order=order)
    given.update(
        is_optional=order.is_optional,
        views_count_from=EVER if order.counts_earlier else F("assigned_at"),
        on_any_server=order.on_any_server,
    )
    Assignment.objects.filter(follows__order=order).delete()


def release_everyone(item: MediaItem, *, by: User | None = None) -> bool:
    """The order ends, and with it what it gave. Whom a person assigned stays assigned."""
    with transaction.atomic():
        item.server.lock()
        Assignment.objects.filter(order__item=item).delete()
        ended, _ = StandingOrder.objects.filter(item=item).delete()
    if ended:
        logger.info("Not everyone must see %s (%s)", item, by or "Plaxe")
    return bool(ended)


def set_default(
    section: LibrarySection,
    viewer: PlexUser | None,
    *,
    now: datetime,
    by: User | None = None,
    optional: bool = False,
) -> StandingOrder:
    """This viewer, or everyone, must see what arrives there from now on."""
    since = now if section.synced_at else None
    order, _ = StandingOrder.objects.update_or_create(
        section=section,
        viewer=viewer,
        defaults={"is_optional": optional},
        create_defaults={
            "server_id": section.server_id,
            "is_optional": optional,
            "since": since,
            "made_by": by,
        },
    )
    logger.info("%s (%s)", order, by or "Plaxe")
    return order


def drop_default(section: LibrarySection, viewer: PlexUser | None, *, by: User | None = None) -> bool:
    """What arrives later is not his. What has been given stays, as if a person had."""
    ended, _ = StandingOrder.objects.filter(section=section, viewer=viewer).delete()
    if ended:
        logger.info("%s need not see what arrives in %s (%s)", viewer or "Everyone", section, by or "Plaxe")
    return bool(ended)


def fulfil(server: PlexServer, now: datetime) -> int:
    """Give what is missing and take back from who has left. Returns how many assignments are new."""
    with transaction.atomic():
        server.lock()
        _release_leavers(server)
        _begin_orders(server, now)
        given = sum(_give(server, pairs) for pairs in in_pages(_missing(server), BATCH))
        return given + counterparts.follow()


def _release_leavers(server: PlexServer) -> None:
    here = Access.objects.filter(server=server, viewer=OuterRef("viewer"), gone_at=None)
    given = Assignment.objects.filter(server=server, order__isnull=False, order__viewer=None)
    gone, _ = given.filter(~Exists(here)).delete()
    if gone:
        logger.info("%s: %d assignments of viewers who have left are taken back.", server, gone)


def _begin_orders(server: PlexServer, now: datetime) -> None:
    """The first whole reading of a section finds what was there: nothing of that arrives."""
    unread = StandingOrder.objects.filter(server=server, section__synced_at__isnull=False, since=None)
    unread.update(since=now)


def _missing(server: PlexServer) -> Iterator[Pair]:
    """What the orders say and no assignment does. An order about the item itself is the nearer word."""
    people = Access.objects.filter(server=server, gone_at=None)
    everyone: QuerySet[Any] = people.annotate(
        order_key=F("server__orders"),
        item_key=F("server__orders__item"),
        made_by=F("server__orders__made_by"),
        **_wording(),
    ).filter(item_key__isnull=False)
    yield from _unassigned(everyone)
    arrived: QuerySet[Any] = people.annotate(
        order_key=F("server__orders"),
        whose=F("server__orders__viewer"),
        since=F("server__orders__since"),
        made_by=F("server__orders__made_by"),
        item_key=F("server__orders__section__items"),
        kind=F("server__orders__section__items__type"),
        gone=F("server__orders__section__items__gone_at"),
        first_seen_at=F("server__orders__section__items__first_seen_at"),
        **_wording(),
    ).filter(Q(whose=None) | Q(whose=F("viewer")), kind__in=TOPS, gone=None, first_seen_at__gt=F("since"))
    yield from _unassigned(arrived.order_by(F("whose").asc(nulls_last=True)))


def _wording() -> dict[str, F]:
    return {
        "is_optional": F("server__orders__is_optional"),
        "counts_earlier": F("server__orders__counts_earlier"),
        "on_any_server": F("server__orders__on_any_server"),
    }


def _unassigned(pairs: QuerySet[Any]) -> QuerySet[Any, Pair]:
    same = {"item": OuterRef("item_key"), "viewer": OuterRef("viewer")}
    missing = pairs.filter(
        ~Exists(Assignment.objects.filter(**same)), ~Exists(Exemption.objects.filter(**same))
    )
    return missing.values("viewer", "item_key", "order_key", "made_by", *_wording())


def _give(server: PlexServer, pairs: list[Pair]) -> int:
    now = timezone.now()
    before = Assignment.objects.filter(server=server).count()
    Assignment.objects.bulk_create(
        (
            Assignment(
                server=server,
                item_id=pair["item_key"],
                viewer_id=pair["viewer"],
                order_id=pair["order_key"],
                is_optional=pair["is_optional"],
                on_any_server=pair["on_any_server"],
                views_count_from=EVER if pair["counts_earlier"] else now,
                assigned_by_id=pair["made_by"],
            )
            for pair in pairs
        ),
        ignore_conflicts=True,  # two orders may say the same: the first has said it
    )
    given = Assignment.objects.filter(server=server).count() - before
    logger.info("%s: %d assignments follow from standing orders.", server, given)
    return given
