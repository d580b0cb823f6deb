"""Lists of people. The old ones are XML, whatever anybody accepts."""

from collections.abc import Iterable, Iterator

from plexclient.demo.people import Person, Share
from plexclient.demo.plextv.visit import Visit, for_people, iso
from plexclient.demo.server import Server
from plexclient.demo.web import Response, Routes, html_error, xml_container, xml_response

routes: Routes[Visit] = Routes()


def acquaintances(visit: Visit) -> Iterator[Person]:
    """Who stands in the visitor's `/api/users`: the home and those he shares with, never himself."""
    for person in visit.world.people:
        at_home = person.home and visit.person is not None and visit.person.home
        if person is not visit.person and (at_home or visit.shares_with(person)):
            yield person


@routes.on("GET", "/api/users/?")
@for_people
def users(visit: Visit) -> Response:
    rows = [_user(visit, person) for person in acquaintances(visit)]
    return _roster(rows, "User", friendlyName="myPlex", identifier="com.plexapp.plugins.myplex")


def _roster(rows: Iterable[dict[str, object]], name: str, **fields: str) -> Response:
    listed = list(rows)
    return xml_response(xml_container({**fields, "size": len(listed), name: listed}))


def _user(visit: Visit, person: Person) -> dict[str, object]:
    return {
        "id": person.plex_id,
        "title": person.title,
        "username": person.username,
        "email": person.email,
        "thumb": visit.thumb(person),
        "home": person.home,
        "restricted": person.restricted,
        "protected": person.protected,
        "allowSync": True,
        "allowCameraUpload": False,
        "allowChannels": False,
        "allowTuners": False,
        "allowSubtitleAdmin": False,
        **dict.fromkeys(("filterAll", "filterMovies", "filterMusic", "filterPhotos", "filterTelevision"), ""),
        "Server": [_shared_server(visit, server, share) for server, share in visit.shares_with(person)],
    }


def _shared_server(visit: Visit, server: Server, share: Share) -> dict[str, object]:
    return {
        "id": share.id,
        "serverId": 1,
        "machineIdentifier": server.machine_identifier,
        "name": server.name,
        "lastSeenAt": visit.world.now(),
        "numLibraries": len(_sections(server, share)),
        "allLibraries": share.sections is None,
        "owned": True,
        "pending": share.pending,
    }


def _sections(server: Server, share: Share) -> list[str]:
    return [section.key for section in server.sections if share.opens(section.key)]


def _members(visit: Visit) -> list[Person]:
    if visit.person is None or not visit.person.home:
        return []
    return [person for person in visit.world.people if person.home]


@routes.on("GET", "/api/v2/home/users/?")
@for_people
def home_users(visit: Visit) -> Response:
    rows = [
        {
            "id": person.plex_id,
            "uuid": person.uuid,
            "title": person.title,
            "username": person.username or None,
            "email": person.email or None,
            "friendlyName": person.friendly_name or None,
            "thumb": visit.thumb(person),
            "hasPassword": not person.restricted,
            "restricted": person.restricted,
            "updatedAt": 1_700_000_000,
            "admin": person.admin,
            "guest": False,
            "protected": person.protected,
        }
        for person in _members(visit)
    ]
    return visit.answer({"id": 4_000_001, "name": "Home", "guestEnabled": False, "users": rows})


@routes.on("GET", "/api/home/users/?")
@for_people
def legacy_home_users(visit: Visit) -> Response:
    """The only list with a managed user's profile; no profile means no attribute."""
    rows: list[dict[str, object]] = [
        {
            "id": person.plex_id,
            "uuid": person.uuid,
            "admin": person.admin,
            "guest": False,
            "restricted": person.restricted,
            **({"restrictionProfile": person.profile} if person.profile else {}),
            "protected": person.protected,
            "title": person.title,
            "username": person.username,
            "email": person.email,
            "thumb": visit.thumb(person),
        }
        for person in _members(visit)
    ]
    return _roster(rows, "User", friendlyName="Home", identifier="com.plexapp.plugins.myplex")


@routes.on("GET", r"/api/servers/([\w-]+)/shared_servers/?")
@for_people
def shared_servers(visit: Visit, machine_identifier: str) -> Response:
    server = next((one for one in visit.world.servers if one.machine_identifier == machine_identifier), None)
    if server is None or server.owner is not visit.person:
        return html_error(404)
    rows = [_share(server, share) for share in server.shares if share.listed]
    return _roster(rows, "SharedServer", friendlyName="myPlex", machineIdentifier=machine_identifier)


def _share(server: Server, share: Share) -> dict[str, object]:
    """A pending share has neither `acceptedAt` nor a token."""
    fields: dict[str, object] = {
        "id": share.id,
        "userID": share.person.plex_id,
        "username": share.person.username,
        "email": share.person.email,
        "name": server.name,
        "invitedAt": share.invited_at,
        "allLibraries": share.sections is None,
        "allowSync": True,
        "owned": True,
    }
    if share.accepted_at is not None:
        fields["acceptedAt"] = share.accepted_at
    if share.token is not None:
        fields["accessToken"] = share.token
    fields["Section"] = [
        {
            "id": 1000 + int(section.key),
            "key": section.key,
            "title": section.title,
            "type": section.type,
            "shared": share.opens(section.key),
        }
        for section in server.sections
    ]
    return fields


@routes.on("GET", "/api/v2/shared_servers/owned/accepted")
@for_people
def owned_shares(visit: Visit) -> Response:
    found = [
        (server, share)
        for person in visit.world.people
        for server, share in visit.shares_with(person)
        if not share.pending
    ]
    return visit.answer(
        [
            {
                "id": share.id,
                "machineIdentifier": server.machine_identifier,
                "invitedId": share.person.plex_id,
                "acceptedAt": iso(share.accepted_at or 0),
                "invited": {"id": share.person.plex_id, "title": share.person.title},
                "libraries": [{"key": int(key)} for key in _sections(server, share)],
            }
            for server, share in found
        ]
    )


@routes.on("GET", "/api/(?:v2/friends|friends|invites/.+)/?")
def gone(visit: Visit) -> Response:
    return html_error(410)


@routes.on("POST", "/api/v2/shared_servers")
def invite(visit: Visit) -> Response:
    """Not part of the demo; it is here so that reading the address is a 405, as at plex.tv."""
    return html_error(501)
