"""From plays that sources report, and from the owner's word, to who has seen which leaf.

What viewers themselves say comes in by `media.states`; all of it is written by `media.ledger`.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Access, PlexServer, PlexUser, User
from accounts.wording import sentence as _
from media import copies
from media.ledger import Ledger
from media.likeness import COLUMNS, Likeness, likeness_of
from media.models import EVER, Evidence, MediaItem, Watch
from media.paging import in_pages
from media.signals import plays_recorded
from plexclient.types import Play

logger = logging.getLogger(__name__)

BATCH = 1000
# A server's clock may be ahead of ours, but not by more than this.
TOO_EARLY = timedelta(hours=1)
KNOWN = ("rating_key", "pk", "keyed_at", *COLUMNS)

Viewers = Mapping[int, int]  # plex.tv id -> key of the PlexUser


@dataclass
class Taken:
    """What became of a batch of plays."""

    watches: int = 0
    skipped: int = 0
    unknown: list[Play] = field(default_factory=list)  # of leaves that Plaxe does not know, or not as these
    strangers: dict[int, datetime] = field(default_factory=dict)  # people it does not know: their first view


@dataclass(frozen=True)
class View:
    """A play by somebody we know, at a time that can be."""

    viewer: int
    at: datetime
    play: Play


@dataclass
class Keys:
    """Of which the server was asked, since this reading began, whether they mean what Plaxe thinks."""

    checked: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)  # those that mean something else


class Leaf(NamedTuple):
    """What a key means, or an item that is none."""

    pk: int = 0
    keyed_at: datetime | None = None
    likeness: Likeness = Likeness()

    @property
    def is_one(self) -> bool:
        return self.likeness.type in MediaItem.LEAVES

    def had_no_such_key(self, at: datetime) -> bool:
        return self.keyed_at is not None and at < self.keyed_at.replace(microsecond=0)  # as Plex counts


def viewers_of(server: PlexServer) -> Viewers:
    """Whoever may watch there or once might: what those who left had seen still counts."""
    return dict(PlexUser.objects.on(server).values_list("plex_id", "pk"))


def record(server: PlexServer, plays: Iterable[Play], now: datetime, viewers: Viewers | None = None) -> int:
    """Returns how many watches are new or later, and announces them when there are any."""
    viewers = viewers_of(server) if viewers is None else viewers
    watches = sum(take_in(server, batch, now, viewers).watches for batch in in_pages(plays, BATCH))
    if watches:
        announce(server)
    return watches


def announce(server: PlexServer) -> None:
    transaction.on_commit(partial(plays_recorded.send_robust, sender=Watch, server=server))


def take_in(
    server: PlexServer, plays: list[Play], now: datetime, viewers: Viewers, keys: Keys | None = None
) -> Taken:
    """Record one batch without announcing it, in a constant number of queries."""
    keys = keys or Keys()
    taken = Taken()
    views = list(_views(server, plays, now, viewers, taken))
    with transaction.atomic():
        server.lock()
        of_leaves, aside = _sorted_out(server, views, keys, taken)
        taken.watches = _write(server, list(copies.shared(server, of_leaves)), aside, now, keys)
    return taken


def told_by_history_alone(server: PlexServer, plays: list[Play], now: datetime, viewers: Viewers) -> set[str]:
    """Keys of leaves of which these plays tell later views than are known, of somebody whom nobody asks."""
    asked = Access.objects.filter(server=server, gone_at=None).exclude(state_read_at=None)
    heard = set(asked.values_list("viewer", flat=True))
    views = [view for view in _views(server, plays, now, viewers, Taken()) if view.viewer not in heard]
    leaves = _known(server, views)
    watches = Watch.objects.filter(item__in=[leaf.pk for leaf in leaves.values()])
    latest = {(row.item_id, row.viewer_id): row.last_viewed_at for row in watches}
    return {
        key
        for view in views
        if (leaf := leaves.get(key := view.play.rating_key or "", Leaf())).is_one
        and not leaf.likeness.contradicts(Likeness.of_play(view.play))
        and view.at > (latest.get((leaf.pk, view.viewer)) or EVER)
    }


def _views(
    server: PlexServer, plays: list[Play], now: datetime, viewers: Viewers, taken: Taken
) -> Iterator[View]:
    for play in plays:
        plex_id, at = server.plex_id_of(play.account_id), play.viewed_at
        if at is None or at > now + TOO_EARLY or plex_id is None or not _is_of_a_leaf(play):
            taken.skipped += 1
        elif plex_id not in viewers:
            taken.skipped += 1
            taken.strangers[plex_id] = min(at, taken.strangers.get(plex_id, at))
        else:
            yield View(viewers[plex_id], at, play)


def _is_of_a_leaf(play: Play) -> bool:
    """Rows about titles that were deleted have lost their key; some sources do not tell the type."""
    return bool(play.rating_key) and (not play.type or play.type in MediaItem.LEAVES)


Views = list[tuple[int, View]]
Aside = list[tuple[int, View, Evidence.Said]]


def _known(server: PlexServer, views: list[View]) -> dict[str, Leaf]:
    """What their keys mean."""
    keys = {view.play.rating_key for view in views}
    items = MediaItem.objects.filter(server=server, rating_key__in=keys)
    return {key: Leaf(pk, at, likeness_of(*rest)) for key, pk, at, *rest in items.values_list(*KNOWN)}


def _sorted_out(server: PlexServer, views: list[View], keys: Keys, taken: Taken) -> tuple[Views, Aside]:
    """Views of leaves, and those that may be of another title than the leaf whose key they bear."""
    known = _known(server, views)
    of_leaves: Views = []
    aside: Aside = []
    for view in views:
        key = view.play.rating_key or ""
        leaf = known.get(key, Leaf())
        is_another = leaf.likeness.contradicts(Likeness.of_play(view.play))
        if is_another or key in keys.doubtful or not leaf.pk:
            taken.unknown.append(view.play)
            if leaf.is_one:
                aside.append((leaf.pk, view, Evidence.Said.OTHER if is_another else Evidence.Said.DOUBT))
        elif not leaf.is_one:
            taken.skipped += 1
        elif leaf.had_no_such_key(view.at):
            taken.skipped += 1
            aside.append((leaf.pk, view, Evidence.Said.BEFORE))
        else:
            of_leaves.append((leaf.pk, view))
    return of_leaves, aside


def _write(server: PlexServer, views: Views, aside: Aside, now: datetime, keys: Keys) -> int:
    """One row for each leaf and viewer, however often it was seen; what says nothing new is not written."""
    leaves = {item for item, _ in views} | {item for item, _, _ in aside}
    ledger = Ledger(server, leaves, now)
    later = set()
    for item, view in views:
        watch = ledger.of(item, view.viewer)
        play, is_checked = view.play, view.play.rating_key in keys.checked
        if watch.widen(view.at, play.source, now, history_key=play.history_key, is_checked=is_checked):
            later.add((item, view.viewer))
    for item, view, said in aside:
        watch = ledger.of(item, view.viewer)
        if not watch.last_viewed_at or view.at > watch.last_viewed_at:
            ledger.set_aside(watch, said, view.at, f"“{Likeness.of_play(view.play)}”")
    ledger.save()
    return len(later)


def declare(
    item: MediaItem, viewer: PlexUser, now: datetime, *, seen: bool = True, by: User | None = None
) -> int:
    """The owner says that somebody has seen a title, or has not: all of it that is there now.

    Returns how many leaves that concerns. It is his word that stands against what Plex says, until a later
    word of his, or until the viewer begins the title again; "has not" stands until a later view.
    """
    leaves = list(item.leaves().values_list("pk", flat=True))
    if not leaves:
        words = _(
            "%(title)s has nothing on %(server)s that %(who)s could have seen.",
            title=item,
            server=item.server,
            who=viewer,
        )
        raise Refused(words)
    if not PlexUser.objects.on(item.server).filter(pk=viewer.pk).exists():
        raise Refused(_("%(who)s is not a viewer of %(server)s.", who=viewer, server=item.server))
    with transaction.atomic():
        item.server.lock()
        for batch in in_pages(leaves, BATCH):
            _declare(Ledger(item.server, batch, now, viewer=viewer.pk), batch, viewer, seen=seen, by=by)
    logger.info("%s %s %s (%s)", viewer, "has seen" if seen else "has not seen", item, by or "Plaxe")
    announce(item.server)
    return len(leaves)


def _declare(ledger: Ledger, leaves: list[int], viewer: PlexUser, *, seen: bool, by: User | None) -> None:
    said = Evidence.Said.SEEN if seen else Evidence.Said.UNSEEN
    for leaf in leaves:
        watch = ledger.of(leaf, viewer.pk)
        if seen:
            watch.vouch(ledger.now)
        else:
            watch.withdraw(ledger.now, Watch.Source.HAND)
        ledger.note(watch, Watch.Source.HAND, said, ledger.now, f"said by {by}" if by else "")
    ledger.save()
