"""Views of the history that are not known to be of the leaf whose key they bear.

They count for nothing. A view that speaks of another title is told beside the leaf, and read again when the
leaf gets another name. And once a key has passed to another title, nobody knows since when: what the history
said under it after the last complete listing, unless Plex was asked whose key it was, is forgotten, and read
again under the keys of now. What was viewed before a title is known to have its key is not known to be of it.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from django.db.models import Q

from accounts.models import PlexServer
from media.guids import is_matched
from media.ledger import Ledger
from media.models import EVER, Evidence, HistoryCursor, LibrarySection, MediaItem, Watch

HISTORY = Watch.Source.HISTORY
LAST = datetime.max.replace(tzinfo=UTC)


def lift(items: Iterable[MediaItem]) -> list[datetime]:
    """These, leaves or shows, are called otherwise now. Returns from when views are to be read again."""
    keys = [item.pk for item in items]
    told = Evidence.objects.filter(source=Watch.Source.ASIDE)
    told = told.filter(Q(item__in=keys) | Q(item__show__in=keys))
    begins = list(told.values_list("item__views_count_from", flat=True).distinct())
    told.delete()
    return begins


def forget(server: PlexServer, moved: Collection[MediaItem], now: datetime) -> None:
    """These leaves have lost their keys: views learned since those were last known to be theirs.

    With their copies, which share their views. What was checked when it was learned stays; so do a viewer's
    own state, which was compared by guid, and the owner's word, which needs no key. Within a transaction that
    has locked the server.
    """
    since = _known_until(server, moved)
    ledger = Ledger(server, since, now)
    unchecked = (row for row in ledger if row.source == HISTORY and not row.is_checked)
    doubtful = [row for row in unchecked if row.learned_at > since[row.item_id]]
    if not doubtful:
        return
    refusals = _refusals({row.item_id for row in doubtful})
    for row in doubtful:
        ledger.doubt(row, refusals.get((row.item_id, row.viewer_id)))
    ledger.save()
    begins = MediaItem.objects.filter(pk__in={row.item_id for row in doubtful})
    HistoryCursor.rewind(server, min(begins.values_list("views_count_from", flat=True)))


def _refusals(leaves: Collection[int]) -> dict[tuple[int, int], Evidence]:
    """Who said last that it was not seen: a view may have lifted that."""
    told = Evidence.objects.filter(item__in=leaves, said=Evidence.Said.UNSEEN).order_by("learned_at")
    return {(row.item_id, row.viewer_id): row for row in told}


def _known_until(server: PlexServer, moved: Collection[MediaItem]) -> dict[int, datetime]:
    """When the keys of these leaves were last read in a complete listing, and for their copies the same."""
    sections = LibrarySection.objects.filter(server=server)
    listed_at = {pk: at or EVER for pk, at in sections.values_list("pk", "full_sync_at")}
    known = {item.pk: min(listed_at[item.section_id], item.missing_since or LAST) for item in moved}
    works: dict[tuple[str, str], datetime] = {}
    for item in moved:
        if is_matched(item.guid):
            work = item.type, item.guid
            works[work] = min(known[item.pk], works.get(work, LAST))
    copies = MediaItem.objects.filter(server=server, guid__in={guid for _, guid in works})
    return {
        pk: works[kind, guid]
        for pk, kind, guid in copies.values_list("pk", "type", "guid")
        if (kind, guid) in works
    } | known
