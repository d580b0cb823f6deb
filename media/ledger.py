"""Watches that are being changed, and what each source said about them: written together, or not at all."""

from collections.abc import Collection, Iterator
from datetime import datetime

from accounts.models import PlexServer
from media.models import Evidence, Watch

COLUMNS = (
    "first_viewed_at", "last_viewed_at", "source", "history_key", "learned_at", "is_checked",
    "withdrawn_at", "withdrawn_by", "vouched_at", "offset", "offset_at", "is_listed", "view_count",
)  # fmt: skip
STATEMENT = ("said", "at", "learned_at", "text")

Key = tuple[int, int]  # of a leaf and a viewer


class Ledger:
    """What is known of these leaves. Opened and saved under the server's lock, in two queries and two."""

    def __init__(
        self, server: PlexServer, leaves: Collection[int], now: datetime, *, viewer: int | None = None
    ) -> None:
        self._server, self.now = server, now
        whose = {} if viewer is None else {"viewer": viewer}
        rows = Watch.objects.filter(item__in=leaves, **whose)
        self._watches = {(row.item_id, row.viewer_id): row for row in rows}
        self._before = {key: _values(row) for key, row in self._watches.items()}
        self._former = {
            key: (row.source, row.last_viewed_at, row.learned_at) for key, row in self._watches.items()
        }
        self._evidence: dict[tuple[int, int, str], Evidence] = {}

    def __iter__(self) -> Iterator[Watch]:
        return iter(list(self._watches.values()))

    def of(self, leaf: int, viewer: int) -> Watch:
        """The row to change; one that says nothing yet is not written."""
        fresh = Watch(server=self._server, item_id=leaf, viewer_id=viewer, learned_at=self.now)
        return self._watches.setdefault((leaf, viewer), fresh)

    def note(self, watch: Watch, source: str, said: str, at: datetime | None, text: str = "") -> None:
        """Remember what a source says, beside what the watch makes of it."""
        self._write(watch, source, said, at, self.now, text)

    def set_aside(self, watch: Watch, said: str, at: datetime | None, text: str) -> None:
        """The history has a view that is not known to be of this leaf: it is told, and counts for nothing."""
        self.note(watch, Watch.Source.ASIDE, said, at, text)

    def doubt(self, watch: Watch, refusal: Evidence | None) -> None:
        """Its view may have been of another title: it is told, and not kept as what the source had said."""
        self.set_aside(watch, Evidence.Said.DOUBT, watch.last_viewed_at, watch.history_key)
        self._former.pop((watch.item_id, watch.viewer_id), None)
        watch.forget_view(refusal)

    def save(self) -> None:
        nothing = _values(Watch(learned_at=self.now))
        changed = [
            row for key, row in self._watches.items() if _values(row) != self._before.get(key, nothing)
        ]
        for row in changed:
            self._keep_former(row)
        Watch.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["item", "viewer"], update_fields=COLUMNS
        )
        Evidence.objects.bulk_create(
            self._evidence.values(),
            update_conflicts=True,
            unique_fields=["item", "viewer", "source"],
            update_fields=STATEMENT,
        )

    def _keep_former(self, row: Watch) -> None:
        """Another source decides from now on: what the former one said would be lost with its place."""
        source, at, learned_at = self._former.get((row.item_id, row.viewer_id), ("", None, self.now))
        if source not in ("", row.source) and (row.item_id, row.viewer_id, source) not in self._evidence:
            self._write(row, source, Evidence.Said.SEEN, at, learned_at, "")

    def _write(
        self, watch: Watch, source: str, said: str, at: datetime | None, learned_at: datetime, text: str
    ) -> None:
        self._evidence[watch.item_id, watch.viewer_id, source] = Evidence(
            item_id=watch.item_id,
            viewer_id=watch.viewer_id,
            source=source,
            said=said,
            at=at,
            learned_at=learned_at,
            text=text[:255],
        )


def _values(row: Watch) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)
