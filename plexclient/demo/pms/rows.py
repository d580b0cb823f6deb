"""Items, plays and sessions as rows of JSON, with the typing they have at Plex."""

from typing import Any

from plexclient.demo.history import Row
from plexclient.demo.library import Item, Media, Part
from plexclient.demo.pms.visit import Visit
from plexclient.demo.server import Session, ViewState

Fields = dict[str, Any]


def without_gaps(fields: Fields) -> Fields:
    """Plex leaves out what it does not know."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], ())}


def thumb(item: Item) -> str:
    return f"/library/metadata/{item.rating_key}/thumb/{item.updated_at}"


def state_of(visit: Visit, item: Item) -> ViewState | None:
    return visit.server.states.get((visit.account_id, item.guid))


def is_watched(visit: Visit, item: Item) -> bool:
    state = state_of(visit, item)
    return state is not None and state.view_count > 0


def item_row(visit: Visit, item: Item, *, detail: bool = False) -> Fields:
    row = {
        "ratingKey": item.rating_key,
        "key": f"/library/metadata/{item.rating_key}" + ("" if item.is_leaf else "/children"),
        "guid": item.guid,
        "type": item.type,
        "title": item.title,
        "editionTitle": item.edition,
        "summary": item.summary,
        "index": item.index,
        "year": item.year,
        "thumb": thumb(item),
        "art": f"/library/metadata/{item.rating_key}/art/{item.updated_at}",
        "duration": item.duration or None,
        "originallyAvailableAt": item.originally_available_at,
        "addedAt": item.added_at or None,
        "updatedAt": item.updated_at,
        "deletedAt": item.deleted_at,
        **_ancestry(item),
        **_viewing(visit, item),
        "Media": [_media_row(visit, media, item) for media in item.media],
    }
    if detail or visit.flag("includeGuids"):
        row["Guid"] = [{"id": guid} for guid in item.guids]
    if detail:
        row |= _details(item)
    return _chosen(visit, without_gaps(row))


def _details(item: Item) -> Fields:
    """What stands on a single row, while a listing says it once in its container or not at all."""
    return {
        "librarySectionID": int(item.section.key),
        "librarySectionTitle": item.section.title,
        "librarySectionKey": f"/library/sections/{item.section.key}",
        "Label": [{"tag": label} for label in item.labels],
    }


def _ancestry(item: Item) -> Fields:
    fields: Fields = {}
    for word, ancestor in zip(("parent", "grandparent"), [*item.lineage()][1:], strict=False):
        fields |= {
            f"{word}RatingKey": ancestor.rating_key,
            f"{word}Key": f"/library/metadata/{ancestor.rating_key}",
            f"{word}Guid": ancestor.guid,
            f"{word}Title": ancestor.title,
            f"{word}Thumb": thumb(ancestor),
        }
    if item.parent:
        fields["parentIndex"] = item.parent.index
    return fields


def _viewing(visit: Visit, item: Item) -> Fields:
    """This token's user's own state, and nobody else's."""
    if not item.is_leaf:
        leaves = [*item.leaves()]
        return {
            "leafCount": len(leaves),
            "viewedLeafCount": sum(is_watched(visit, leaf) for leaf in leaves),
            "childCount": len(item.children) if item.type == "show" else None,
        }
    state = state_of(visit, item)
    if state is None:
        return {}
    return {
        "userRating": state.rating,
        "viewCount": (state.view_count if state.is_counted else None) or None,
        "lastViewedAt": state.last_viewed_at,
        "viewOffset": state.view_offset,
    }


def _media_row(visit: Visit, media: Media, item: Item) -> Fields:
    return without_gaps(
        {
            "id": media.id,
            "duration": item.duration,
            "bitrate": 5200,
            "width": media.height * 16 // 9,
            "height": media.height,
            "videoResolution": str(media.height),
            "container": "mkv",
            "proxyType": media.proxy_type,
            "Part": [_part_row(visit, part, item) for part in media.parts],
        }
    )


def _part_row(visit: Visit, part: Part, item: Item) -> Fields:
    row: Fields = {
        "id": part.id,
        "key": f"/library/parts/{part.id}/{item.added_at}/file.mkv",
        "duration": item.duration,
        "file": part.file,
        "size": part.size,
        "container": "mkv",
    }
    if visit.flag("checkFiles"):
        there = part.file not in visit.server.missing_files
        row |= {"accessible": there, "exists": there}
    return row


def _chosen(visit: Visit, row: Fields) -> Fields:
    excluded = {
        name
        for argument in ("excludeFields", "excludeElements")
        for name in visit.request.argument(argument).split(",")
    }
    only = visit.request.argument("includeFields")
    if only and visit.request.plex("Pms-Api-Version") >= "1.0.0":
        row = {key: value for key, value in row.items() if key in only.split(",")}
    return {key: value for key, value in row.items() if key not in excluded}


def history_row(visit: Visit, row: Row) -> Fields:
    """No `parentRatingKey`, ever; and no key at all once the item is gone."""
    fields: Fields = {
        "historyKey": f"/status/sessions/history/{row.id}",
        "librarySectionID": row.section_key,
        "title": row.title,
        "grandparentTitle": row.grandparent_title,
        "type": row.type,
        "index": row.index,
        "parentIndex": row.parent_index,
        "originallyAvailableAt": row.originally_available_at,
        "viewedAt": row.viewed_at,
        "accountID": row.account_id,
        "deviceID": row.device_id,
    }
    if row.rating_key in visit.server.items:
        fields |= {"ratingKey": row.rating_key, "key": _path(row.rating_key)}
        fields |= {"parentKey": _path(row.parent_key), "grandparentKey": _path(row.grandparent_key)}
        fields["thumb"] = f"/library/metadata/{row.rating_key}/thumb/-1"
    return _chosen(visit, without_gaps(fields))


def _path(rating_key: str | None) -> str | None:
    return f"/library/metadata/{rating_key}" if rating_key else None


def session_row(visit: Visit, session: Session) -> Fields:
    """The user's id is a string here, and the owner's is "1"."""
    account = str(visit.server.account_id(session.person))
    return {
        **item_row(visit, session.item),
        "librarySectionID": session.item.section.key,
        "sessionKey": session.key,
        "viewOffset": session.view_offset,
        "User": {"id": account, "title": session.person.name, "thumb": ""},
        "Player": {
            "machineIdentifier": f"player-{session.person.plex_id}",
            "product": "Plex for Android (TV)",
            "platform": "Android",
            "title": f"{session.person.name}'s television",
            "address": "192.0.2.20",
            "state": session.state,
            "local": True,
            "userID": int(account),
        },
        "Session": {"id": session.id, "bandwidth": 5300, "location": "lan"},
    }
