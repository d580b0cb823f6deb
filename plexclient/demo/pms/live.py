"""Lines that stay open: the event source and the websocket."""

from plexclient.demo.announcing import accept
from plexclient.demo.pms.visit import Visit, for_owner
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()


@routes.on("GET", "/:/eventsource/notifications")
@for_owner
def event_source(visit: Visit) -> Response:
    if not visit.server.has_event_source:
        return html_error(404)
    return Response(
        content_type="text/event-stream", delivery="event source", announcer=visit.server.announcer
    )


@routes.on("GET", "/:/websockets/notifications")
@for_owner
def websocket(visit: Visit) -> Response:
    key = visit.request.headers.get("Sec-WebSocket-Key")
    if not key:
        return html_error(400)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept(key)}
    return Response(101, headers=headers, delivery="websocket", announcer=visit.server.announcer)
