"""Rows for tests: alice owns the server, bob is in the home, carol is a friend."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Access, PlexServer, PlexUser, User
from media.models import Assignment, LibrarySection, MediaFile, MediaItem, Watch
from media.sync import words
from media.titles import order_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LAST_YEAR = NOW - timedelta(days=365)
YESTERDAY = NOW - timedelta(days=1)

ALICE, BOB, CAROL = 1001, 1002, 1003

_keys = count(100)


def alice(**fields: Any) -> User:
    """The owner as someone who signs in."""
    known = {"username": "alice", "plex_token": "alice-token", "is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(plex_id=ALICE, defaults={**known, **fields})[0]


def server(*, machine_identifier: str = "machine-1", **fields: Any) -> PlexServer:
    known = {"name": "Cellar", "owner": fields.pop("owner", None) or alice(), "url": "http://plex.test:32400"}
    row = PlexServer(machine_identifier=machine_identifier, **{"token": "server-token", **known, **fields})
    row.save()
    return row


def viewer(plex_id: int, name: str, *, on: PlexServer, kind: str = "HOME", gone: bool = False) -> PlexUser:
    person, _ = PlexUser.objects.get_or_create(
        plex_id=plex_id, defaults={"name": name, "username": name.lower(), "title": name, "kind": kind}
    )
    Access.objects.get_or_create(server=on, viewer=person, defaults={"gone_at": NOW if gone else None})
    return person


def owner(*, on: PlexServer) -> PlexUser:
    return viewer(ALICE, "Alice", on=on, kind="OWNER")


def bob(*, on: PlexServer, gone: bool = False) -> PlexUser:
    return viewer(BOB, "Bob", on=on, gone=gone)


def carol(*, on: PlexServer, gone: bool = False) -> PlexUser:
    return viewer(CAROL, "Carol", on=on, kind="FRIEND", gone=gone)


def section(*, on: PlexServer, kind: str = "movie", **fields: Any) -> LibrarySection:
    key = fields.pop("key", None) or str(next(_keys))
    return LibrarySection.objects.create(
        server=on, key=key, type=kind, **{"title": f"Section {key}", **fields}
    )


def item(*, section: LibrarySection, kind: str, title: str = "", **fields: Any) -> MediaItem:
    key = fields.pop("rating_key", None) or str(next(_keys))
    known: dict[str, Any] = {
        "title": title or f"{kind} {key}",
        "guid": f"plex://{kind}/{key}",
        "added_at": LAST_YEAR,
        "first_seen_at": NOW,
        "views_count_from": fields.get("added_at", LAST_YEAR),
    }
    known["sort_title"] = order_of(known["title"])
    row = MediaItem.objects.create(
        server=section.server, section=section, rating_key=key, type=kind, **{**known, **fields}
    )
    words.index([row])
    return row


def movie(
    *, section: LibrarySection, title: str = "", path: str = "", size: int = 1000, **fields: Any
) -> MediaItem:
    row = item(section=section, kind="movie", title=title, size=size, **fields)
    file(of=row, path=path, size=size)
    return row


def show(*, section: LibrarySection, title: str = "", **fields: Any) -> MediaItem:
    return item(section=section, kind="show", title=title, **fields)


def season(*, show: MediaItem, index: int | None = 1, **fields: Any) -> MediaItem:
    return item(section=show.section, kind="season", parent=show, show=show, index=index, **fields)


def episode(
    *, season: MediaItem, index: int | None = 1, path: str = "", size: int = 1000, **fields: Any
) -> MediaItem:
    row = item(
        section=season.section, kind="episode", parent=season, show=season.show, index=index,
        parent_index=season.index, size=size, **fields,
    )  # fmt: skip
    file(of=row, path=path, size=size)
    return row


def file(*, of: MediaItem, path: str = "", size: int | None = 1000, **fields: Any) -> MediaFile:
    number = str(next(_keys))
    known = {"media_id": number, "part_id": number, "path": path or f"/media/{of.rating_key}-{number}.mkv"}
    return MediaFile.objects.create(server=of.server, item=of, size=size, **{**known, **fields})


def assignment(*, item: MediaItem, viewer: PlexUser) -> Assignment:
    return Assignment.objects.create(server=item.server, item=item, viewer=viewer)


def watch(*, item: MediaItem, viewer: PlexUser, at: datetime = YESTERDAY) -> Watch:
    return Watch.objects.create(
        server=item.server, item=item, viewer=viewer, first_viewed_at=at, last_viewed_at=at, source="history",
        learned_at=at,
    )  # fmt: skip
