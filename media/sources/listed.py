"""The lists that Plex keeps for each viewer: which titles of a library he has seen."""

from accounts.models import PlexUser
from accounts.wording import sentence as _
from media.models import LibrarySection, MediaItem, Watch
from plexclient.errors import BadResponse
from plexclient.paging import Reading
from plexclient.server import PlexMediaServer
from plexclient.types import ItemType, Metadata

NEWEST_FIRST = "lastViewedAt:desc"
KINDS = {LibrarySection.Type.MOVIE: ItemType.MOVIE, LibrarySection.Type.SHOW: ItemType.EPISODE}
PAGE = 500


def opened(
    client: PlexMediaServer, section: LibrarySection, *, unwatched: bool = False, page_size: int = PAGE
) -> Reading[Metadata]:
    kind = KINDS[LibrarySection.Type(section.type)]
    return client.items(section.key, kind, unwatched=unwatched, sort=NEWEST_FIRST, page_size=page_size)


def demand_filtered(client: PlexMediaServer, section: LibrarySection, total: int | None) -> None:
    """Plex ignores what it does not understand, and then sends everything. Where some rows do not say that
    they were seen, which is so of some marks too, the list of so many must lack what was not."""
    others = opened(client, section, unwatched=True, page_size=1)
    next(others.pages(), None)
    if others.total is None or others.total == total:
        raise BadResponse(_("%(library)s was listed without regard to who has seen what.", library=section))


def gaps(section: LibrarySection) -> BadResponse:
    return BadResponse(_("The list of %(library)s has gaps. It is read again next time.", library=section))


def is_listed(item: MediaItem, viewer: PlexUser, client: PlexMediaServer, metadata: Metadata) -> bool:
    """Whether his list has it although its own page does not say that he has seen it, as with some marks.

    Raises a PlexError where that cannot be known.
    """
    if metadata.view_count or not _may_be_marked(item, viewer, metadata):
        return False
    reading = opened(client, item.section)
    if not any(row.rating_key == item.rating_key for row in reading):
        if reading.complete:
            return False
        raise gaps(item.section)
    demand_filtered(client, item.section, reading.total)
    return True


def _may_be_marked(item: MediaItem, viewer: PlexUser, metadata: Metadata) -> bool:
    """Plex forgets the date with the mark, and a play that was broken off leaves its place."""
    is_dated = metadata.last_viewed_at is not None and not metadata.view_offset
    marks = Watch.objects.filter(item=item, viewer=viewer, is_listed=True)
    return is_dated or any(not count for count in marks.values_list("view_count", flat=True))
