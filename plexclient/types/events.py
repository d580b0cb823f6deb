"""What a server says by itself, on its stream or by a webhook: hints where to look, never evidence."""

import msgspec

from plexclient.types.wire import Value

DELETED = 9  # the last state of a timeline entry


class Playing(Value, frozen=True, kw_only=True):
    """Somebody's playback has moved; about every ten seconds, and without saying whose it is."""

    session_key: str = ""
    rating_key: str | None = None
    state: str = ""  # playing, paused, buffering, stopped
    view_offset: int | None = None
    client_identifier: str = ""


class Changed(Value, frozen=True, kw_only=True):
    """A title is new, has changed or is gone."""

    identifier: str = ""
    item_id: str | None = msgspec.field(name="itemID", default=None)
    section_id: str | None = msgspec.field(name="sectionID", default=None)
    type: int | None = None
    state: int | None = None
    title: str = ""

    @property
    def is_gone(self) -> bool:
        return self.state == DELETED


class Sender(Value, frozen=True, kw_only=True):
    uuid: str = ""
    title: str = ""


class Actor(Value, frozen=True, kw_only=True):
    id: int | None = None
    title: str = ""


class Subject(Value, frozen=True, kw_only=True):
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    section_id: str | None = msgspec.field(name="librarySectionID", default=None)
    guid: str = ""
    type: str = ""
    title: str = ""
    grandparent_title: str = ""
    index: int | None = None
    parent_index: int | None = None
    view_offset: int | None = None


class WebhookEvent(Value, frozen=True, kw_only=True):
    """`user`: the webhook belongs to whoever acted; `owner`: it belongs to the server's owner."""

    event: str
    user: bool | None = None
    owner: bool | None = None
    account: Actor = msgspec.field(name="Account", default=Actor())
    server: Sender = msgspec.field(name="Server", default=Sender())
    player: Sender = msgspec.field(name="Player", default=Sender())
    metadata: Subject = msgspec.field(name="Metadata", default=Subject())
