"""What keeps a title at the trigger: a label in Plex, somebody's word, a rule of its show."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from accounts.wording import sentence as _
from deletions.models import Deletion, Status
from media import kept, sync
from media.models import MediaItem
from media.models.keeping import SURELY_THERE
from plexclient.errors import NotFound, PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata

Type = MediaItem.Type


class Above:
    """The seasons and shows of what a pass looks at. Each is read once, and what cannot be read stays so."""

    def __init__(self, client: PlexMediaServer) -> None:
        self._client = client
        self._known: dict[str, Metadata | PlexError] = {}
        self._shows: set[int] = set()

    def metadata(self, rating_key: str) -> Metadata:
        """Raises PlexError."""
        if rating_key not in self._known:
            try:
                self._known[rating_key] = self._client.metadata(rating_key)
            except PlexError as error:
                self._known[rating_key] = error
        found = self._known[rating_key]
        if isinstance(found, PlexError):
            raise found
        return found

    def read_episodes(self, show: MediaItem, now: datetime) -> None:
        """From then on Plaxe knows which are there at this moment. Raises PlexError."""
        if show.pk not in self._shows:
            sync.sync_episodes(show, self._client, now)
            self._shows.add(show.pk)


def by_label(deletion: Deletion, title: Metadata, above: Above) -> str:
    """The label of the title itself, of its season or of its show. Raises PlexError when one is not known."""
    label = settings.PLAXE_KEEP_LABEL
    if not label:
        return ""
    if _carries(title, label):
        return _("It carries the label %(label)s in Plex.", label=label)
    for kind, key in _keys_above(deletion, title):
        if _carries(above.metadata(key), label):
            if kind == Type.SEASON:
                return _("Its season carries the label %(label)s in Plex.", label=label)
            return _("Its show carries the label %(label)s in Plex.", label=label)
    return ""


def _carries(row: Metadata, label: str) -> bool:
    return label.casefold() in {each.casefold() for each in row.labels}


def _keys_above(deletion: Deletion, title: Metadata) -> list[tuple[str, str]]:
    """As Plex says today, or as Plaxe knows where Plex does not say."""
    if title.type != Type.EPISODE:
        return []
    item = deletion.item
    season = title.parent_rating_key or (item and item.parent and item.parent.rating_key)
    show = title.grandparent_rating_key or (item and item.show and item.show.rating_key)
    if not show:
        raise NotFound(_("Plex does not say which show it belongs to."))
    above = [(Type.SEASON, season), (Type.SHOW, show)]
    return [(kind, key) for kind, key in above if key]


def by_plaxe(deletion: Deletion, together: Iterable[MediaItem]) -> str:
    """As the rows say. No episode counts that is on its way out, or that would go `together` with it."""
    if deletion.item is None:
        return ""
    sent = Deletion.objects.filter(server=deletion.server, status=Status.RUNNING, sent_at__isnull=False)
    leaving = set(sent.exclude(pk=deletion.pk).exclude(item=None).values_list("item", flat=True))
    leaving |= {each.pk for each in together}
    return kept.why(deletion.item, SURELY_THERE & ~Q(pk__in=leaving))
