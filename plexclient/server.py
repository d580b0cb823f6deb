"""One Plex Media Server."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from plexclient.decoding import Page, PageReader, container_of, inheriting, list_of, value_of
from plexclient.errors import BadResponse, NotFound, PlexError, Unreachable
from plexclient.events import Event
from plexclient.http import DEFAULT_TIMING, Answer, ClientIdentity, Http, Timing
from plexclient.paging import Reading
from plexclient.streams import listen
from plexclient.types.insight import Activity, Device, Playlist, Preference
from plexclient.types.library import Image, ItemType, Metadata, Section
from plexclient.types.people import LocalAccount
from plexclient.types.servers import Identity, Root
from plexclient.types.watching import HistoryRow, Play, Session, SessionRow

T = TypeVar("T")

ONE_KEY = re.compile(r"[0-9A-Za-z_-]+")
BATCH = 200
PAGE = 500
HISTORY_PAGE = 1000

METADATA = PageReader(Metadata, inheriting)
HISTORY = PageReader(HistoryRow, lambda row, _: row.play())

DELETE_ADVICE = {
    400: "{host} could not delete the files (400). Can Plex write to the folder, and is the disk there?",
    403: "{host} does not allow deleting (403). Switch on 'Allow media deletion' in the server's library"
    " settings, and use the owner's account.",
    429: "{host} is asked too often (429) and has deleted nothing. Try again later.",
}
TERMINATE_ADVICE = {
    401: "{host} ends nobody's playback: that takes Plex Pass (401).",
    403: "{host} does not end this playback (403). It takes the token of the server's owner.",
    404: "That playback has ended already (404).",
}


class PlexMediaServer:
    def __init__(
        self, url: str, identity: ClientIdentity, token: str | None = None, *, timing: Timing = DEFAULT_TIMING
    ) -> None:
        self._http = Http(url, identity, token, timing)

    def __repr__(self) -> str:
        return f"PlexMediaServer({self._http.host!r})"

    def identity(self) -> Identity:
        """Asked without the token: nobody should get it before having said who he is."""
        answer = self._http.get("/identity", anonymous=True)
        return value_of(answer, container_of(answer), Identity)

    def root(self) -> Root:
        answer = self._http.get("/")
        return value_of(answer, container_of(answer), Root)

    def sections(self) -> list[Section]:
        answer = self._http.get("/library/sections")
        return list_of(answer, container_of(answer), "Directory", Section)

    def accounts(self) -> list[LocalAccount]:
        answer = self._http.get("/accounts")
        return list_of(answer, container_of(answer), "Account", LocalAccount)

    def sessions(self) -> list[Session]:
        answer = self._http.get("/status/sessions")
        return [row.flat() for row in list_of(answer, container_of(answer), "Metadata", SessionRow)]

    def items(
        self,
        section_key: str,
        kind: ItemType,
        *,
        sort: str | None = None,
        unwatched: bool | None = None,
        page_size: int = PAGE,
    ) -> Reading[Metadata]:
        """``unwatched=False`` gives what the token's user has watched."""
        params = {"type": str(int(kind)), "includeGuids": "1"}
        if sort is not None:
            params["sort"] = sort
        if unwatched is not None:
            params["unwatched"] = "1" if unwatched else "0"
        return self._metadata(f"/library/sections/{_one_key(section_key)}/all", params, page_size)

    def children(self, rating_key: str, *, page_size: int = PAGE) -> Reading[Metadata]:
        path = f"/library/metadata/{_one_key(rating_key)}/children"
        return self._metadata(path, {"includeGuids": "1"}, page_size)

    def all_leaves(self, rating_key: str, *, page_size: int = PAGE) -> Reading[Metadata]:
        path = f"/library/metadata/{_one_key(rating_key)}/allLeaves"
        return self._metadata(path, {"includeGuids": "1"}, page_size)

    def metadata(self, rating_key: str, *, check_files: bool = False) -> Metadata:
        params = {"includeGuids": "1"} | ({"checkFiles": "1"} if check_files else {})
        answer = self._surely(f"/library/metadata/{_one_key(rating_key)}", params)
        page = METADATA.read(answer)
        if page.skipped or [row.rating_key for row in page.rows] != [rating_key]:
            raise answer.bad(f"was asked for item {rating_key} and answered with something else.")
        return page.rows[0]

    def _surely(self, path: str, params: dict[str, str]) -> Answer:
        """A 404 is believed when a Plex says it twice: a proxy says it of everything while Plex is away."""
        try:
            return self._http.get(path, params)
        except NotFound:
            self._is_plex()
        return self._http.get(path, params)

    def _is_plex(self) -> None:
        try:
            self.identity()
        except NotFound:
            raise Unreachable(f"{self._http.host} answers, but not as a Plex. Is Plex running?") from None

    def copies(self, guid: str, kind: ItemType) -> list[Metadata]:
        """All titles of a work, in whatever library. Raises BadResponse when they were not read whole."""
        reading = self._copies(guid, kind)
        found = [row for row in reading if row.guid == guid]
        _demand_whole(reading)
        return found

    def twins(self, rating_key: str, guid: str, kind: ItemType) -> list[Metadata] | None:
        """The other titles of a work by one request. None where the server does not sift by guid: it knows no
        such list, sends other works too, or leaves out this very title."""
        reading = self._copies(guid, kind)
        found: dict[str, Metadata] = {}
        try:
            for row in reading:
                if row.guid != guid:
                    return None
                found[row.rating_key] = row
        except PlexError as error:
            if error.status in (400, 404):
                return None
            raise
        _demand_whole(reading)
        return [*found.values()] if found.pop(rating_key, None) else None

    def _copies(self, guid: str, kind: ItemType) -> Reading[Metadata]:
        return self._metadata(
            "/library/all", {"type": str(int(kind)), "guid": guid, "includeGuids": "1"}, PAGE
        )

    def metadata_batch(self, rating_keys: Iterable[str]) -> list[Metadata]:
        """Those of them that exist."""
        keys = iter(dict.fromkeys(map(_one_key, rating_keys)))
        found: list[Metadata] = []
        while chunk := list(islice(keys, BATCH)):
            found += self._batch(chunk)
        return found

    def _batch(self, keys: list[str]) -> Iterator[Metadata]:
        params = {"includeGuids": "1", "skipRefresh": "1"}
        try:
            answer = self._http.get(f"/library/metadata/{','.join(keys)}", params)
        except NotFound:  # said only when none of them exists
            return iter(())
        page = METADATA.read(answer)
        if page.skipped:
            raise answer.bad("sent items that Plaxe cannot understand, so none can be taken for missing.")
        return (row for row in page.rows if row.rating_key in keys)

    def history(
        self,
        *,
        since: datetime | None = None,
        sort: str = "viewedAt:asc",
        account_id: int | None = None,
        section_key: str | None = None,
        rating_key: str | None = None,
        page_size: int = HISTORY_PAGE,
    ) -> Reading[Play]:
        """All plays that the token's user may see, some of them twice; the rating key may be a show's."""
        filters = {
            # Becomes viewedAt%3E=1700000000. With the "=" in the key Plex ignores the filter without a word.
            "viewedAt>": None if since is None else int(since.timestamp()),
            "accountID": account_id,
            "librarySectionID": section_key,
            "metadataItemID": rating_key,
            "sort": sort,
        }
        params = {name: str(value) for name, value in filters.items() if value is not None}
        path = "/status/sessions/history/all"
        return self._reading(path, params, page_size, HISTORY.read, _play_key, has_twins=True)

    def delete(self, rating_key: str) -> None:
        """Deletes the files of this one item. Sent once, never repeated; proof is the caller's business."""
        self._http.delete(f"/library/metadata/{_one_key(rating_key)}", advice=DELETE_ADVICE)

    def delete_version(self, rating_key: str, media_id: str) -> None:
        """Deletes the files of one version of this item. Sent once, as above."""
        path = f"/library/metadata/{_one_key(rating_key)}/media/{_one_key(media_id)}"
        self._http.delete(path, advice=DELETE_ADVICE)

    def refresh(self, section_key: str, folder: str) -> None:
        """Have one folder looked at, as the server names it; it answers before it has looked. The API's
        description says POST, servers of all ages take the GET that every other client sends."""
        self._http.get(f"/library/sections/{_one_key(section_key)}/refresh", {"path": folder})

    def terminate(self, session_id: str, reason: str) -> None:
        """Ends somebody's playback and shows him why. Takes Plex Pass."""
        params = {"sessionId": _one_key(session_id), "reason": reason}
        self._http.post("/status/sessions/terminate", params, advice=TERMINATE_ADVICE)

    def cancel_transcode(self, key: str) -> None:
        self._http.delete(f"/transcode/sessions/{_one_key(key)}", advice={})

    def preferences(self) -> dict[str, Preference]:
        answer = self._http.get("/:/prefs")
        return {row.id: row for row in list_of(answer, container_of(answer), "Setting", Preference)}

    def devices(self) -> list[Device]:
        answer = self._http.get("/devices")
        return list_of(answer, container_of(answer), "Device", Device)

    def activities(self) -> list[Activity]:
        answer = self._http.get("/activities")
        return list_of(answer, container_of(answer), "Activity", Activity)

    def playlists(self) -> list[Playlist]:
        answer = self._http.get("/playlists", {"playlistType": "video"})
        return list_of(answer, container_of(answer), "Metadata", Playlist)

    def playlist_items(self, rating_key: str) -> Reading[Metadata]:
        return self._metadata(f"/playlists/{_one_key(rating_key)}/items", {}, PAGE)

    def on_deck(self) -> Reading[Metadata]:
        return self._metadata("/library/onDeck", {}, PAGE)

    def listen(self, *, silence: float) -> Iterator[list[Event]]:
        """What the server announces, see `streams.listen`."""
        return listen(self._http, silence)

    def thumb(self, path: str, width: int, height: int) -> Image:
        if not path.startswith("/library/") or ".." in path:
            raise PlexError("Only pictures from the server's library can be shown.")
        size = {"width": str(width), "height": str(height)}
        params = {"url": path, **size, "minSize": "1", "upscale": "1", "format": "jpeg"}
        answer = self._http.get("/photo/:/transcode", params, accept="image/*")
        content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not content_type.startswith("image/"):
            raise answer.bad("was asked for a picture and answered with something else.")
        return Image(content_type=content_type, content=answer.body)

    def _metadata(self, path: str, params: dict[str, str], page_size: int) -> Reading[Metadata]:
        return self._reading(path, params, page_size, METADATA.read, lambda item: item.rating_key)

    def _reading(
        self,
        path: str,
        params: dict[str, str],
        page_size: int,
        read: Callable[[Answer], Page[T]],
        key: Callable[[T], str],
        *,
        has_twins: bool = False,
    ) -> Reading[T]:
        def fetch(start: int) -> Page[T]:
            window = {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(page_size)}
            return read(self._http.get(path, params, headers=window))

        return Reading(fetch, key, has_twins=has_twins)


def _demand_whole(copies: Reading[Metadata]) -> None:
    if not copies.complete:
        raise BadResponse("The server was asked where a title is, and did not answer in full.")


def _one_key(key: str) -> str:
    """A comma would make it a list, a slash another address: neither may be sent, least of all to delete."""
    if not ONE_KEY.fullmatch(key):
        raise PlexError("This is not the key of one item or library, so nothing was sent.")
    return key


def _play_key(play: Play) -> str:
    return play.history_key or f"-{play.account_id} {play.rating_key} {play.title} {play.viewed_at}"
