"""What was queued and why, kept so that the fresh reading at the trigger can be compared with it."""

from typing import Any

from accounts.models import PlexServer
from accounts.wording import counted as ngettext
from accounts.wording import moment
from accounts.wording import sentence as _
from media.answers import Pair
from media.guids import is_matched
from media.models import ALL, Assignment, MediaFile, MediaItem, Watch
from plexclient.types import Metadata

NAMES = {"type": _("type"), "title": _("title"), "edition": _("edition")}
ASSIGNED = {
    "movie": _("%(who)s watched it on %(when)s (%(source)s)%(where)s, assigned to the movie."),
    "show": _("%(who)s watched it on %(when)s (%(source)s)%(where)s, assigned to the show."),
    "season": _("%(who)s watched it on %(when)s (%(source)s)%(where)s, assigned to the season."),
    "episode": _("%(who)s watched it on %(when)s (%(source)s)%(where)s, assigned to the episode."),
}


def facts(server: PlexServer, item: MediaItem, pairs: list[Pair]) -> dict[str, Any]:
    """What a deletion knows about its title and about those who watched it."""
    return {
        "rating_key": item.rating_key,
        "type": item.type,
        "title": item.full_title,
        "bytes": item.size,
        "snapshot": _contract(server, item),
        "viewers": list({pair[0].viewer_id: _viewer(*pair) for pair in pairs}.values()),
        "reasons": [*(_reason(*pair) for pair in pairs), *_quorum(item)],
    }


def _quorum(item: MediaItem) -> list[str]:
    if item.needed == ALL:
        return []
    return [
        ngettext(
            "It was enough that one of those assigned watched it.",
            "It was enough that %(n)s of those assigned watched it.",
            item.needed,
        )
    ]


def _contract(server: PlexServer, item: MediaItem) -> dict[str, Any]:
    """What must still be true of the title when its time comes."""
    return {
        "machine_identifier": server.machine_identifier,
        "rating_key": item.rating_key,
        "type": item.type,
        "guid": item.guid,
        **names(item),
        "added_at": item.added_at.isoformat() if item.added_at else None,
        "files": [_described(file) for file in item.files.all() if not file.is_optimised],
    }


def is_same_but_for_key(then: dict[str, Any], today: dict[str, Any]) -> bool:
    """All that the laws of the trigger compare."""

    def compared(contract: dict[str, Any]) -> list[Any]:
        files = {(file["path"], file["size"]) for file in contract["files"]}
        return [files, *(contract[name] for name in ("machine_identifier", "type", "guid"))]

    return compared(then) == compared(today) and not renamed(then, today)


def is_of(then: dict[str, Any], row: Metadata) -> bool:
    """Is what the server says under a key of the title that was queued? Its file says so, or its guid and
    date; a guid alone is that of other copies too."""
    if row.type != then["type"]:
        return False
    paths = {file["path"] for file in then["files"]}
    if paths & {part.file for media in row.media for part in media.parts}:
        return True
    added_at = row.added_at.isoformat() if row.added_at else None
    return is_matched(row.guid) and row.guid == then["guid"] and added_at == then["added_at"]


def names(item: MediaItem) -> dict[str, Any]:
    return {"title": item.title, "edition": item.edition_title, "external_ids": item.external_ids}


def renamed(then: dict[str, Any], today: dict[str, Any]) -> str:
    """How it is named differently, in words. An id that came to be known is no change, and where none is told
    nothing is known of them: the guid has been compared."""
    pairs = [(name, then.get(name, today[name]), today[name]) for name in ("title", "edition")]
    if ids := today["external_ids"]:
        pairs += [(f"{name} id", one, ids.get(name, "")) for name, one in then["external_ids"].items()]
    for name, before, now in pairs:
        if before != now:
            return differs(name, before, now)
    return ""


def differs(name: str, before: object, now: object) -> str:
    return _(
        "Its %(name)s was %(before)s when queued and is %(now)s now.",
        name=NAMES.get(name, name),
        before=before or _("empty"),
        now=now or _("empty"),
    )


def _described(file: MediaFile) -> dict[str, Any]:
    return {"path": file.path, "size": file.size, "media_id": file.media_id}


def _viewer(assignment: Assignment, watch: Watch) -> dict[str, Any]:
    return {
        "plex_id": assignment.viewer.plex_id,
        "name": assignment.viewer.name,
        "viewed_at": watch.last_viewed_at and watch.last_viewed_at.isoformat(),
        "source": watch.source,
        **({} if watch.server_id == assignment.server_id else {"server": watch.item.server.name}),
    }


def _reason(assignment: Assignment, watch: Watch) -> str:
    """`Bob watched it on 2026-11-20 21:14 UTC (Plex history) on Attic, assigned to the show.`"""
    is_here = watch.server_id == assignment.server_id
    return _(
        ASSIGNED[assignment.item.type],
        who=assignment.viewer,
        when=moment(watch.last_viewed_at) if watch.last_viewed_at else _("an unknown day"),
        source=_(Watch.Source(watch.source).label),
        where="" if is_here else _(" on %(server)s", server=watch.item.server),
    )
