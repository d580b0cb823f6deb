"""From a value of the wire to columns: what does not fit is cut or unknown, never an error."""

import re
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField

from media.models import MediaItem
from media.titles import order_of
from plexclient.types import Metadata

# Shorter than the column: a key that is taken away from its row gets the row's number behind it.
KEY = re.compile(r"[0-9A-Za-z_-]{1,40}")
LENGTHS = {field.name: field.max_length for field in MediaItem._meta.fields if isinstance(field, CharField)}
LARGEST_INTEGER = 2**31 - 1
LARGEST_BIG_INTEGER = 2**63 - 1
LARGEST_FILE = 2**50
LONGEST_RESOLUTION = 16


class File(NamedTuple):
    media_id: str
    part_id: str
    path: str
    size: int | None
    is_optimised: bool
    resolution: str = ""


def is_key(key: str | None) -> bool:
    return key is not None and KEY.fullmatch(key) is not None


def is_storable(row: Metadata) -> bool:
    return row.type in MediaItem.Type.values and is_key(row.rating_key)


def fields_of(row: Metadata) -> dict[str, Any]:
    """What the row says about the item itself; not where it belongs, nor its files."""
    return {
        "type": row.type,
        "guid": guid_of(row),
        "external_ids": row.external_ids,
        "title": _text(row.title, "title"),
        "original_title": _text(row.original_title, "original_title"),
        "sort_title": order_of(_clean(row.title_sort or row.title)),
        "edition_title": _text(row.edition_title, "edition_title"),
        "index": _whole(row.index, LARGEST_INTEGER),
        "parent_index": _whole(row.parent_index, LARGEST_INTEGER),
        "year": _whole(row.year, LARGEST_INTEGER),
        "duration": _whole(row.duration, LARGEST_BIG_INTEGER),
        "thumb": row.thumb if row.thumb == _text(row.thumb, "thumb") else "",
        "added_at": row.added_at,
        "updated_at": row.updated_at,
        "aired_on": day_of(row.originally_available_at),
    }


def guid_of(row: Metadata) -> str:
    return _text(row.guid, "guid")


def files_of(row: Metadata) -> list[File]:
    """Only files whose path is known: without one nobody can say whose file it is."""
    files = [
        File(
            media_id=str(media.id or ""),
            part_id=str(part.id or f"#{position}"),
            path=_clean(part.file),
            size=file_size(part.size),
            is_optimised=media.is_optimised,
            resolution=_clean(media.video_resolution)[:LONGEST_RESOLUTION],
        )
        for media in row.media
        for position, part in enumerate(media.parts)
        if part.file
    ]
    return list({(file.media_id, file.part_id): file for file in files}.values())


def file_size(number: int | None) -> int | None:
    """None where Plex does not say, or says what no file can be."""
    return _whole(number, LARGEST_FILE)


def size_of(files: list[File]) -> int:
    return sum(file.size or 0 for file in files if not file.is_optimised)


def _text(text: str, column: str) -> str:
    return _clean(text)[: LENGTHS[column]]


def _clean(text: str) -> str:
    return text.replace("\0", "")  # PostgreSQL has no place for it


def _whole(number: int | None, largest: int) -> int | None:
    return number if number is not None and 0 <= number <= largest else None


def day_of(text: str) -> date | None:
    """`2026-11-21`; anything else is unknown."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
