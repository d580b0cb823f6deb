"""What a server holds."""

from enum import IntEnum

import msgspec

from plexclient.guids import external_ids
from plexclient.types.wire import Moment, Value

OPTIMISED = 42


class ItemType(IntEnum):
    MOVIE = 1
    SHOW = 2
    SEASON = 3
    EPISODE = 4


class Location(Value, frozen=True, kw_only=True):
    path: str = ""


class Section(Value, frozen=True, kw_only=True):
    key: str
    type: str = ""
    title: str = ""
    uuid: str = ""
    agent: str = ""
    language: str = ""
    location_rows: tuple[Location, ...] = msgspec.field(name="Location", default=())
    created_at: Moment | None = None
    updated_at: Moment | None = None
    scanned_at: Moment | None = None
    content_changed_at: int | None = None  # a counter, not a time

    @property
    def locations(self) -> tuple[str, ...]:
        return tuple(location.path for location in self.location_rows)


class Part(Value, frozen=True, kw_only=True):
    id: int | None = None
    file: str = ""
    size: int | None = None
    exists: bool | None = None  # these two are known only where files were checked
    accessible: bool | None = None


class Media(Value, frozen=True, kw_only=True):
    """One version of a title."""

    id: int | None = None
    proxy_type: int | None = None
    video_resolution: str = ""
    parts: tuple[Part, ...] = msgspec.field(name="Part", default=())

    @property
    def is_optimised(self) -> bool:
        return self.proxy_type == OPTIMISED


class Guid(Value, frozen=True, kw_only=True):
    id: str = ""


class Tag(Value, frozen=True, kw_only=True):
    tag: str = ""


class Metadata(Value, frozen=True, kw_only=True):
    """A movie, show, season or episode. What concerns viewing is true for the token's user alone."""

    rating_key: str
    type: str = ""
    title: str = ""
    guid: str = ""
    key: str = ""
    parent_rating_key: str | None = None
    parent_title: str = ""
    parent_guid: str = ""
    grandparent_rating_key: str | None = None
    grandparent_title: str = ""
    grandparent_guid: str = ""
    section_id: int | str | None = msgspec.field(name="librarySectionID", default=None)
    section_title: str = msgspec.field(name="librarySectionTitle", default="")
    index: int | None = None
    parent_index: int | None = None
    year: int | None = None
    duration: int | None = None
    added_at: Moment | None = None
    updated_at: Moment | None = None
    deleted_at: Moment | None = None
    originally_available_at: str = ""
    original_title: str = ""
    title_sort: str = ""
    edition_title: str = ""
    thumb: str = ""
    parent_thumb: str = ""
    grandparent_thumb: str = ""
    view_count: int | None = None
    view_offset: int | None = None
    last_viewed_at: Moment | None = None
    user_rating: float | None = None  # of ten, by whoever asks
    leaf_count: int | None = None
    viewed_leaf_count: int | None = None
    child_count: int | None = None
    guid_rows: tuple[Guid, ...] = msgspec.field(name="Guid", default=())
    label_rows: tuple[Tag, ...] = msgspec.field(name="Label", default=())
    media: tuple[Media, ...] = msgspec.field(name="Media", default=())

    @property
    def section_key(self) -> str | None:
        return None if self.section_id is None else str(self.section_id)

    @property
    def guids(self) -> tuple[str, ...]:
        return tuple(row.id for row in self.guid_rows if row.id)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(row.tag for row in self.label_rows if row.tag)

    @property
    def external_ids(self) -> dict[str, str]:
        return external_ids(self.guid, self.guids)


class Image(Value, frozen=True, kw_only=True):
    content_type: str
    content: bytes
