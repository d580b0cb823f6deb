"""plex.tv, as far as signing in, servers and people go."""

from collections.abc import Callable

from plexclient.demo.plextv import accounts, resources, rosters
from plexclient.demo.plextv.visit import Visit
from plexclient.demo.server import Server
from plexclient.demo.web import Request, Response, Routes
from plexclient.demo.world import World

ROUTES: Routes[Visit] = Routes(accounts.routes, resources.routes, rosters.routes)


class PlexTvSite:
    name = "plex.tv"
    is_server = False

    def __init__(self, world: World, address_of: Callable[[Server], str]) -> None:
        self.world = world
        self._address_of = address_of

    def answer(self, request: Request) -> Response:
        with self.world.lock:
            person = self.world.person_with(request.plex("Token"))
            visit = Visit(self.world, request, person, f"http://{request.host}", self._address_of)
            return ROUTES.answer(visit, request)
