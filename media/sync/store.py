"""The one door that writes items and files."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import PlexServer
from media.models import LOST_KEY, HistoryCursor, LibrarySection, MediaFile, MediaItem
from media.paging import in_pages
from media.sync import doubts, words
from media.sync.identity import is_same, share_a_file
from media.sync.rekeying import revive
from media.sync.values import File, fields_of, files_of, is_storable, size_of
from plexclient.types import Metadata

logger = logging.getLogger(__name__)

PAGE = 500
# By what a view is compared with a leaf, of the leaf itself or of its show.
NAMED = frozenset({"guid", "title", "original_title", "index", "parent_index", "aired_on", "show_id"})
# A row finds what it belongs to when that is stored before it.
RANKS = ((MediaItem.Type.SHOW,), (MediaItem.Type.SEASON,), MediaItem.LEAVES)


@dataclass(frozen=True)
class Stored:
    new: int = 0
    changed: int = 0
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(self.new + other.new, self.changed + other.changed, self.notes + other.notes)


def store(server: PlexServer, section: LibrarySection, rows: Iterable[Metadata], now: datetime) -> Stored:
    """Make the rows what Plaxe knows. A row that was gone is back; nothing is ever marked gone here
    but a title whose key now stands for another one."""
    return sum((_store_page(server, section, page, now) for page in in_pages(rows, PAGE)), Stored())


def _store_page(server: PlexServer, section: LibrarySection, rows: list[Metadata], now: datetime) -> Stored:
    stored = Stored()
    with transaction.atomic():
        server.lock()
        for types in RANKS:
            ranked = {row.rating_key: row for row in rows if row.type in types and is_storable(row)}
            if ranked:
                stored += _Page(server, section, ranked, now).write()
    for note in stored.notes:
        logger.warning("%s, %s: %s", server, section, note)
    return stored


class _Page:
    """Rows of one rank, with what is known of them and of what they belong to."""

    def __init__(
        self, server: PlexServer, section: LibrarySection, rows: dict[str, Metadata], now: datetime
    ) -> None:
        self._server, self._section, self._rows, self._now = server, section, rows, now
        self._known = {
            item.rating_key: item for item in MediaItem.objects.filter(server=server, rating_key__in=rows)
        }
        self._files = self._known_files()
        self._above = self._known_above()
        self._new: list[MediaItem] = []
        self._changed: list[MediaItem] = []
        self._renamed: list[MediaItem] = []
        self._told_otherwise: list[MediaItem] = []
        self._columns: set[str] = set()
        self._replaced: list[MediaItem] = []

    def write(self) -> Stored:
        for key, row in self._rows.items():
            self._settle(row, self._known.get(key))
        self._free_keys()
        MediaItem.objects.bulk_create(self._new)
        if self._changed:
            MediaItem.objects.bulk_update(self._changed, self._columns)
        words.index(self._new)
        words.reindex(self._renamed)
        self._write_files()
        self._ask_for_earlier_views()
        revive(self._new, self._now)
        notes = tuple(self._note(item) for item in self._replaced)
        return Stored(len(self._new), len(self._changed), notes)

    def _known_files(self) -> dict[int, set[File]]:
        files: dict[int, set[File]] = defaultdict(set)
        leaves = [item.pk for item in self._known.values() if item.is_leaf]
        columns = ("item", *File._fields)
        for item, *file in MediaFile.objects.filter(item__in=leaves).values_list(*columns) if leaves else ():
            files[item].add(File(*file))
        return files

    def _known_above(self) -> dict[str, MediaItem]:
        keys = {key for row in self._rows.values() for key in _keys_above(row)}
        if not keys:
            return {}
        above = MediaItem.objects.filter(server=self._server, rating_key__in=keys)
        return {item.rating_key: item for item in above.only("rating_key", "type", "show_id")}

    def _settle(self, row: Metadata, item: MediaItem | None) -> None:
        place = self._place_of(row)
        files = files_of(row)
        keyed_at = None
        if item is not None and not self._is_same(item, row, place.get("show_id"), files):
            self._replaced.append(item)
            item, keyed_at = None, self._now
        # What Plex has marked as deleted and still lists until its trash is emptied is not back.
        gone_at = item.gone_at if item and row.deleted_at else None
        fields = {**fields_of(row), **place, "section_id": self._section.pk, "gone_at": gone_at}
        fields["missing_since"] = None
        if files:
            fields["size"] = size_of(files)
        if item is None:
            self._new.append(self._begin(row, {**fields, "keyed_at": keyed_at}))
        else:
            self._change(item, fields)

    def _is_same(self, item: MediaItem, row: Metadata, show_id: int | None, files: list[File]) -> bool:
        then = {file.path for file in self._files[item.pk] if not file.is_optimised}
        shares_a_file = share_a_file(then, {file.path for file in files})
        return is_same(item, row, show_id=show_id, shares_a_file=shares_a_file)

    def _place_of(self, row: Metadata) -> dict[str, int | None]:
        """Its season and show. What the row does not mention stays as it was."""
        keys = _keys_above(row)
        if not keys:
            return {}
        above = [self._above[key] for key in keys if key in self._above]
        show = next((item.pk for item in above if item.type == MediaItem.Type.SHOW), None)
        if row.type == MediaItem.Type.SEASON:
            return {"parent_id": show, "show_id": show}
        season = next((item for item in above if item.type == MediaItem.Type.SEASON), None)
        if season is None:
            return {"parent_id": None, "show_id": show}
        return {"parent_id": season.pk, "show_id": show or season.show_id}

    def _begin(self, row: Metadata, fields: dict[str, Any]) -> MediaItem:
        item = MediaItem(server=self._server, rating_key=row.rating_key, first_seen_at=self._now, **fields)
        item.views_count_from = item.earliest_view()
        return item

    def _change(self, item: MediaItem, fields: dict[str, Any]) -> None:
        if not fields["guid"]:
            del fields["guid"]  # the server did not say; what it said before is still the best we have
        changed = {name for name, value in fields.items() if getattr(item, name) != value}
        for name in changed:
            setattr(item, name, fields[name])
        if item.views_count_from != item.earliest_view():
            item.views_count_from = item.earliest_view()
            changed.add("views_count_from")
        if changed:
            self._changed.append(item)
            self._columns |= changed
        if changed & words.SAID:
            self._renamed.append(item)
        if changed & NAMED:
            self._told_otherwise.append(item)

    def _free_keys(self) -> None:
        if leaves := [item for item in self._replaced if item.is_leaf]:
            doubts.forget(self._server, leaves, self._now)
        for item in self._replaced:
            item.lose_key(self._now)
        if self._replaced:
            MediaItem.objects.bulk_update(self._replaced, ["rating_key", "gone_at", "missing_since"])

    def _write_files(self) -> None:
        pairs = [(item, files_of(self._rows[item.rating_key])) for item in self._leaves()]
        # Every leaf has a file: where none is listed, the server did not say.
        differing = [(item, files) for item, files in pairs if files and set(files) != self._files[item.pk]]
        if stale := [item.pk for item, _ in differing if self._files[item.pk]]:
            MediaFile.objects.filter(item__in=stale).delete()
        MediaFile.objects.bulk_create(
            MediaFile(server=self._server, item=item, **file._asdict())
            for item, files in differing
            for file in files
        )

    def _leaves(self) -> Iterator[MediaItem]:
        kept = [item for item in self._known.values() if item.rating_key in self._rows]
        return (item for item in (*kept, *self._new) if item.is_leaf)

    def _ask_for_earlier_views(self) -> None:
        """Views of what was not known yet, or by another name, were passed over when the history was read."""
        begins = [item.views_count_from for item in self._new if item.is_leaf]
        if self._told_otherwise:
            begins += doubts.lift(self._told_otherwise)
        if begins:
            HistoryCursor.rewind(self._server, min(begins))

    def _note(self, item: MediaItem) -> str:
        key = item.rating_key.partition(LOST_KEY)[0]
        return (
            f"{item.title or 'Untitled'} is gone: its key {key} now stands for "
            f"{self._rows[key].title or 'Untitled'}. Assignments and views were not carried over."
        )


def _keys_above(row: Metadata) -> list[str]:
    if row.type not in (MediaItem.Type.SEASON, MediaItem.Type.EPISODE):
        return []
    return [key for key in (row.parent_rating_key, row.grandparent_rating_key) if key]
