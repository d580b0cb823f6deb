"""Who watched, who watches: history, sessions, marks."""

from collections.abc import Sequence

from plexclient.demo.history import Row
from plexclient.demo.library import Item
from plexclient.demo.pms.queries import (
    EXACT_TESTS,
    HISTORY_TESTS,
    NUMBER_TESTS,
    Fields,
    Queryable,
    asked_page,
    cut,
    number,
    page_fields,
    page_headers,
    sort_rows,
    wanted_tests,
)
from plexclient.demo.pms.rows import history_row, session_row
from plexclient.demo.pms.visit import Visit, for_owner, for_viewers
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()
HISTORY_FIELDS: Fields = {
    "viewedAt": Queryable(lambda row: row.viewed_at, HISTORY_TESTS),
    "accountID": Queryable(lambda row: row.account_id, NUMBER_TESTS),
    "librarySectionID": Queryable(lambda row: row.section_key, EXACT_TESTS),
}
ONLY_SINCE = {"viewedAt>", "sort"}


@routes.on("GET", "/status/sessions/history/all")
@for_viewers
def history(visit: Visit) -> Response:
    """Oldest first unless sorted; somebody who is not the owner gets his own rows, or nothing."""
    if not visit.is_owner and visit.server.guest_history_status != 200:
        return html_error(visit.server.guest_history_status)
    plays = _plays(visit)
    page = asked_page(visit.request, visit.server.page_limit)
    rows = [history_row(visit, row) for row in cut(plays, page, visit.request)]
    content: dict[str, object] = {**page_fields(page, total=len(plays), size=len(rows))}
    return visit.container(content | ({"Metadata": rows} if rows else {}), page_headers(page, len(plays)))


def _plays(visit: Visit) -> Sequence[Row]:
    in_order = _plays_in_order(visit)
    return _plays_searched(visit) if in_order is None else in_order


def _plays_in_order(visit: Visit) -> Sequence[Row] | None:
    """The usual question, answered without touching rows that are not on the page."""
    asked = {key: value for key, value in visit.request.query if not key.startswith(("X-Plex-", "exclude"))}
    order = asked.get("sort", "viewedAt:asc")
    if not visit.is_owner or asked.keys() - ONLY_SINCE or order not in {"viewedAt:asc", "viewedAt:desc"}:
        return None
    ignoring = visit.request.quirk == "ignore_filter"
    since = 0 if ignoring else number(asked.get("viewedAt>", "0"))
    if since is None:
        return None
    return visit.server.history.since(since, descending=order.endswith("desc"))


def _plays_searched(visit: Visit) -> Sequence[Row]:
    tests = wanted_tests(visit.request, HISTORY_FIELDS)
    if wanted := visit.request.argument("metadataItemID"):
        tests.append(lambda row: wanted in {row.rating_key, row.parent_key, row.grandparent_key})
    if not visit.is_owner:
        tests.append(lambda row: row.account_id == visit.account_id)
    rows = [row for row in visit.server.history if all(test(row) for test in tests)]
    return sort_rows(rows, visit.request.argument("sort"), HISTORY_FIELDS)


@routes.on("GET", r"/status/sessions/history/(\d+)")
@for_owner
def one_play(visit: Visit, row_id: str) -> Response:
    row = visit.server.history.find(int(row_id))
    if row is None:
        return html_error(404)
    return visit.container({"size": 1, "Metadata": [history_row(visit, row)]})


@routes.on("DELETE", r"/status/sessions/history/(\d+)")
@for_owner
def forget_play(visit: Visit, row_id: str) -> Response:
    row = visit.server.history.find(int(row_id))
    if row is None:
        return html_error(404)
    visit.server.history.remove(row)
    return Response()


@routes.on("GET", "/status/sessions")
@for_owner
def sessions(visit: Visit) -> Response:
    rows = [session_row(visit, session) for session in visit.server.sessions]
    return visit.container({"size": len(rows), **({"Metadata": rows} if rows else {})})


@routes.on("GET", "/status/sessions/terminate")
@routes.on("POST", "/status/sessions/terminate")
@for_owner
def terminate(visit: Visit) -> Response:
    wanted = visit.request.argument("sessionId")
    if not visit.server.subscription:
        return html_error(401)
    if not wanted:
        return html_error(403)
    session = next((one for one in visit.server.sessions if one.id == wanted), None)
    if session is None:
        return html_error(404)
    visit.world.stop_session(session)
    return Response()


@routes.on("GET", "/:/scrobble")
@routes.on("PUT", "/:/scrobble")
@for_viewers
def scrobble(visit: Visit) -> Response:
    item = _named_item(visit)
    if item is None or visit.person is None:
        return html_error(404)
    visit.world.mark_watched(visit.person, item)
    return Response()


@routes.on("GET", "/:/unscrobble")
@routes.on("PUT", "/:/unscrobble")
@for_viewers
def unscrobble(visit: Visit) -> Response:
    item = _named_item(visit)
    if item is None or visit.person is None:
        return html_error(404)
    visit.world.mark_unwatched(visit.person, item)
    return Response()


def _named_item(visit: Visit) -> Item | None:
    return visit.item(visit.request.argument("key"))
