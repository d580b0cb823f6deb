"""How do you know? Everything that was ever said of who has seen a leaf, by whom and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import PlexUser
from media.models import Evidence, MediaItem, Watch


@dataclass(frozen=True)
class Statement:
    viewer: PlexUser
    source: str
    said: str
    at: datetime | None
    learned_at: datetime
    text: str = ""
    decides: bool = False


def statements(leaf: MediaItem) -> list[Statement]:
    """By viewer, the latest first; what decides is marked. Two queries."""
    watches = {row.viewer_id: row for row in Watch.objects.filter(item=leaf).select_related("viewer")}
    evidence = list(Evidence.objects.filter(item=leaf).select_related("viewer"))
    told = {(row.viewer_id, row.source) for row in evidence}
    found = [_of_evidence(row, watches.get(row.viewer_id)) for row in evidence]
    found += [_of_watch(row) for row in _untold(watches, told)]
    found.sort(key=lambda one: one.learned_at, reverse=True)
    return sorted(found, key=lambda one: (one.viewer.name.lower(), one.viewer.pk))


def _untold(watches: dict[int, Watch], told: set[tuple[int, str]]) -> Iterator[Watch]:
    """What is in the watch alone: the history's latest view, as a rule."""
    return (row for row in watches.values() if row.last_viewed_at and (row.viewer_id, row.source) not in told)


def _of_evidence(row: Evidence, watch: Watch | None) -> Statement:
    decides = watch is not None and row.source == (watch.withdrawn_by or watch.source)
    source, said = row.get_source_display(), row.get_said_display()
    return Statement(row.viewer, source, said, row.at, row.learned_at, row.text, decides)


def _of_watch(watch: Watch) -> Statement:
    return Statement(
        watch.viewer,
        watch.get_source_display(),
        str(Evidence.Said.SEEN.label),
        watch.last_viewed_at,
        watch.learned_at,
        watch.history_key,
        decides=not watch.withdrawn_at,
    )
