"""Signing in at plex.tv: PINs, who the token names, switching inside the home, signing out."""

from plexclient.demo.people import Person
from plexclient.demo.pictures import portrait
from plexclient.demo.pins import Pin
from plexclient.demo.plextv.visit import Visit, for_clients, for_people, iso, refusal
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()
FEATURES = ["webhooks", "home", "pass", "sync", "session_kick", "collections"]
LARGEST_HOME = 15


def _pin_fields(pin: Pin, now: int) -> dict[str, object]:
    return {
        "id": pin.id,
        "code": pin.code,
        "product": pin.product,
        "trusted": False,
        "qr": f"https://plex.tv/api/v2/pins/qr/{pin.code}",
        "clientIdentifier": pin.client_identifier,
        "location": {"code": "DE", "country": "Germany", "city": "Bremen", "time_zone": "Europe/Berlin"},
        "expiresIn": max(0, pin.expires_at - now),
        "createdAt": iso(pin.created_at),
        "expiresAt": iso(pin.expires_at),
        "authToken": pin.token,
        "newRegistration": False if pin.token else None,
    }


@routes.on("POST", "/api/v2/pins")
@for_clients
def create_pin(visit: Visit) -> Response:
    pin = visit.world.pins.create(
        client_identifier=visit.request.plex("Client-Identifier"),
        product=visit.request.plex("Product"),
        strong=visit.request.argument("strong").lower() in {"1", "true"},
    )
    return visit.answer(_pin_fields(pin, visit.world.now()), 201)


@routes.on("GET", r"/api/v2/pins/(\d+)")
@for_clients
def read_pin(visit: Visit, pin_id: str) -> Response:
    client = visit.request.plex("Client-Identifier")
    pin = visit.world.pins.alive(int(pin_id), client_identifier=client)
    if pin is None:
        return refusal(1020, "Code not found or expired", 404)
    return visit.answer(_pin_fields(pin, visit.world.now()))


@routes.on("PUT", "/api/v2/pins/link")
@for_people
def link_pin(visit: Visit) -> Response:
    linked = visit.person and visit.world.link_pin(visit.request.argument("code"), visit.person)
    return Response(204) if linked else refusal(1020, "Code not found or expired", 404)


def _account(visit: Visit, person: Person, token: str) -> dict[str, object]:
    subscribed = any(server.subscription for server in visit.world.servers if server.owner is person)
    home_size = sum(one.home for one in visit.world.people)
    return {
        "id": person.plex_id,
        "uuid": person.uuid,
        "username": person.username,
        "title": person.title,
        "email": person.email,
        "friendlyName": person.friendly_name,
        "thumb": visit.thumb(person),
        "authToken": token,
        "hasPassword": not person.restricted,
        "protected": person.protected,
        "restricted": person.restricted,
        "guest": False,
        "home": person.home,
        "homeAdmin": person.admin,
        "homeSize": home_size if person.home else 0,
        "maxHomeSize": LARGEST_HOME,
        "subscription": {
            "active": subscribed,
            "status": "Active" if subscribed else "Inactive",
            "plan": "lifetime" if subscribed else None,
            "features": FEATURES if subscribed else [],
        },
        "roles": ["plexpass"] if subscribed else [],
        "entitlements": [],
    }


@routes.on("GET", "/api/v2/user")
@for_people
def user(visit: Visit) -> Response:
    if visit.person is None:
        return html_error(401)
    return visit.answer(_account(visit, visit.person, visit.request.plex("Token")))


@routes.on("GET", r"/users/account(?:\.json)?")
def legacy_account(visit: Visit) -> Response:
    if visit.person is None:
        return visit.answer({"error": "Invalid token"}, 422)
    return visit.answer({"user": _account(visit, visit.person, visit.request.plex("Token"))})


@routes.on("GET", "/api/v2/ping")
@for_people
def ping(visit: Visit) -> Response:
    return visit.answer({"pong": True})


@routes.on("DELETE", "/api/v2/users/signout")
@for_people
def sign_out(visit: Visit) -> Response:
    visit.world.revoke(visit.request.plex("Token"))
    return Response(204)


@routes.on("POST", r"/api/v2/home/users/(\w+)/switch")
@for_people
def switch(visit: Visit, uuid: str) -> Response:
    """The token it gives opens no server by itself: `resources` exchanges it."""
    members = (one for one in visit.world.people if one.home and one.uuid == uuid)
    member = next(members, None)
    if member is None or visit.person is None or not visit.person.home:
        return refusal(1002, "User not found", 404)
    if member.protected and visit.request.argument("pin") != member.pin:
        return refusal(1041, "Invalid PIN", 403)
    return visit.answer(_account(visit, member, visit.world.issue_token(member)), 201)


@routes.on("GET", r"/users/(\w+)/avatar")
def avatar(visit: Visit, uuid: str) -> Response:
    person = next((one for one in visit.world.people if one.uuid == uuid), None)
    if person is None:
        return html_error(404)
    return Response(body=portrait(uuid, person.name[:1]), content_type="image/png")
