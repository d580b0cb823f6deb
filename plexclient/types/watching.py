"""Who watched what, and who is watching now."""

from datetime import datetime

import msgspec

from plexclient.types.wire import Value, moment

HISTORY = "history"


class Play(Value, frozen=True, kw_only=True):
    """Somebody saw something. Rows about deleted items have lost their rating key."""

    account_id: int | None = None
    rating_key: str | None = None
    viewed_at: datetime | None = None
    history_key: str = ""
    type: str = ""
    title: str = ""
    show_title: str = ""
    index: int | None = None
    parent_index: int | None = None
    originally_available_at: str = ""
    section_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    source: str = HISTORY


class HistoryRow(Value, frozen=True, kw_only=True):
    history_key: str = ""
    rating_key: str | int | None = None
    parent_key: str = ""
    grandparent_key: str = ""
    section_id: str | int | None = msgspec.field(name="librarySectionID", default=None)
    account_id: int | None = msgspec.field(name="accountID", default=None)
    viewed_at: int | None = None
    type: str = ""
    title: str = ""
    grandparent_title: str = ""
    index: int | None = None
    parent_index: int | None = None
    originally_available_at: str = ""

    def play(self) -> Play:
        return Play(
            account_id=self.account_id,
            rating_key=_text(self.rating_key),
            viewed_at=moment(self.viewed_at),
            history_key=self.history_key,
            type=self.type,
            title=self.title,
            show_title=self.grandparent_title,
            index=self.index,
            parent_index=self.parent_index,
            originally_available_at=self.originally_available_at,
            section_key=_text(self.section_id),
            parent_rating_key=_last_segment(self.parent_key),
            grandparent_rating_key=_last_segment(self.grandparent_key),
        )


def _text(key: str | int | None) -> str | None:
    return None if key is None or key == "" else str(key)


def _last_segment(path: str) -> str | None:
    """History has no parentRatingKey, only the parent's path."""
    return path.rsplit("/", 1)[-1] or None


class Session(Value, frozen=True, kw_only=True):
    """What is being played now. No rating key means: something that is not in the library."""

    session_key: str = ""
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    account_id: int | None = None  # 1 is the owner
    user_title: str = ""
    type: str = ""
    title: str = ""
    state: str = ""
    view_offset: int | None = None
    session_id: str = ""
    player: str = ""
    show_title: str = ""
    index: int | None = None
    parent_index: int | None = None
    duration: int | None = None
    device: str = ""
    is_local: bool | None = None
    transcode_key: str | None = None
    transcode_progress: float | None = None
    video_decision: str = ""

    @property
    def is_transcoded(self) -> bool:
        return self.video_decision == "transcode"


class SessionUser(Value, frozen=True, kw_only=True):
    id: int | None = None
    title: str = ""


class Player(Value, frozen=True, kw_only=True):
    state: str = ""
    title: str = ""
    product: str = ""
    platform: str = ""
    local: bool | None = None


class Transcode(Value, frozen=True, kw_only=True):
    """The key is a path here and bare in the list of transcodes."""

    key: str = ""
    progress: float | None = None
    video_decision: str = ""


class SessionId(Value, frozen=True, kw_only=True):
    id: str = ""


class SessionRow(Value, frozen=True, kw_only=True):
    session_key: str = ""
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    type: str = ""
    title: str = ""
    view_offset: int | None = None
    duration: int | None = None
    grandparent_title: str = ""
    index: int | None = None
    parent_index: int | None = None
    transcode: Transcode = msgspec.field(name="TranscodeSession", default=Transcode())
    user: SessionUser = msgspec.field(name="User", default=SessionUser())
    player: Player = msgspec.field(name="Player", default=Player())
    session: SessionId = msgspec.field(name="Session", default=SessionId())

    def flat(self) -> Session:
        return Session(
            session_key=self.session_key,
            rating_key=self.rating_key,
            parent_rating_key=self.parent_rating_key,
            grandparent_rating_key=self.grandparent_rating_key,
            account_id=self.user.id,
            user_title=self.user.title,
            type=self.type,
            title=self.title,
            state=self.player.state,
            view_offset=self.view_offset,
            session_id=self.session.id,
            player=self.player.title or self.player.product,
            show_title=self.grandparent_title,
            index=self.index,
            parent_index=self.parent_index,
            duration=self.duration,
            device=" · ".join(filter(None, (self.player.product, self.player.platform))),
            is_local=self.player.local,
            transcode_key=_last_segment(self.transcode.key),
            transcode_progress=self.transcode.progress,
            video_decision=self.transcode.video_decision,
        )
