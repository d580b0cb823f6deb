"""The only door to Watch: from what sources report to who has seen which leaf."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from accounts.models import PlexServer, PlexUser
from media.models import MediaItem, Watch
from media.paging import in_pages
from media.signals import plays_recorded
from plexclient.types import Play

BATCH = 1000
# A server's clock may be ahead of ours, but not by more than this.
TOO_EARLY = timedelta(hours=1)
COLUMNS = ("first_viewed_at", "last_viewed_at", "source", "history_key", "learned_at")

Viewers = Mapping[int, int]  # plex.tv id -> key of the PlexUser


@dataclass
class Taken:
    """What became of a batch of plays."""

    watches: int = 0
    skipped: int = 0
    unknown: list[Play] = field(default_factory=list)  # of leaves that Plaxe does not know
    strangers: dict[int, datetime] = field(default_factory=dict)  # people it does not know: their first view


@dataclass(frozen=True)
class View:
    """A play by somebody we know, at a time that can be."""

    viewer: int
    at: datetime
    play: Play


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


def take_in(server: PlexServer, plays: list[Play], now: datetime, viewers: Viewers) -> Taken:
    """Record one batch without announcing it, in a constant number of queries."""
    taken = Taken()
    views = list(_views(server, plays, now, viewers, taken))
    with transaction.atomic():
        server.lock()
        taken.watches = _write(server, list(_of_leaves(server, views, taken)), now)
    return taken


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


def _of_leaves(server: PlexServer, views: list[View], taken: Taken) -> Iterator[tuple[int, View]]:
    keys = {view.play.rating_key for view in views}
    items = MediaItem.objects.filter(server=server, rating_key__in=keys)
    known = {key: (pk, kind) for key, pk, kind in items.values_list("rating_key", "pk", "type")}
    for view in views:
        pk, kind = known.get(view.play.rating_key or "", (None, None))
        if pk is None:
            taken.unknown.append(view.play)
        elif kind == view.play.type or (not view.play.type and kind in MediaItem.LEAVES):
            yield pk, view
        else:
            taken.skipped += 1  # the key means something else by now


def _write(server: PlexServer, views: list[tuple[int, View]], now: datetime) -> int:
    """One row for each leaf and viewer, however often it was seen; what says nothing new is not written."""
    grouped: dict[tuple[int, int], list[View]] = {}
    for item, view in views:
        grouped.setdefault((item, view.viewer), []).append(view)
    known = {
        (watch.item_id, watch.viewer_id): watch
        for watch in Watch.objects.filter(item__in={item for item, _ in grouped})
    }
    changed, later = [], 0
    for (item, viewer), seen in grouped.items():
        old = known.get((item, viewer))
        watch = _widened(Watch(server=server, item_id=item, viewer_id=viewer), old, seen, now)
        is_later = old is None or watch.last_viewed_at > old.last_viewed_at
        later += is_later
        if old is None or is_later or watch.first_viewed_at < old.first_viewed_at:
            changed.append(watch)
    Watch.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["item", "viewer"], update_fields=COLUMNS
    )
    return later


def _widened(watch: Watch, old: Watch | None, seen: list[View], now: datetime) -> Watch:
    """Fill the watch with what was known and what has come to be known."""
    first, last = min(seen, key=lambda view: view.at), max(seen, key=lambda view: view.at)
    watch.first_viewed_at = min(first.at, old.first_viewed_at) if old else first.at
    if old and old.last_viewed_at >= last.at:
        watch.last_viewed_at, watch.learned_at = old.last_viewed_at, old.learned_at
        watch.source, watch.history_key = old.source, old.history_key
    else:
        watch.last_viewed_at, watch.learned_at = last.at, now
        watch.source, watch.history_key = last.play.source, last.play.history_key[:255]
    return watch
