"""What a media server tells of itself: identity, abilities, preferences, accounts, devices."""

from plexclient.demo.pms.visit import Visit, for_owner, for_viewers
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()
FEATURES = "collections,hardware_transcoding,home,session_kick,sync,webhooks"


@routes.on("GET", "/identity")
def identity(visit: Visit) -> Response:
    server = visit.server
    return visit.container(
        {
            "size": 0,
            "claimed": True,
            "machineIdentifier": server.machine_identifier,
            "version": server.version,
        }
    )


@routes.on("GET", "/")
@for_viewers
def root(visit: Visit) -> Response:
    """`allowMediaDeletion` is there only for the owner, and only while it is on."""
    server = visit.server
    content: dict[str, object] = {
        "size": 0,
        "allowSync": True,
        "friendlyName": server.name,
        "machineIdentifier": server.machine_identifier,
        "multiuser": True,
        "myPlex": True,
        "myPlexSubscription": server.subscription,
        "myPlexUsername": server.owner.email,
        "ownerFeatures": FEATURES if server.subscription else "",
        "platform": "Linux",
        "updatedAt": visit.world.now(),
        "version": server.version,
    }
    if visit.is_owner and server.allow_media_deletion:
        content["allowMediaDeletion"] = True
    return visit.container(content)


@routes.on("GET", "/accounts")
@for_viewers
def accounts(visit: Visit) -> Response:
    """Former users stay listed; account 0 is nobody in particular."""
    rows = [
        {"id": account_id, "key": f"/accounts/{account_id}", "name": name, "thumb": ""}
        for account_id, name in sorted(visit.server.accounts.items())
    ]
    return visit.container({"size": len(rows), "identifier": "com.plexapp.system.accounts", "Account": rows})


@routes.on("GET", "/devices")
@for_owner
def devices(visit: Visit) -> Response:
    television = {"id": 1, "name": "Television", "platform": "Android", "clientIdentifier": "player-1"}
    return visit.container({"size": 1, "identifier": "com.plexapp.system.devices", "Device": [television]})


@routes.on("GET", "/activities")
@for_viewers
def activities(visit: Visit) -> Response:
    return visit.container({"size": 0})


@routes.on("GET", "/playlists")
@routes.on("GET", "/library/onDeck")
@for_viewers
def nothing_there(visit: Visit) -> Response:
    return visit.container({"size": 0})


def _preferences(visit: Visit) -> list[dict[str, object]]:
    deletion, threshold = visit.server.allow_media_deletion, int(visit.server.played_threshold * 100)
    known: list[tuple[str, str, object, object, bool]] = [
        ("FriendlyName", "text", visit.server.name, "", False),
        ("allowMediaDeletion", "bool", deletion, False, False),
        ("allowMediaDeletionLanOnly", "bool", False, False, True),
        ("autoEmptyTrash", "bool", visit.server.scans_at_once, True, False),
        ("WebHooksEnabled", "bool", True, True, False),
        ("LibraryVideoPlayedThreshold", "int", threshold, 90, False),
        ("LibraryVideoPlayedAtBehaviour", "int", 0, 3, False),
    ]
    return [
        {"id": name, "type": kind, "value": value, "default": default, "hidden": hidden, "advanced": False}
        for name, kind, value, default, hidden in known
    ]


@routes.on("GET", "/:/prefs")
@for_owner
def preferences(visit: Visit) -> Response:
    rows = _preferences(visit)
    return visit.container({"size": len(rows), "Setting": rows})


@routes.on("GET", "/:/prefs/get")
@for_owner
def preference(visit: Visit) -> Response:
    rows = [row for row in _preferences(visit) if row["id"] == visit.request.argument("id")]
    return visit.container({"size": 1, "Setting": rows}) if rows else html_error(404)


@routes.on("PUT", "/:/prefs")
@for_owner
def set_preference(visit: Visit) -> Response:
    value = visit.request.argument("allowMediaDeletion")
    if not value:
        return html_error(400)
    visit.server.allow_media_deletion = value in {"1", "true"}
    return Response()
