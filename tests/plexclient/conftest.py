import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from plexclient.cloud import PlexCloud
from plexclient.http import ClientIdentity, Timing
from plexclient.server import PlexMediaServer

SERVER = "http://plex.example:32400"
CLOUD = "https://plex.example"
TOKEN = "alices-secret-token"
QUICK = Timing(connect=1, read=0.3, deadline=2, first_wait=0.001, longest_wait=0.05, size_cap=1_000_000)


@pytest.fixture
def identity() -> ClientIdentity:
    return ClientIdentity(identifier="plaxe-test", version="1.2.3", device_name="attic")


@pytest.fixture
def server(identity: ClientIdentity) -> PlexMediaServer:
    return PlexMediaServer(SERVER, identity, TOKEN, timing=QUICK)


@pytest.fixture
def cloud(identity: ClientIdentity) -> PlexCloud:
    return PlexCloud(CLOUD, identity, TOKEN, timing=QUICK)


@pytest.fixture
def container(wire: responses.RequestsMock) -> Callable[..., None]:
    """Has the server answer a path with one container, or with several in turn."""

    def answer(path: str, *containers: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        for one in containers:
            wire.get(SERVER + path, json={"MediaContainer": one}, headers=headers)

    return answer


@pytest.fixture
def listing(wire: responses.RequestsMock) -> Callable[..., None]:
    """Has the server page through rows as it is asked to, announcing a total or not."""

    def serve(path: str, rows: list[dict[str, Any]], *, total: bool = True, **extra: Any) -> None:
        def answer(request: Any) -> tuple[int, dict[str, str], str]:
            start = int(request.headers["X-Plex-Container-Start"])
            page = rows[start : start + int(request.headers["X-Plex-Container-Size"])]
            body: dict[str, Any] = {"size": len(page), **extra}
            body |= {"Metadata": page} if page else {}
            body |= {"totalSize": len(rows), "offset": start} if total else {}
            return 200, {}, json.dumps({"MediaContainer": body})

        wire.add_callback(responses.GET, SERVER + path, callback=answer)

    return serve
