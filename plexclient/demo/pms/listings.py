"""Sections, and lists of items under sections, seasons and shows."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from weakref import WeakKeyDictionary

from plexclient.demo.library import TYPE_NUMBERS, Item, Section
from plexclient.demo.pms.queries import (
    EXACT_TESTS,
    NUMBER_TESTS,
    TEXT_TESTS,
    Fields,
    Queryable,
    asked_page,
    cut,
    number,
    page_fields,
    page_headers,
    paging_refusal,
    sort_rows,
    wanted_tests,
)
from plexclient.demo.pms.rows import is_watched, item_row, state_of
from plexclient.demo.pms.visit import Visit, for_viewers
from plexclient.demo.server import Server
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()
KINDS = {value: key for key, value in TYPE_NUMBERS.items()}
ALWAYS_ORDERED = "titleSort"
REMEMBERED = 6
_remembered: WeakKeyDictionary[Server, OrderedDict[tuple[object, ...], list[Item]]] = WeakKeyDictionary()


def title_sort(item: Item) -> str:
    title = item.title.lower()
    return title.removeprefix("the ").removeprefix("a ")


def item_fields(visit: Visit) -> Fields:
    def seen(item: Item) -> int | None:
        state = state_of(visit, item)
        return state.last_viewed_at if state else None

    def views(item: Item) -> int:
        state = state_of(visit, item)
        return state.view_count if state else 0

    return {
        "addedAt": Queryable(lambda item: item.added_at, NUMBER_TESTS),
        "updatedAt": Queryable(lambda item: item.updated_at, NUMBER_TESTS),
        "lastViewedAt": Queryable(seen, NUMBER_TESTS),
        "viewCount": Queryable(views, NUMBER_TESTS),
        "year": Queryable(lambda item: item.year, NUMBER_TESTS),
        "index": Queryable(lambda item: item.index, NUMBER_TESTS),
        "duration": Queryable(lambda item: item.duration, NUMBER_TESTS),
        "title": Queryable(lambda item: item.title, TEXT_TESTS),
        "titleSort": Queryable(title_sort, {}),
        "label": Queryable(lambda item: item.labels, EXACT_TESTS),
        "guid": Queryable(lambda item: item.guid, EXACT_TESTS),
        "originallyAvailableAt": Queryable(lambda item: item.originally_available_at or None, {}),
    }


def section_row(section: Section) -> dict[str, object]:
    word = "movie" if section.type == "movie" else "series"
    return {
        "allowSync": True,
        "key": section.key,
        "type": section.type,
        "title": section.title,
        "agent": f"tv.plex.agents.{word}",
        "scanner": "Plex Movie" if section.type == "movie" else "Plex TV Series",
        "language": "en-US",
        "uuid": section.uuid,
        "updatedAt": section.created_at,
        "createdAt": section.created_at,
        "scannedAt": section.created_at,
        "content": True,
        "directory": True,
        "contentChangedAt": section.content_changed_at,
        "hidden": 0,
        "Location": [{"id": int(section.key), "path": section.location}],
    }


@routes.on("GET", "/library/sections(?:/all)?")
@for_viewers
def sections(visit: Visit) -> Response:
    rows = [section_row(section) for section in visit.server.sections if visit.sees(section)]
    content: dict[str, object] = {"size": len(rows), "allowSync": True, "title1": "Plex Library"}
    return visit.container(content | ({"Directory": rows} if rows else {}))


@routes.on("GET", r"/library/sections/(\d+)")
@for_viewers
def section_detail(visit: Visit, key: str) -> Response:
    section = visit.server.section(key)
    refusal = _section_refusal(visit, section)
    if refusal or section is None:
        return refusal or html_error(404)
    return visit.container({"size": 1, "Directory": [section_row(section)]})


def _section_refusal(visit: Visit, section: Section | None) -> Response | None:
    if section is None:
        return html_error(404)
    return None if visit.sees(section) else html_error(403)


@routes.on("GET", r"/library/sections/(\d+)/(all|allLeaves)")
@for_viewers
def section_items(visit: Visit, key: str, listing: str) -> Response:
    section = visit.server.section(key)
    refusal = _section_refusal(visit, section)
    refusal = refusal or paging_refusal(visit.request, required=visit.server.paging_required)
    if refusal or section is None:
        return refusal or html_error(404)
    asked = number(visit.request.argument("type"))
    kind = "episode" if listing == "allLeaves" else KINDS.get(asked or 0, section.type)
    found = _remember(visit, lambda: (item for item in visit.server.all_of(section) if item.type == kind))
    return _listed(visit, found, {"librarySectionID": int(key), **_section_names(section)})


def _section_names(section: Section) -> dict[str, object]:
    return {
        "librarySectionTitle": section.title,
        "librarySectionUUID": section.uuid,
        "title1": section.title,
        "viewGroup": section.type,
    }


@routes.on("GET", "/library/all")
@for_viewers
def everything(visit: Visit) -> Response:
    kind = KINDS.get(number(visit.request.argument("type")) or 0)
    items = (item for item in visit.server.items.values() if kind in {None, item.type})
    return _listed(visit, _queried(visit, (item for item in items if visit.sees(item.section))), {})


@routes.on("GET", r"/library/metadata/(\d+)/(children|grandchildren|allLeaves)")
@for_viewers
def below(visit: Visit, rating_key: str, listing: str) -> Response:
    item = visit.item(rating_key)
    if item is None:
        return html_error(404)
    generations = {
        "children": item.children,
        "grandchildren": [leaf for child in item.children for leaf in child.children],
        "allLeaves": [*item.leaves()] if not item.is_leaf else [],
    }
    rows = sorted(generations[listing], key=_place)
    names = {"key": rating_key, "librarySectionID": int(item.section.key), **_section_names(item.section)}
    if item.type == "season" and item.parent:
        # The container repeats what its rows share, with another type than theirs.
        names |= {"grandparentRatingKey": int(item.parent.rating_key), "parentIndex": item.index}
    return _listed(visit, rows, names, preface=listing == "children" and item.type == "show")


def _place(item: Item) -> tuple[int, int]:
    parent = item.parent.index if item.parent else 0
    return (parent or 0, item.index or 0)


def _listed(
    visit: Visit, items: Sequence[Item], names: dict[str, object], *, preface: bool = False
) -> Response:
    """A preface is the "All episodes" entry, which has no rating key and yet counts in `size`."""
    limit = number(visit.request.argument("limit"))
    items = items if limit is None else items[:limit]
    page = asked_page(visit.request, visit.server.page_limit)
    rows = [item_row(visit, item) for item in cut(items, page, visit.request)]
    entry = preface and page.start == 0 and len(items) > 1
    counts = page_fields(page, total=len(items), size=len(rows) + entry, hide_total=limit is not None)
    content: dict[str, object] = {**counts, "allowSync": True, "identifier": "com.plexapp.plugins.library"}
    content |= names
    if entry:
        content["Directory"] = [
            {"key": f"/library/metadata/{names['key']}/allLeaves", "title": "All episodes"}
        ]
    if rows:
        content["Metadata"] = rows
    return visit.container(content, page_headers(page, len(items)))


def _queried(visit: Visit, items: Iterable[Item]) -> list[Item]:
    fields = item_fields(visit)
    tests = wanted_tests(visit.request, fields)
    unwatched = "" if visit.request.quirk == "ignore_filter" else visit.request.argument("unwatched")
    if unwatched in {"0", "1"}:
        tests.append(lambda item: _has(visit, item, watched=unwatched == "0"))
    found = [item for item in items if all(test(item) for test in tests)]
    return sort_rows(found, visit.request.argument("sort") or ALWAYS_ORDERED, fields)


def _has(visit: Visit, item: Item, *, watched: bool) -> bool:
    """For shows and seasons: anything at all that was watched, or was not."""
    return any(is_watched(visit, leaf) == watched for leaf in item.leaves())


def _remember(visit: Visit, items: Callable[[], Iterable[Item]]) -> list[Item]:
    """Pages of one listing come one after another: the sorted whole is kept until the server changes."""
    server, request = visit.server, visit.request
    query = tuple(pair for pair in request.query if not pair[0].startswith("X-Plex-"))
    key = (server.revision, visit.account_id, request.path, query, request.quirk)
    kept = _remembered.setdefault(server, OrderedDict())
    if key not in kept:
        kept[key] = _queried(visit, items())
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
    return kept[key]
