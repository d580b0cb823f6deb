"""A Plex Media Server, as far as anyone who reads, watches and deletes can tell."""

from plexclient.demo.people import Person
from plexclient.demo.pms import about, items, listings, live, watching
from plexclient.demo.pms.visit import Visit
from plexclient.demo.server import Server
from plexclient.demo.web import Request, Response, Routes
from plexclient.demo.world import World

ROUTES: Routes[Visit] = Routes(about.routes, listings.routes, items.routes, watching.routes, live.routes)


class MediaServerSite:
    is_server = True

    def __init__(self, world: World, server: Server) -> None:
        self.world = world
        self.server = server
        self.name = server.machine_identifier

    def answer(self, request: Request) -> Response:
        with self.world.lock:
            person = self._person(request.plex("Token"))
            return ROUTES.answer(Visit(self.world, self.server, request, person), request)

    def _person(self, token: str) -> Person | None:
        """The owner's plex.tv tokens open the server as well; nobody else's do."""
        named = self.world.person_with(token)
        return self.server.owner if named is self.server.owner else self.server.viewer_with(token)
