"""One assignment over several servers: the same title on another one, and what is seen of it there.

Two titles are the same work by their guids and external ids only, never by their names. A view elsewhere
counts for a copy that was there by then, as between copies on one server; of one that came later it is not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import PlexServer
from media.guids import agent_of, is_matched
from media.models import Assignment, Counterpart, Exemption, MediaItem, Watch
from media.models.library import MediaItemQuerySet
from media.paging import in_pages

BATCH = 1000
Pair = tuple[int, int]


class Work(NamedTuple):
    """What tells of a row which work it is."""

    pk: int
    server: int
    type: str
    guid: str
    external_ids: dict[str, str]

    def is_same_as(self, other: "Work") -> bool:
        """An id that both know and that differs speaks against it, whatever else agrees."""
        shared = self.external_ids.keys() & other.external_ids.keys()
        if self.type != other.type or any(self.external_ids[k] != other.external_ids[k] for k in shared):
            return False
        if agent_of(self.guid) == agent_of(other.guid):
            return self.guid == other.guid
        return bool(shared)


COLUMNS = ("pk", "server", "type", "guid", "external_ids")


def elsewhere(item: MediaItem) -> list[MediaItem]:
    """The same title on other servers, as far as an assignment leads there."""
    there = MediaItem.objects.present().filter(counterpart_of__item=item)
    return list(there.select_related("server").order_by("server__name", "pk"))


def follow() -> int:
    """Bring what counts elsewhere in line with what is there, and give the assignments that follow from one
    that any server will do for. Returns how many are new."""
    _link()
    if given := _give():
        _link()
    return given


def _link() -> None:
    shared = Assignment.objects.filter(on_any_server=True)
    if not shared.exists():
        Counterpart.objects.all().delete()
        return
    known = {(row.item_id, row.other_id): row.pk for row in Counterpart.objects.all()}
    wanted = _pairs(MediaItem.objects.filter(Q(pk__in=shared.leaves()) | Q(pk__in=shared.values("item"))))
    for batch in in_pages([pk for pair, pk in known.items() if pair not in wanted], BATCH):
        Counterpart.objects.filter(pk__in=batch).delete()
    rows = (Counterpart(item_id=item, other_id=other) for item, other in wanted - known.keys())
    Counterpart.objects.bulk_create(rows, BATCH, ignore_conflicts=True)


def _pairs(items: MediaItemQuerySet) -> set[Pair]:
    """Each of these with every other row, on another server, that is the same work.

    Of what the owner is asked whether it is a title of before nobody knows which work it is.
    """
    mine = _works(items)
    others = defaultdict(list)
    for other in _candidates(mine):
        for mark in _marks(other):
            others[mark].append(other)
    return {
        (one.pk, other.pk)
        for one in mine
        for mark in _marks(one)
        for other in others[mark]
        if other.server != one.server and one.is_same_as(other)
    }


def _works(items: QuerySet[MediaItem]) -> list[Work]:
    certain = items.exclude(pk__in=MediaItem.objects.questioned().values("pk"))
    works = (Work(*row) for row in certain.order_by().values_list(*COLUMNS))
    return [work for work in works if is_matched(work.guid)]


def _candidates(mine: Collection[Work]) -> Iterable[Work]:
    """Under the same guids; and whatever another agent has matched that knows outside ids."""
    servers = list(PlexServer.objects.order_by().values_list("pk", flat=True))
    if len(servers) < 2:
        return
    for guids in in_pages(sorted({work.guid for work in mine}), BATCH):
        yield from _works(MediaItem.objects.filter(server__in=servers, guid__in=guids))
    for agent in sorted({agent_of(work.guid) for work in mine}):
        kinds = {work.type for work in mine if agent_of(work.guid) == agent}
        foreign = MediaItem.objects.filter(type__in=kinds).exclude(guid__startswith=f"{agent}://")
        yield from _works(foreign.exclude(external_ids={}))


def _marks(work: Work) -> set[tuple[str, ...]]:
    """Works without one in common are not the same."""
    return {(work.type, work.guid), *((work.type, *pair) for pair in work.external_ids.items())}


def _give() -> int:
    """To the same title on other servers, as far as nothing is said of this viewer there."""
    copies: QuerySet[Any] = Assignment.objects.filter(on_any_server=True, follows=None).annotate(
        copy=F("item__counterparts__other"),
        copy_server=F("item__counterparts__other__server"),
        copy_gone_at=F("item__counterparts__other__gone_at"),
    )
    said = {"item": OuterRef("copy"), "viewer": OuterRef("viewer")}
    missing = copies.filter(copy__isnull=False, copy_gone_at=None).filter(
        ~Exists(Assignment.objects.filter(**said)), ~Exists(Exemption.objects.filter(**said))
    )
    rows = [_following(row, row.copy, row.copy_server) for row in missing.order_by("pk")]
    Assignment.objects.bulk_create(rows, BATCH, ignore_conflicts=True)
    return len(rows)


def _following(origin: Assignment, item: int, server: int) -> Assignment:
    return Assignment(
        server_id=server,
        item_id=item,
        viewer_id=origin.viewer_id,
        is_optional=origin.is_optional,
        views_count_from=origin.views_count_from,
        assigned_by_id=origin.assigned_by_id,
        on_any_server=True,
        follows=origin,
    )


def views(leaves: Collection[MediaItem] | MediaItemQuerySet) -> dict[Pair, list[Watch]]:
    """By leaf and viewer: what he has seen of it elsewhere, and does not deny here; the latest leads."""
    there: QuerySet[Any] = (
        Watch.objects.counting()
        .filter(item__counterpart_of__item__in=leaves)
        .annotate(
            leaf=F("item__counterpart_of__item"), since=F("item__counterpart_of__item__views_count_from")
        )
    )
    denied = Watch.objects.filter(item=OuterRef("leaf"), viewer=OuterRef("viewer")).denied()
    found: dict[Pair, list[Watch]] = defaultdict(list)
    counting = there.filter(last_viewed_at__gt=F("since")).filter(~Exists(denied))
    for watch in counting.select_related("item__server", "viewer").order_by("-last_viewed_at", "pk"):
        found[watch.leaf, watch.viewer_id].append(watch)
    return found


def answering(
    assignment: Assignment, leaf: MediaItem, here: Watch | None, there: Iterable[Watch]
) -> Watch | None:
    """The view by which the assignment is fulfilled for this leaf; none while it is not."""
    if here and here.counts(assignment.count_views_from(leaf)):
        return here
    return next(iter(_counting(assignment, there)), None)


def _counting(assignment: Assignment, there: Iterable[Watch]) -> list[Watch]:
    if not assignment.on_any_server:
        return []
    since = assignment.views_count_from
    return [watch for watch in there if watch.last_viewed_at and watch.last_viewed_at > since]


def relied_on(leaf: MediaItem) -> list[Watch]:
    """Views elsewhere without which somebody who must see this leaf has not, as far as Plaxe knows."""
    there = views([leaf])
    here = {watch.viewer_id: watch for watch in Watch.objects.filter(item=leaf)} if there else {}
    relied: dict[int, Watch] = {}
    for row in leaf.covering_assignments().filter(is_optional=False) if there else ():
        watch = here.get(row.viewer_id)
        if not (watch and watch.counts(row.count_views_from(leaf))):
            relied |= {each.pk: each for each in _counting(row, there.get((leaf.pk, row.viewer_id), ()))}
    return list(relied.values())


def waiting_on(server: PlexServer) -> list[int]:
    """Other servers, by primary key, for whose titles views on this one count."""
    others = (
        Counterpart.objects.filter(other__server=server).order_by().values_list("item__server", flat=True)
    )
    return list(others.distinct())
