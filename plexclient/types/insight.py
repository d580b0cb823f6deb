"""What a server tells its owner about itself."""

from typing import Any

import msgspec

from plexclient.types.wire import Moment, Value


class Preference(Value, frozen=True, kw_only=True):
    id: str
    value: Any = None
    default: Any = None
    hidden: bool = False

    @property
    def is_on(self) -> bool:
        return self.value in (True, 1, "1", "true")


class Device(Value, frozen=True, kw_only=True):
    id: int | None = None
    name: str = ""
    platform: str = ""
    client_identifier: str = ""
    created_at: Moment | None = None


class Activity(Value, frozen=True, kw_only=True):
    """`progress` in per cent; -1 where the server does not know."""

    uuid: str = ""
    type: str = ""
    title: str = ""
    subtitle: str = ""
    progress: float | None = None
    cancellable: bool = False


class Playlist(Value, frozen=True, kw_only=True):
    rating_key: str
    title: str = ""
    smart: bool = False
    leaf_count: int | None = None
    kind: str = msgspec.field(name="playlistType", default="")
