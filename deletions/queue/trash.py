"""Titles whose files are known from the trash. What went there does not enter the queue once more."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import PlexServer
from deletions.models import Quarantined, QuarantinedFile, Status
from media.models import MediaItem


@dataclass
class Known:
    """By primary key. `away`: listed by Plex, which has not noticed or has not emptied its own trash. `back`:
    put back by a person and a new title for Plex; as after any cancel it stays until somebody tries again."""

    away: set[int] = field(default_factory=set)
    back: set[int] = field(default_factory=set)


def known_from_it(server: PlexServer, items: Iterable[MediaItem]) -> Known:
    rows = _by_file(server, {file.path for item in items for file in item.files.all()})
    known = Known()
    for item in items:
        for row in (row for file in item.files.all() for row in rows[file.path, file.size]):
            is_its = row.deletion.item_id == item.pk
            if is_its and not row.restored_at:
                known.away.add(item.pk)
            elif not is_its and row.restored_at and row.deletion.status == Status.CANCELLED:
                known.back.add(item.pk)
    return known


def _by_file(server: PlexServer, paths: Iterable[str]) -> dict[tuple[str, int | None], list[Quarantined]]:
    files = QuarantinedFile.objects.filter(path__in=paths, quarantined__deletion__server=server)
    rows: dict[tuple[str, int | None], list[Quarantined]] = defaultdict(list)
    for file in files.exclude(quarantined__at=None).select_related("quarantined__deletion"):
        rows[file.path, file.size].append(file.quarantined)
    return rows
